"""Rules about whether a line serves clients at all: that it exists, people, hours, bot."""

from collections.abc import Mapping
from typing import Any

from tools.argument_checks import LATEST_START
from tools.result_types import read_text
from workflows.lines.line import LONGEST_DAY, OpenLine
from workflows.lines.rule import NAME, TEXT, TIME_ZONE, USER, LineRule, Severity, make_fix, offers_in_turn

ERROR, WARNING, NOTE = Severity
WEEK = 7
SHORTEST_OFFER = 10
"""Seconds in which an operator can hardly see a dialog that is offered."""
SOMEBODY = {"entity_type": "user", "entity_id": USER}


def _has_bot(line: OpenLine) -> bool:
    return line.on("WELCOME_BOT_ENABLE") and line.number("WELCOME_BOT_ID") > 0


def _has_nobody_online(line: OpenLine) -> bool:
    if not line.queue:
        return False
    if line.presence:
        return not {"online", ""}.intersection(line.presence.values())
    return line.off("QUEUE_ONLINE")


def _is_never_open(line: OpenLine) -> bool:
    start, end = line.minutes("WORKTIME_FROM"), line.minutes("WORKTIME_TO")
    return line.on("WORKTIME_ENABLE") and start is not None and end is not None and start >= end


def _lacks_hours(line: OpenLine) -> bool:
    return line.on("WORKTIME_ENABLE") and not (line.clock("WORKTIME_FROM") and line.clock("WORKTIME_TO"))


def _keep_hours(line: OpenLine) -> Mapping[str, Any]:
    """The hours that are stored, if the tool takes them; else usual ones."""
    start, end = line.minutes("WORKTIME_FROM"), line.minutes("WORKTIME_TO")
    usable = start is not None and end is not None and start < end < LONGEST_DAY and start <= LATEST_START
    hours = (line.clock("WORKTIME_FROM"), line.clock("WORKTIME_TO")) if usable else ("09:00", "18:00")
    return {"worktime_enable": True, "worktime_from": hours[0], "worktime_to": hours[1]}


def _set_off_hours_text(line: OpenLine) -> Mapping[str, Any]:
    text = {} if line.text("WORKTIME_DAYOFF_TEXT") else {"worktime_dayoff_text": TEXT}
    return {"worktime_dayoff_rule": "text", **text}


def _is_open_one_hour(line: OpenLine) -> bool:
    start, end = line.minutes("WORKTIME_FROM"), line.minutes("WORKTIME_TO")
    return line.on("WORKTIME_ENABLE") and start is not None and end == start + 60


def _is_short(holiday: str) -> bool:
    return any(len(part) == 1 for part in holiday.split("."))


def _pad_holidays(line: OpenLine) -> Mapping[str, Any]:
    holidays = (holiday.split(".") for holiday in line.words("WORKTIME_HOLIDAYS"))
    return {"worktime_holidays": [".".join(part.zfill(2) for part in parts) for parts in holidays]}


def _complete_names(line: OpenLine) -> list[dict[str, Any]]:
    """Everybody of the queue, as the portal forgets whom it does not hold."""
    fields = line.objects("QUEUE_USERS_FIELDS")
    named: list[dict[str, Any]] = []
    for user in line.queue:
        own = fields.get(str(user), {})
        position = {"user_work_position": words} if (words := read_text(own.get("USER_WORK_POSITION"))) else {}
        named.append({"user_id": user, "user_name": read_text(own.get("USER_NAME")) or NAME, **position})
    return named


def _has_nameless_operators(line: OpenLine) -> bool:
    return any(fields["user_name"] == NAME for fields in _complete_names(line))


EXISTENCE = (
    LineRule(
        "temporary",
        ERROR,
        ("TEMPORARY",),
        lambda line: line.on("TEMPORARY"),
        "The portal deletes a temporary line 8 hours after it was made, with all its settings.",
        make_fix(temporary=False),
        safe=True,
    ),
    LineRule(
        "inactive",
        WARNING,
        ("ACTIVE",),
        lambda line: line.off("ACTIVE"),
        "The line is off: clients' messages still come in and wait, but nobody can answer them.",
        make_fix(active=True),
    ),
)

PEOPLE = (
    LineRule(
        "empty_queue",
        ERROR,
        ("QUEUE",),
        lambda line: not line.queue,
        "No active employee is in the queue: nobody gets the line's dialogs.",
        make_fix(queue=[SOMEBODY]),
    ),
    LineRule(
        "nobody_online",
        WARNING,
        ("QUEUE", "QUEUE_ONLINE"),
        _has_nobody_online,
        "At this moment nobody of the queue is online: new dialogs wait.",
        make_fix(show_offline=False),
        tool="config_get",
        safe=True,
    ),
    LineRule(
        "one_operator",
        NOTE,
        ("QUEUE",),
        lambda line: len(line.queue) == 1,
        "There is one operator only: nobody takes over when that one is busy or away.",
        lambda line: {"queue": [*line.entries, SOMEBODY]},
    ),
    LineRule(
        "short_offer",
        WARNING,
        ("QUEUE_TYPE", "QUEUE_TIME"),
        lambda line: offers_in_turn(line) and 0 < line.number("QUEUE_TIME") < SHORTEST_OFFER,
        "A dialog is taken on to the next operator before the first can have seen it.",
        make_fix(queue_time=60),
    ),
    LineRule(
        "loose_limit",
        NOTE,
        ("QUEUE_TYPE", "MAX_CHAT"),
        lambda line: line.text("QUEUE_TYPE") == "all" and line.number("MAX_CHAT") > 0,
        "Everybody is offered every dialog until the limit is reached, and can take those offered before beyond it: a "
        "firm limit needs evenly or strictly.",
        make_fix(queue_type="evenly"),
    ),
    LineRule(
        "nameless_operators",
        WARNING,
        ("OPERATOR_DATA", "QUEUE_USERS_FIELDS"),
        lambda line: line.text("OPERATOR_DATA") == "queue" and _has_nameless_operators(line),
        "Clients are to see operators as the queue names them, but some have no name there.",
        lambda line: {"queue": line.entries, "queue_users_fields": _complete_names(line)},
    ),
)

