"""What looks wrong in the settings of a line, with the call that puts it right."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from typing_extensions import Doc, TypedDict

from tools.channels import ConfigGet, ConfigListGet
from tools.effect import Effect
from tools.shortening import count_kept
from tools.untrusted import mark_unless_name
from workflows.core.attempts import read_helper
from workflows.core.composite import Composite
from workflows.core.context import Context
from workflows.directory.lines_and_users import Directory, LineRef
from workflows.lines.line import OpenLine
from workflows.lines.reading import add_presence, read_lines
from workflows.lines.rule import Finding, FindingData, LineRule, Severity
from workflows.lines.rules import RULES, find_mistakes

MENDING = "config_update"
MOST_LINES = 50
MOST_FINDINGS = 40
DETAILS = """\
Each finding names the settings with their present values, says why it matters, and gives the call that puts it right.
Its `arguments` are taken by config_update as they stand. `fill_in` has further ones in which USER_ID, NAME, TEXT,
TIME_ZONE and VALUE (where config_update would refuse what is stored) are for you to replace. A fix is `safe` to set
without asking anybody where it is complete and changes nothing of what clients get, who gets their dialogs, or when
these close. The portal hides working hours and ratings that its plan
does not have: they look switched off, and nothing is found in them. What is looked for:

"""


def _describe_rule(rule: LineRule) -> str:
    return f"- {rule.name} ({rule.severity.name.lower()}): {rule.why}"


@dataclass(frozen=True)
class AuditResult:
    """What was found in each line."""

    found: list[tuple[OpenLine, list[Finding]]]
    left_out: int
    can_mend: bool
    """Whether the caller has the tool that the fixes are calls of."""
    missing: list[str]
    """What could not be read, in phrases."""
    names: Mapping[int, str]
    """Of the employees in present values."""
    most: int = MOST_FINDINGS
    """Findings that are shown."""

    @property
    def shown(self) -> list[tuple[OpenLine, list[Finding]]]:
        """The first findings, line by line, and the lines that have none."""
        room, shown = self.most, []
        for line, listed in self.found:
            if listed[:room] or not listed:
                shown.append((line, listed[:room]))
            room -= len(listed[:room])
        return shown

    @property
    def not_shown(self) -> int:
        """How many findings are not shown."""
        return sum(self.counted.values()) - sum(len(listed) for _, listed in self.shown)

    @property
    def counted(self) -> dict[str, int]:
        """How many findings of each severity."""
        of_each = Counter(finding.rule.severity for _, listed in self.found for finding in listed)
        return {severity.name.lower(): of_each[severity] for severity in Severity}


class AuditedLineData(TypedDict):
    """What was found in a line."""

    id: int
    name: str
    findings: list[FindingData]


class AuditData(TypedDict):
    """What was found in all lines."""

    lines: list[AuditedLineData]
    lines_looked_at: int
    counted: dict[str, int]
    lines_left_out: int
    findings_left_out: int
    missing: list[str]
    limits: list[str]


class ChannelAudit(Composite):
    """Look for mistakes in the settings of a line, or of all: present value, why it matters, and the fix as a call.

    Changes nothing. Errors first, then warnings, then notes; says which fixes are safe to set.
    """

    title = "Check the settings of lines"
    data_type = AuditData
    effects = Effect.READ
    needs = (ConfigListGet, ConfigGet)
    asks = (
        "`imopenlines.config.list.get` for the lines, and for what was put into their queues",
        "`imopenlines.config.get` for each line, at most 50",
        "`imopenlines.v2.Operator.list` for who is online, where plan and rights allow; else QUEUE_ONLINE tells",
    )
    details = DETAILS + "\n".join(map(_describe_rule, RULES))
    answer = (
        "`lines` `[{id, name, findings: [{severity (error, warning, note), rule, values, people [{id, name}] (whom the "
        "values list), why, fix: {tool, arguments, fill_in, safe}}]}]`, `lines_looked_at`, `counted` `{error, warning, "
        "note}`, `lines_left_out`, `findings_left_out`, `missing` (in words: lines and settings that could not be "
        "read; rules about such a setting are not judged), `limits` (in words)."
    )
    example = {"line": "Spring campaign"}
    example_answer = """\
