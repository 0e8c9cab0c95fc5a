"""What looks wrong in the settings of a line, with the call that puts it right."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from desk import lines
from desk.composite import Composite, Desk
from desk.line import Line
from desk.line_rules import findings
from desk.names import LineRef, Names
from desk.rule import Finding, Severity
from tools.effect import Effect

MOST_LINES = 50
MOST_FINDINGS = 40
"""In the text; the data has all."""


@dataclass(frozen=True)
class Audit:
    """What was found in each line."""

    found: list[tuple[Line, list[Finding]]]
    left_out: int

    @property
    def counted(self) -> dict[str, int]:
        """How many findings of each severity."""
        of_each = Counter(finding.rule.severity for _, listed in self.found for finding in listed)
        return {severity.name.lower(): of_each[severity] for severity in Severity}


class ChannelAudit(Composite):
    """Look for mistakes in the settings of a line, or of all: present value, why it matters, and the fix as a call.

    Changes nothing. Errors first, then warnings, then notes.
    """

    title = "Check the settings of lines"
    effects = Effect.READ

    line: LineRef | None = None

    async def run(self, desk: Desk) -> Audit:
        """The findings of each line."""
        names = Names(desk)
        ids = [(await names.line(self.line)).id] if self.line is not None else list(await names.lines(older=0))
        asked = ids[:MOST_LINES]
        found = await lines.with_presence(desk, await lines.read(desk, asked)) if asked else []
        return Audit([(line, findings(line)) for line in found], len(ids) - len(asked))

    def text(self, result: Audit) -> str:
        """A line for each finding."""
        counted = ", ".join(f"{number} {name}{'s' * (number != 1)}" for name, number in result.counted.items())
        texts = [f"Lines looked at: {len(result.found)}. Found: {counted}."]
        room = MOST_FINDINGS
        for line, listed in result.found:
            if listed[:room]:
                texts += [f"{line}:", *(f"- {finding.text()}" for finding in listed[:room])]
            room -= len(listed[:room])
        if well := [str(line) for line, listed in result.found if not listed]:
            texts.append(f"Nothing found: {', '.join(well)}")
        if more := sum(result.counted.values()) - MOST_FINDINGS + room:
            texts.append(f"{more} more findings: ask for one line.")
        if result.left_out:
            texts.append(f"{result.left_out} more lines were not looked at: ask for them one by one.")
        return "\n".join(texts)

    def data(self, result: Audit) -> dict[str, Any]:
        """All findings."""
        lines = [
            {"id": line.id, "name": line.name, "findings": [finding.data() for finding in listed]}
            for line, listed in result.found
        ]
        return {"lines": lines, "counted": result.counted, "lines_left_out": result.left_out}
