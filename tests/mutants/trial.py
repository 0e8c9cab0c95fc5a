"""Runs the tests of one module against each of its changes, in forks of a process that imported all the rest."""

import ast
import gc
import importlib
import importlib.util
import os
import pickle
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, SourceFileLoader
from io import StringIO
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NoReturn

import pytest

from tests.mutants.mutations import Mutation, mutations
from tests.source_tree import PRODUCTION, Module, dependencies, modules
from tests.spawning import ROOT

OPTIONS = (
    "-x",
    "-q",
    "--assert=plain",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-o",
    "addopts=",
    "-o",
    "faulthandler_timeout=0",
)
SLOWEST = 8.0
"""A change under which a test takes so many times as long counts as noticed: it may wait for ever."""
SHORTEST = 4
"""Seconds that any test gets besides."""
SURVIVED, KILLED, FAULTY = 0, 1, 2


@dataclass(frozen=True)
class Outcome:
    """What became of a change."""

    mutation: Mutation
    killed: bool
    tests: int
    """How many passed through the changed line without it."""


@dataclass
class Recorder:
    """A plugin of pytest that notes which tests pass through which lines of a file, and how long each takes."""

    path: str
    lines: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    failed: set[str] = field(default_factory=set)
    running: str = ""

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch one test."""
        self.running = item.nodeid
        began = time.monotonic()
        sys.settrace(self._enter)
        yield
        sys.settrace(None)
        self.seconds[item.nodeid] = time.monotonic() - began

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Without a change, every test has to pass."""
        if report.failed:
            self.failed.add(report.nodeid)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG002
        if frame.f_code.co_filename != self.path:
            return None
        return self._note

    def _note(self, frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG002
        self.lines[frame.f_lineno].add(self.running)
        return self._note


@dataclass
class Bound:
    """A plugin of pytest that ends the process at a test which takes far longer than without a change."""

    seconds: Mapping[str, float]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Start the time of one test."""
        signal.setitimer(signal.ITIMER_REAL, SHORTEST + SLOWEST * self.seconds[item.nodeid])


class Changed(SourceFileLoader):
    """Loads one module with a change, or as it is."""

    def __init__(self, module: Module, mutation: Mutation | None) -> None:
        super().__init__(module.name, str(ROOT / module.path))
        self.module = module
        self.mutation = mutation

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        """Compiled anew each time."""
        tree = self.mutation.apply(self.module.text) if self.mutation else ast.parse(self.module.text)
        return compile(tree, self.path, "exec")

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """As a finder on `sys.meta_path`."""
        return importlib.util.spec_from_loader(name, self) if name == self.module.name else None


def try_module(path: str, tests: Sequence[str], at_once: int) -> list[Outcome]:
    """What becomes of every change of a module; in a process of its own, as it imports much."""
    outcomes: list[Outcome] = _in_a_fork(lambda: list(_outcomes(path, tests, at_once)))
    return outcomes


def _outcomes(path: str, tests: Sequence[str], at_once: int) -> Iterator[Outcome]:
    (module,) = (one for one in modules(*PRODUCTION) if one.path == path)
    _import_all_but(module)
    recorder: Recorder = _in_a_fork(lambda: _record(module, tests))
    if recorder.failed or not recorder.seconds:
        raise SystemExit(f"{path}: without any change these fail: {sorted(recorder.failed) or 'to run'}")
    waiting = list(mutations(module.text))
    running: dict[int, tuple[Mutation, int]] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            mutation = waiting.pop(0)
            if chosen := _tests_of(mutation, recorder):
                running[_start(module, mutation, chosen, recorder.seconds)] = mutation, len(chosen)
            else:
                yield Outcome(mutation, killed=False, tests=0)
        if running:
            ended, status = os.wait()
            mutation, number = running.pop(ended)
            if os.waitstatus_to_exitcode(status) == FAULTY:
                raise SystemExit(f"the tests could not be run for {mutation.key}")
            yield Outcome(mutation, os.waitstatus_to_exitcode(status) != SURVIVED, number)


def _import_all_but(changed: Module) -> None:
    """Everything of the program that does not import the module, directly or not."""
    imports = dependencies("start")
    touched = {changed}
    while more := {one for one, others in imports.items() if others & touched} - touched:
        touched |= more
    for module in imports:
        parents = {module.name.rpartition(".")[0]}
        if (
            module not in touched
            and not module.name.endswith("__main__")
            and not parents & {one.name for one in touched}
        ):
            importlib.import_module(module.name)
    with redirect_stdout(StringIO()):
        pytest.main([*OPTIONS, "-s", "--noconftest", "--collect-only", "tests/mutants/__init__.py"])  # loads plugins
    if changed.name in sys.modules:
        raise SystemExit(f"{changed.path} was imported before it could be changed")
    gc.freeze()


def _record(module: Module, tests: Sequence[str]) -> Recorder:
    sys.meta_path.insert(0, Changed(module, None))
    recorder = Recorder(str(ROOT / module.path))
    _silently(lambda: pytest.main([*OPTIONS[1:], *tests], plugins=[recorder]))
    recorder.lines, recorder.seconds = dict(recorder.lines), dict(recorder.seconds)
    return recorder


def _tests_of(mutation: Mutation, recorder: Recorder) -> list[str]:
    """The tests that pass through a line, the quickest first; all of them for what happens when it is imported."""
    passing = (recorder.lines.get(line, set()) for line in mutation.lines)
    found = set[str]().union(*passing) if mutation.inside else set(recorder.seconds)
    return sorted(found, key=lambda test: recorder.seconds[test])


def _start(module: Module, mutation: Mutation, tests: list[str], seconds: Mapping[str, float]) -> int:
    """Run the tests with a change, in a fork; its number."""
    number = os.fork()
    if number == 0:
        sys.meta_path.insert(0, Changed(module, mutation))
        status = _silently(lambda: pytest.main([*OPTIONS, *tests], plugins=[Bound(seconds)]))
        _leave({0: SURVIVED, 5: FAULTY}.get(status, KILLED))
    return number


def _leave(status: int) -> NoReturn:
    os._exit(status)


def _silently(run: Any) -> int:
    """What a run of pytest ends with; a change may break anything, and what it prints is of no interest."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    try:
        return int(run())
    except BaseException:  # noqa: BLE001  (whatever it is, the change was noticed)
        return KILLED


def _in_a_fork(work: Any) -> Any:
    """The result of some work that leaves nothing behind in this process."""
    reading, writing = os.pipe()
    if (number := os.fork()) == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            try:
                pickle.dump(work(), pipe)
            except SystemExit as failed:
                sys.stdout.write(f"{failed}\n")
                sys.stdout.flush()
                _leave(1)
        _leave(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(number, 0)
    if status:
        raise SystemExit(status)
    return pickle.loads(content)  # noqa: S301  (written by this program a moment ago)
