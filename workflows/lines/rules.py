"""Every rule that the settings of a line are held against."""

from workflows.lines.availability_rules import AVAILABILITY_RULES
from workflows.lines.line import OpenLine
from workflows.lines.messaging_rules import MESSAGING_RULES
from workflows.lines.rule import Finding, LineRule

RULES: tuple[LineRule, ...] = (*AVAILABILITY_RULES, *MESSAGING_RULES)


def find_mistakes(line: OpenLine) -> list[Finding]:
    """What is wrong with a line: a finding for each rule that it breaks, errors first, then warnings, then notes."""
    found = [finding for rule in RULES if (finding := rule.check(line))]
    return sorted(found, key=lambda finding: finding.rule.severity)
