"""Rules about what clients and colleagues get to read, and when dialogs close."""

import re
from html import unescape

from workflows.lines.line import OpenLine
from workflows.lines.rule import TEXT, USER, Condition, Fix, LineRule, Severity, make_fix, offers_in_turn

ERROR, WARNING, NOTE = Severity
SHORTEST_VOTE = 60
ESCAPED_TWICE = re.compile(r"&amp;(?:amp|lt|gt|quot|#0?39);")


def _compute_longest_wait(line: OpenLine) -> int:
    """How long a client may wait for an operator, in seconds."""
    return max(line.number("QUEUE_TIME") if offers_in_turn(line) else 0, line.number("NO_ANSWER_TIME"))


def _lacks_text(*settings: str) -> Condition:
    return lambda line: any(not line.text(setting) for setting in settings)


def _names_both_digits(text: str) -> bool:
    return "1" in text and "0" in text


def _fill_texts(*settings: str) -> Fix:
    return lambda line: {setting.lower(): TEXT for setting in settings if not line.text(setting)}


def _unescape(text: str) -> str:
    while (plain := unescape(text)) != text:
        text = plain
    return text


def _make_text_rule(name: str, switch: str, on: str, setting: str, what: str) -> LineRule:
    return LineRule(
        name,
        WARNING,
        (switch, setting),
        lambda line: line.text(switch) == on and not line.text(setting),
        f"There is no text for {what}: the client gets nothing.",
        make_fix(**{setting.lower(): TEXT}),
    )


TEXTS = (
    _make_text_rule("empty_greeting", "WELCOME_MESSAGE", "Y", "WELCOME_MESSAGE_TEXT", "the greeting"),
    _make_text_rule("empty_no_answer", "NO_ANSWER_RULE", "text", "NO_ANSWER_TEXT", "when nobody answers"),
    _make_text_rule("empty_off_hours", "WORKTIME_DAYOFF_RULE", "text", "WORKTIME_DAYOFF_TEXT", "outside working hours"),
    _make_text_rule("empty_closing", "CLOSE_RULE", "text", "CLOSE_TEXT", "when an operator finishes"),
    _make_text_rule("empty_auto_closing", "AUTO_CLOSE_RULE", "text", "AUTO_CLOSE_TEXT", "the automatic closure"),
    LineRule(
        "early_excuse",
        NOTE,
        ("NO_ANSWER_TIME", "QUEUE_TIME"),
        lambda line: (
            offers_in_turn(line)
            and line.text("NO_ANSWER_RULE") == "text"
            and line.number("NO_ANSWER_TIME") < line.number("QUEUE_TIME")
        ),
        "Clients read that nobody answers while the first operator still has time to.",
        lambda line: {"no_answer_time": line.number("QUEUE_TIME")},
    ),
    LineRule(
        "consent_to_nothing",
        ERROR,
        ("AGREEMENT_MESSAGE", "AGREEMENT_ID"),
        lambda line: line.on("AGREEMENT_MESSAGE") and line.number("AGREEMENT_ID") == 0,
        "Clients are asked to consent to an agreement that is not chosen (or give agreement_id).",
        make_fix(agreement_message=False),
    ),
    LineRule(
        "no_form",
        WARNING,
        ("USE_WELCOME_FORM", "WELCOME_FORM_ID"),
        lambda line: (
            line.on("USE_WELCOME_FORM") and line.has("WELCOME_FORM_ID") and line.number("WELCOME_FORM_ID") == 0
        ),
        "A form is to ask for contacts, but none is chosen (or give welcome_form_id).",
        make_fix(use_welcome_form=False),
        safe=True,
    ),
)

CLOSING = (
    LineRule(
        "closes_at_once",
        ERROR,
        ("AUTO_CLOSE_TIME",),
        lambda line: line.has("AUTO_CLOSE_TIME") and line.number("AUTO_CLOSE_TIME") == 0,
        "A dialog closes by itself as soon as an operator has written, before the client can reply.",
        make_fix(auto_close_time=14400),
    ),
    LineRule(
        "closes_early",
        WARNING,
        ("AUTO_CLOSE_TIME", "QUEUE_TIME", "NO_ANSWER_TIME"),
        lambda line: 0 < line.number("AUTO_CLOSE_TIME") < _compute_longest_wait(line),
        "Clients have fewer seconds to reply before the dialog closes by itself than operators have to answer them.",
        make_fix(auto_close_time=14400),
    ),
    LineRule(
        "finished_outlives_silent",
        NOTE,
        ("FULL_CLOSE_TIME", "AUTO_CLOSE_TIME"),
        lambda line: line.number("FULL_CLOSE_TIME") * 60 > line.number("AUTO_CLOSE_TIME") > 0,
        "A finished dialog stays open longer (FULL_CLOSE_TIME is in minutes) than one in which the client is silent.",
        lambda line: {"auto_close_time": line.number("FULL_CLOSE_TIME") * 60},
    ),
)

