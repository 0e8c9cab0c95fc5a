"""Every rule that the settings of a line are held against."""

from workflows.lines.availability_rules import SERVICE
from workflows.lines.line import Line
from workflows.lines.messaging_rules import REPLIES
from workflows.lines.rule import Finding, Rule

RULES: tuple[Rule, ...] = (*SERVICE, *REPLIES)


def findings(line: Line) -> list[Finding]:
    """What is wrong with a line, the worst first."""
    found = [finding for rule in RULES if (finding := rule.check(line))]
    return sorted(found, key=lambda finding: finding.rule.severity)