HOURS = (
    LineRule(
        "hours_missing",
        ERROR,
        ("WORKTIME_ENABLE", "WORKTIME_FROM", "WORKTIME_TO"),
        _lacks_hours,
        "Working hours are on without a beginning or an end.",
        make_fix(worktime_from="09:00", worktime_to="18:00"),
    ),
    LineRule(
        "never_open",
        ERROR,
        ("WORKTIME_FROM", "WORKTIME_TO"),
        _is_never_open,
        "The line is never open: the end has to be later on the same day; the portal knows no hours over midnight.",
        make_fix(worktime_from="00:00", worktime_to="23:59"),
    ),
    LineRule(
        "no_working_day",
        ERROR,
        ("WORKTIME_DAYOFF",),
        lambda line: line.on("WORKTIME_ENABLE") and len(set(line.words("WORKTIME_DAYOFF"))) >= WEEK,
        "Every day of the week is a day off: the line is never open.",
        make_fix(worktime_dayoff=["SA", "SU"]),
    ),
    LineRule(
        "no_time_zone",
        WARNING,
        ("WORKTIME_ENABLE", "WORKTIME_TIMEZONE"),
        lambda line: line.on("WORKTIME_ENABLE") and not line.text("WORKTIME_TIMEZONE"),
        "Working hours are counted by the portal's server clock, which may not be where the operators are.",
        make_fix(worktime_timezone=TIME_ZONE),
    ),
    LineRule(
        "silent_off_hours",
        WARNING,
        ("WORKTIME_ENABLE", "WORKTIME_DAYOFF_RULE"),
        lambda line: line.on("WORKTIME_ENABLE") and line.text("WORKTIME_DAYOFF_RULE") != "text",
        "Clients who write outside working hours are not told that nobody is there.",
        _set_off_hours_text,
    ),
    LineRule(
        "off_hours_text_unused",
        WARNING,
        ("WORKTIME_ENABLE", "WORKTIME_DAYOFF_RULE"),
        lambda line: not line.on("WORKTIME_ENABLE") and line.text("WORKTIME_DAYOFF_RULE") == "text",
        "There is a text for outside working hours, but no working hours: it is never sent.",
        _keep_hours,
    ),
    LineRule(
        "one_hour",
        NOTE,
        ("WORKTIME_FROM", "WORKTIME_TO"),
        _is_open_one_hour,
        "The line is open for one hour: that is also what the portal makes of hours over midnight. It knows none: two "
        "lines, or the whole day.",
        make_fix(worktime_from="00:00", worktime_to="23:59"),
    ),
    LineRule(
        "short_holiday",
        WARNING,
        ("WORKTIME_HOLIDAYS",),
        lambda line: any(map(_is_short, line.words("WORKTIME_HOLIDAYS"))),
        "Holidays need two digits for day and month (01.05): others may match no day, or another (1.1 is 1 October).",
        _pad_holidays,
        safe=True,
    ),
)

BOT = (
    LineRule(
        "bot_without_id",
        WARNING,
        ("WELCOME_BOT_ENABLE", "WELCOME_BOT_ID"),
        lambda line: line.on("WELCOME_BOT_ENABLE") and line.number("WELCOME_BOT_ID") == 0,
        "A bot is to meet clients, but none is chosen: dialogs go to the queue (or give welcome_bot_id as well).",
        make_fix(welcome_bot_enable=False),
        safe=True,
    ),
    LineRule(
        "bot_switched_off",
        NOTE,
        ("WELCOME_BOT_ENABLE", "WELCOME_BOT_ID"),
        lambda line: line.off("WELCOME_BOT_ENABLE") and line.number("WELCOME_BOT_ID") > 0,
        "A bot is chosen, but switched off.",
        lambda line: {"welcome_bot_enable": True, "welcome_bot_id": line.number("WELCOME_BOT_ID")},
    ),
    LineRule(
        "bot_for_ever",
        NOTE,
        ("WELCOME_BOT_TIME",),
        lambda line: _has_bot(line) and line.has("WELCOME_BOT_TIME") and line.number("WELCOME_BOT_TIME") == 0,
        "Dialogs stay with the bot until it hands them over itself.",
        make_fix(welcome_bot_enable=True, welcome_bot_time=600),
    ),
)

AVAILABILITY_RULES: tuple[LineRule, ...] = (*EXISTENCE, *PEOPLE, *HOURS, *BOT)