RATINGS = (
    LineRule(
        "no_time_to_rate",
        NOTE,
        ("VOTE_MESSAGE", "FULL_CLOSE_TIME"),
        lambda line: line.on("VOTE_MESSAGE") and line.has("FULL_CLOSE_TIME") and line.number("FULL_CLOSE_TIME") == 0,
        "The dialog closes fully right after the request for a rating; one that comes later opens it once more.",
        make_fix(full_close_time=10),
    ),
    LineRule(
        "short_time_to_rate",
        NOTE,
        ("VOTE_TIME_LIMIT",),
        lambda line: line.on("VOTE_MESSAGE") and 0 < line.number("VOTE_TIME_LIMIT") < SHORTEST_VOTE,
        "Clients have less than a minute for a rating.",
        make_fix(vote_time_limit=0),
    ),
    LineRule(
        "rating_without_text",
        WARNING,
        ("VOTE_MESSAGE", "VOTE_MESSAGE_1_TEXT", "VOTE_MESSAGE_2_TEXT"),
        lambda line: line.on("VOTE_MESSAGE") and _lacks_text("VOTE_MESSAGE_1_TEXT", "VOTE_MESSAGE_2_TEXT")(line),
        "Clients are to be asked for a rating, but there is no text for it (1: site chat, 2: messengers).",
        _fill_texts("VOTE_MESSAGE_1_TEXT", "VOTE_MESSAGE_2_TEXT"),
    ),
    LineRule(
        "rating_without_digits",
        WARNING,
        ("VOTE_MESSAGE", "VOTE_MESSAGE_2_TEXT"),
        lambda line: (
            line.on("VOTE_MESSAGE") and bool(text := line.text("VOTE_MESSAGE_2_TEXT")) and not _names_both_digits(text)
        ),
        "In messengers clients rate by sending 1 (like) or 0 (dislike), which the text does not tell them.",
        lambda line: {"vote_message_2_text": f"{line.text('VOTE_MESSAGE_2_TEXT')} (1: +, 0: -)"},
    ),
)


CRM = (
    LineRule(
        "no_source",
        NOTE,
        ("CRM_CREATE", "CRM_SOURCE"),
        lambda line: (
            line.on("CRM")
            and line.text("CRM_CREATE") in {"lead", "deal"}
            and line.has("CRM_SOURCE")
            and not line.text("CRM_SOURCE")
        ),
        "No source is chosen: the portal makes one of the line's own, as with `create`.",
        make_fix(crm_source="create"),
        safe=True,
    ),
)


def _make_target_rules(prefix: str, which: str) -> tuple[LineRule, ...]:
    time, alert, people, notice = (f"{prefix}_{part}" for part in ("TIME", "ALERT", "LIST", "TEXT"))
    name = prefix.lower()
    return (
        LineRule(
            f"{name}_alert_without_time",
            WARNING,
            (alert, time),
            lambda line: line.on(alert) and line.number(time) == 0,
            f"Somebody is to be told when the {which} is late, but nothing is late without a time.",
            make_fix(**{time.lower(): 300}),
            safe=True,
        ),
        LineRule(
            f"{name}_alert_for_nobody",
            WARNING,
            (alert, people),
            lambda line: line.on(alert) and not line.numbers(people),
            f"A late {which} is to be reported, but to nobody.",
            make_fix(**{people.lower(): [USER]}),
        ),
        LineRule(
            f"{name}_alert_without_text",
            WARNING,
            (alert, notice),
            lambda line: line.on(alert) and not line.text(notice),
            f"The notice of a late {which} is empty.",
            make_fix(**{notice.lower(): "Operator #OPERATOR# is late in conversation #DIALOG#"}),
            safe=True,
        ),
        LineRule(
            f"{name}_text_escaped_twice",
            NOTE,
            (notice,),
            lambda line: bool(ESCAPED_TWICE.search(line.text(notice))),
            "The notice was written back as it was read, and the portal escapes HTML at every write.",
            lambda line: {notice.lower(): _unescape(line.text(notice))},
            safe=True,
        ),
    )


TARGETS = (
    *_make_target_rules("KPI_FIRST_ANSWER", "first answer"),
    *_make_target_rules("KPI_FURTHER_ANSWER", "later answer"),
    LineRule(
        "no_target",
        NOTE,
        ("KPI_FIRST_ANSWER_TIME",),
        lambda line: (
            line.has("KPI_FIRST_ANSWER_TIME")
            and line.number("KPI_FIRST_ANSWER_TIME") == 0
            and not line.on("KPI_FIRST_ANSWER_ALERT")
        ),
        "Without a time for the first answer no report can tell how many were in time.",
        make_fix(kpi_first_answer_time=300),
        safe=True,
    ),
    LineRule(
        "target_of_one",
        NOTE,
        ("KPI_FIRST_ANSWER_TIME", "QUEUE_TIME"),
        lambda line: (
            offers_in_turn(line)
            and len(line.queue) > 1
            and 0 < line.number("KPI_FIRST_ANSWER_TIME") <= line.number("QUEUE_TIME")
        ),
        "A dialog that the first operator misses is late before the second is offered it.",
        lambda line: {"kpi_first_answer_time": 2 * line.number("QUEUE_TIME")},
        safe=True,
    ),
)

MESSAGING_RULES: tuple[LineRule, ...] = (*TEXTS, *CLOSING, *RATINGS, *CRM, *TARGETS)
