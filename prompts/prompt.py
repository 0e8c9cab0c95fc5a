"""The prompts in the files beside this module: front matter in TOML, body with `$argument` placeholders."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from types import MappingProxyType

_FOLDER = Path(__file__).parent
_FENCE = "+++\n"
_CODE = re.compile(r"`(\w+)`")


class PromptArgumentsError(Exception):
    """Arguments that no prompt is made of; `problems` says of each what is wrong."""

    def __init__(self, prompt: str, problems: list[str]) -> None:
        super().__init__(f"{prompt}: {'; '.join(problems)}")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class PromptArgument:
    """What a person fills into a prompt."""

    name: str
    description: str
    required: bool = False
    default: str = ""
    """What the text says where the argument is left out."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A way of working that a person can start by name."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...]
    body: str

    @property
    def code_words(self) -> frozenset[str]:
        """Words that stand in the text as code: names of tools and arguments, and values."""
        return frozenset(_CODE.findall(self.body))

    def render(self, arguments: Mapping[str, str]) -> str:
        """The text with its arguments filled in; what is left out or blank reads as the argument's default.

        Raises:
            PromptArgumentsError: A required argument is missing, or one is unknown.
        """
        given = {name: value.strip() for name, value in arguments.items() if value.strip()}
        if problems := [*self._list_unknown(arguments), *self._list_missing(given)]:
            raise PromptArgumentsError(self.name, [*problems, self._describe_valid()])
        defaults = {argument.name: argument.default for argument in self.arguments}
        return Template(self.body).substitute(defaults | given)

    def _list_missing(self, given: Mapping[str, str]) -> list[str]:
        required = (argument.name for argument in self.arguments if argument.required)
        return [f"{name} is required" for name in required if name not in given]

    def _list_unknown(self, arguments: Mapping[str, str]) -> list[str]:
        from tools.suggestions import suggest  # noqa: PLC0415  (only where somebody erred)

        valid = [argument.name for argument in self.arguments]
        problems = []
        for name in arguments:
            if name not in valid:
                near = suggest(name.lower(), valid)
                hint = f" (did you mean {near[0]}?)" if near else ""
                problems.append(f"unknown argument '{name[:60]}'{hint}")
        return problems

    def _describe_valid(self) -> str:
        names = (f"{one.name} (required)" if one.required else one.name for one in self.arguments)
        return f"valid arguments are: {', '.join(names)}" if self.arguments else "this prompt takes no arguments"


@cache
def read_prompts() -> Mapping[str, Prompt]:
    """Name -> prompt; the files are read at the first call."""
    return MappingProxyType({path.stem: _read(path) for path in sorted(_FOLDER.glob("*.md"))})


def takes_argument(prompt: str, argument: str) -> bool:
    """Whether there is a prompt of this name that has an argument of this name."""
    known = read_prompts().get(prompt)
    return known is not None and argument in {one.name for one in known.arguments}


def _read(path: Path) -> Prompt:
    _, front, body = path.read_text(encoding="utf-8").split(_FENCE, maxsplit=2)
    matter = tomllib.loads(front)
    arguments = tuple(PromptArgument(**argument) for argument in matter.get("arguments", ()))
    return Prompt(path.stem, matter["title"], matter["description"], arguments, body.strip() + "\n")
