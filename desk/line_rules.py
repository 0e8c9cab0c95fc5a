"""Every rule that the settings of a line are held against."""

from desk.line import Line
from desk.reply_rules import REPLIES
from desk.rule import Finding, Rule
from desk.service_rules import SERVICE

RULES: tuple[Rule, ...] = (*SERVICE, *REPLIES)


def findings(line: Line) -> list[Finding]:
    """What is wrong with a line, the worst first."""
    found = [finding for rule in RULES if (finding := rule.check(line))]
    return sorted(found, key=lambda finding: finding.rule.severity)
