"""Every rule that the settings of a line are held against."""

from workflows.lines.availability_rules import AVAILABILITY_RULES
from workflows.lines.line import OpenLine, UnreadableSettingError
from workflows.lines.messaging_rules import MESSAGING_RULES
from workflows.lines.rule import Finding, LineRule

RULES: tuple[LineRule, ...] = (*AVAILABILITY_RULES, *MESSAGING_RULES)


def find_mistakes(line: OpenLine) -> tuple[list[Finding], list[str]]:
    """What is wrong with a line: a finding for each rule that it breaks, errors first, then warnings, then notes.

    Then the names of settings that could not be read; rules that look at one of them are not judged.
    """
    found: list[Finding] = []
    unreadable: dict[str, None] = {}
    for rule in RULES:
        try:
            finding = rule.check(line)
        except UnreadableSettingError as error:
            unreadable[error.setting] = None
            continue
        if finding:
            found.append(finding)
    return sorted(found, key=lambda finding: finding.rule.severity), list(unreadable)