Lines looked at: 1. Found: 0 errors, 4 warnings, 1 note.
Spring campaign (4):
- warning: ACTIVE=N. The line is off: clients' messages still come in and wait, but nobody can answer them. \
Fix: config_update config_id=4 active=true
- warning: WORKTIME_ENABLE=N, WORKTIME_DAYOFF_RULE=text. There is a text for outside working hours, but no \
working hours: it is never sent. Fix: config_update config_id=4 worktime_enable=true worktime_from="09:00" \
worktime_to="18:30"
- warning: KPI_FIRST_ANSWER_ALERT=Y, KPI_FIRST_ANSWER_TIME=0. Somebody is to be told when the first answer is \
late, but nothing is late without a time. Fix, safe to set: config_update config_id=4 kpi_first_answer_time=300
- warning: KPI_FIRST_ANSWER_ALERT=Y, KPI_FIRST_ANSWER_LIST=null. A late first answer is to be reported, but to \
nobody. Fix, after filling in what is in capitals: config_update config_id=4 kpi_first_answer_list=["USER_ID"]
- note: QUEUE=[Olga Smirnova (3)]. There is one operator only: nobody takes over when that one is busy or away. Fix, \
after filling in what is in capitals: config_update config_id=4 \
queue=[{"entity_type":"user","entity_id":3},{"entity_type":"user","entity_id":"USER_ID"}]"""

    line: Annotated[LineRef | None, Doc("all lines unless given")] = None

    async def run(self, context: Context) -> AuditResult:
        """The findings of each line."""
        context = context.sharing_requests()
        names = Directory(context)
        await context.tell("1 of 2: looking for lines")
        ids = (
            [(await names.find_line(self.line)).id]
            if self.line is not None
            else list(await names.read_line_names(older=0))
        )
        asked = ids[:MOST_LINES]
        await context.tell(f"2 of 2: reading the settings of {len(asked)} lines")
        missing: list[str] = [*names.unreadable]
        found = await add_presence(context, await read_lines(context, asked, missing), missing) if asked else []
        audited = [(line, *find_mistakes(line)) for line in found]
        people = [one for _, findings, _ in audited for finding in findings for one in finding.people]
        missing += [f"{', '.join(settings)} of {line}" for line, _, settings in audited if settings]
        return AuditResult(
            [(line, findings) for line, findings, _ in audited],
            len(ids) - len(asked),
            MENDING in context.tools,
            missing,
            await read_helper(partial(names.read_user_names, people), {}, "the names of operators", missing),
        )

    def text(self, result: AuditResult) -> str:
        """A line for each finding."""
        counted = ", ".join(f"{number} {name}{'s' * (number != 1)}" for name, number in result.counted.items())
        texts = [f"Lines looked at: {len(result.found)}. Found: {counted}."]
        for line, listed in result.shown:
            if listed:
                texts += [f"{line}:", *(f"- {finding.text(result.names)}" for finding in listed)]
        if well := [str(line) for line, listed in result.shown if not listed]:
            texts.append(f"Nothing found: {', '.join(well)}")
        return "\n".join([*texts, *_describe_limits(result)])

    def structured(self, result: AuditResult) -> Mapping[str, Any]:
        """The same as a program reads it."""
        lines = [
            {
                "id": line.id,
                "name": mark_unless_name(line.name),
                "findings": [finding.data(result.names) for finding in listed],
            }
            for line, listed in result.shown
        ]
        return {
            "lines": lines,
            "lines_looked_at": len(result.found),
            "counted": result.counted,
            "lines_left_out": result.left_out,
            "findings_left_out": result.not_shown,
            "missing": result.missing,
            "limits": list(_describe_limits(result)),
        }

    def shorten(self, result: AuditResult, share: float) -> AuditResult | None:
        """Fewer findings."""
        shown = sum(result.counted.values()) - result.not_shown
        return replace(result, most=count_kept(shown, share)) if shown > 1 else None


def _describe_limits(result: AuditResult) -> Iterator[str]:
    if more := result.not_shown:
        yield f"{more} more findings: ask for one line."
    if any(result.counted.values()) and not result.can_mend:
        yield f"{MENDING} is not switched on here: the fixes are for whoever has it (toolset setup)."
    if result.missing:
        yield f"Could not be read, and so was not looked at: {'; '.join(result.missing)}."
    if result.left_out:
        yield f"{result.left_out} more lines were not looked at: ask for them one by one."
