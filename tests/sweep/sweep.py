"""Sweeping: each call with each mutation, and what is wrong with what came of it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from pydantic import SecretStr

from sandbox.seed.seed import APPLICATION_PATH
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.protocol.results import Answer, Reply
from tests.callers import caller
from tests.pauses import skip_pause
from tests.sweep.calls import CALLS, SAYS_SOMETHING_ELSE, SHOWS_BY_ITSELF, ReadingCall
from tests.sweep.mutations import HARMLESS, UNREADABLE
from tests.sweep.portal import MutatingPortal, Mutation, choose_mutations
from tools import TOOLSETS
from tools.fence import add_fences
from tools.method import Method

EVERYTHING = Policy(frozenset(TOOLSETS))
SAYS_WHAT_IS_MISSING = ("missing", "limits", "unreadable", "cut")
"""Keys under which a result says what could not be read."""
SAYS_THAT_SOMETHING_IS = ("not known", "unknown", "could not be read")
"""Words that stand in the place of what could not be read."""
OFFSET = "+01:00"
"""The embedded portal's."""
Fault = Literal["failed inside", "tool lost", "rows lost", "reads differently", "changed silently"]


@dataclass(frozen=True)
class Finding:
    """Something wrong with the answer to a call."""

    fault: Fault
    call: ReadingCall
    mutation: Mutation
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.fault}: {self.call}: {self.mutation}. {self.detail}"


@dataclass
class Sweep:
    """What was tried, and what was found."""

    calls: Counter[str] = field(default_factory=Counter)
    """How many by tool."""
    kinds: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: "Sweep") -> None:
        """Take in what another part of the sweep came to."""
        self.calls += other.calls
        self.kinds |= other.kinds
        self.findings += other.findings

    def describe(self) -> Iterator[str]:
        """A table: calls and findings by tool, then each field that is not borne."""
        found = Counter(one.call.tool for one in self.findings)
        yield from (f"{tool:26}{tried:7} calls{found[tool]:7} findings" for tool, tried in self.calls.items())
        yield f"{self.calls.total()} calls, {len(self.kinds)} kinds of mutations, {len(self.findings)} findings"
        alike: dict[str, list[Finding]] = defaultdict(list)
        for one in self.findings:
            alike[f"{one.fault}: {one.call.tool}: {one.mutation.where}"].append(one)
        for where, findings in sorted(alike.items()):
            kinds = ", ".join(dict.fromkeys(one.mutation.kind for one in findings))
            yield f"{where} | {kinds} | {len(findings)} | {findings[0].detail[:160]}"


async def sweep(calls: Iterable[ReadingCall] = CALLS, most: int | None = None) -> Sweep:
    """Try each call with `most` of its mutations, chosen by chance but always the same; with all if none is given."""
    portal, found = MutatingPortal(), Sweep()
    for call in calls:
        portal.become_genuine(call.without)
        genuine = await _answer(portal, call)
        assert isinstance(genuine, Answer), f"{call} fails even where nothing is odd: {genuine.text()}"
        mutations = choose_mutations(portal.heard, Random(str(call)), most)  # noqa: S311  (no secret)
        for mutation in mutations:
            portal.mutation = mutation
            found.findings += await _try_mutation(portal, call, genuine)
        found.calls[call.tool] += len(mutations)
        found.kinds |= {mutation.kind for mutation in mutations}
    return found


async def _answer(portal: MutatingPortal, call: ReadingCall) -> Reply:
    """What a call is answered by a server that knows nothing yet."""
    settings = Settings(webhook_url=SecretStr(f"http://127.0.0.1{APPLICATION_PATH}"), plan="self-hosted")
    async with Connection(settings, transport=portal, sleep=skip_pause) as connection:
        reply = await caller(EVERYTHING, connection).calls.read(call.tool, call.arguments)
    assert add_fences(reply.text())
    assert json.dumps(reply.data)
    return reply


async def _try_mutation(portal: MutatingPortal, call: ReadingCall, genuine: Answer) -> list[Finding]:
    assert portal.mutation
    try:
        faults = list(_judge(call, genuine, await _answer(portal, call), portal.mutation))
    except Exception as error:  # noqa: BLE001  (it is what is looked for)
        faults = [("failed inside", repr(error))]
    return [Finding(fault, call, portal.mutation, detail) for fault, detail in faults]


def _judge(call: ReadingCall, genuine: Answer, reply: Reply, mutation: Mutation) -> Iterator[tuple[Fault, str]]:
    if not isinstance(reply, Answer):
        if reply.outcome == "fault":
            yield "failed inside", ""
        elif not _is_essential(call, mutation):
            yield "tool lost", reply.happened
        return
    is_method, named = issubclass(EVERYTHING.tools[call.tool], Method), _is_named(genuine, reply)
    before, now = call.count_rows(genuine.data), call.count_rows(reply.data)
    passes_as_it_is = is_method and mutation.wraps_a_list
    if now < before and not (named or passes_as_it_is or mutation.says_that_there_is_nothing):
        yield "rows lost", f"{now} of {before}"
    difference = _find_difference(genuine.marked, reply.marked)
    if is_method or not difference:
        return
    if mutation.kind in HARMLESS and mutation.where not in SAYS_SOMETHING_ELSE:
        yield "reads differently", difference
    shows_by_itself = mutation.where.startswith(SHOWS_BY_ITSELF)
    if mutation.kind in UNREADABLE and mutation.is_of_something_counted and not (named or shows_by_itself):
        yield "changed silently", difference


def _is_named(genuine: Answer, reply: Answer) -> bool:
    """Whether the reply says that something could not be read."""
    said = (reply.data.get(key) for key in SAYS_WHAT_IS_MISSING if reply.data.get(key) != genuine.data.get(key))
    return any(said) or any(reply.marked.count(words) > genuine.marked.count(words) for words in SAYS_THAT_SOMETHING_IS)


def _is_essential(call: ReadingCall, mutation: Mutation) -> bool:
    tool = EVERYTHING.tools[call.tool]
    own = {tool.rest} if issubclass(tool, Method) else set()
    return mutation.where in own or call.is_for(mutation.where)


def _find_difference(one: str, other: str) -> str:
    """The first lines that differ, in words; dates may be shown without the portal's offset."""
    before, after = (text.replace(OFFSET, "").splitlines() for text in (one, other))
    if before == after:
        return ""
    lines = zip(before, after, strict=False)
    return next((f"{new!r} for {old!r}" for old, new in lines if new != old), "longer or shorter")
