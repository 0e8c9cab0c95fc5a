"""Every small change that is made to a module, one at a time."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
UNTOUCHED = ("annotation", "returns", "decorator_list", "bases")
"""Parts of a syntax tree in which a change means nothing when the program runs, or breaks its import."""

Change = Callable[[Any], Any]
"""Changes a node in place, and returns it."""


@dataclass(frozen=True)
class Mutation:
    """One change of a module."""

    key: str
    """Says where and what, without line numbers, so that it stays the same when lines move."""
    lines: range
    """Where what is changed stands."""
    inside: bool
    """Whether it is inside a function, so that only tests that come by can notice it."""
    number: int
    """Of the node, in the order of the syntax tree."""
    change: Change

    def apply(self, source: str) -> ast.Module:
        """The module with the change."""
        tree = ast.parse(source)
        self.change(list(_nodes(tree))[self.number][0])
        return ast.fix_missing_locations(tree)


def mutations(source: str) -> Iterator[Mutation]:
    """All changes of a module, in the order of its lines; no two have the same key."""
    seen = Counter[str]()
    tree = ast.parse(source)
    at_import = _names_called_at_import(tree)
    for number, (node, owner, inside) in enumerate(_nodes(tree)):
        for change in _changes(node):
            key = f"{owner}: {_shown(node)} -> {_shown(change(deepcopy(node)))}"
            seen[key] += 1
            suffix = f" (number {seen[key]})" if seen[key] > 1 else ""
            runs_later = inside and owner.partition(".")[0] not in at_import
            yield Mutation(key + suffix, _lines(node), runs_later, number, change)


def _names_called_at_import(tree: ast.Module) -> set[str]:
    """Functions that have run before any test begins."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {
        node.func.id
        for statement in tree.body
        if not isinstance(statement, functions)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def _lines(node: Any) -> range:
    if isinstance(node, ast.If | ast.While):
        return _lines(node.test)
    if isinstance(node, ast.comprehension):
        return range(node.target.lineno, (node.ifs[-1].end_lineno or 0) + 1)
    return range(node.lineno, node.end_lineno + 1)


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.While):
        return f"if {ast.unparse(node.test)}"
    if isinstance(node, ast.IfExp):
        return f"... if {ast.unparse(node.test)} else ..."
    return " ".join(ast.unparse(node).split())


def _nodes(tree: ast.AST, owner: str = "module", *, inside: bool = False) -> Iterator[tuple[ast.AST, str, bool]]:
    """Nodes that may be changed, the name of the function, class or variable around each, and whether it runs later."""
    for name, value in ast.iter_fields(tree):
        if name in UNTOUCHED:
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _is_prose(node) or _is_type(node):
                continue
            own = _name_of(node, owner)
            yield node, own, inside
            runs_later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _nodes(node, own, inside=inside or runs_later)


def _is_prose(node: ast.AST) -> bool:
    """Docstrings, lines of the log, and what is written for people: its wording is no behaviour."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or ast.unparse(node).startswith("logger.")
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and (" " in node.value or not node.value)
    )


def _is_type(node: ast.AST) -> bool:
    """A type of literals says nothing to the program when it runs."""
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal"


def _name_of(node: ast.AST, around: str) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name if around == "module" else f"{around}.{node.name}"
    if isinstance(node, ast.Assign | ast.AnnAssign) and around == "module":
        return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    if isinstance(node, ast.Call) and ast.unparse(node.func)[0].isupper() and node.args:
        return f"{around}.{ast.unparse(node.args[0])[:40]}" if isinstance(node.args[0], ast.Constant) else around
    return around


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        yield from (partial(_other_comparison, place=place) for place in range(len(node.ops)))
    elif isinstance(node, ast.BoolOp):
        yield from (partial(_without_operand, place=place) for place in range(len(node.values)))
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        yield _other_operator
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _without_not
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
        yield _other_value
    elif isinstance(node, ast.Name) and node.id in FUNCTIONS:
        yield _other_function
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await):
        yield _without_call
    elif isinstance(node, ast.If | ast.IfExp | ast.While) and isinstance(
        node.test, ast.Name | ast.Attribute | ast.Call
    ):
        yield _other_branch
    elif isinstance(node, ast.comprehension):
        yield from (partial(_without_filter, place=place) for place in range(len(node.ifs)))


# Each is called with a node of the kind that it is for.


def _other_comparison(node: Any, place: int) -> Any:
    node.ops[place] = COMPARISONS[type(node.ops[place])]()
    return node


def _without_operand(node: Any, place: int) -> Any:
    """With a value in the operand's place that leaves the decision to the others."""
    node.values[place] = ast.Constant(isinstance(node.op, ast.And))
    return node


def _other_operator(node: Any) -> Any:
    node.op = OPERATORS[type(node.op)]()
    return node


def _without_not(node: Any) -> Any:
    node.operand = ast.UnaryOp(ast.Not(), node.operand)
    return node


def _other_value(node: Any) -> Any:
    if isinstance(node.value, bool):
        node.value = not node.value
    else:
        node.value = f"{node.value}X" if isinstance(node.value, str) else node.value + 1
    return node


def _other_function(node: Any) -> Any:
    node.id = FUNCTIONS[node.id]
    return node


def _without_call(node: Any) -> Any:
    node.value = ast.Constant(None)
    return node


def _other_branch(node: Any) -> Any:
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return node


def _without_filter(node: Any, place: int) -> Any:
    del node.ifs[place]
    return node
