"""The settings of a line: their defaults, and what the portal silently makes of what it is sent."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from sandbox.state import php
from sandbox.state.company import Company

WEEK_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Reading = Callable[[Any], Any]

_HOUR = re.compile(r"\d{1,2}(\.\d{1,2})?", re.ASCII)
_HOLIDAYS = re.compile(r"(?:\d{1,2}\.\d{1,2},?)+", re.ASCII)
_LATEST_START = 23.3
_LATEST_END = "23.59"
_DAY = 86400
_VOTE_TEXT_LENGTH = 100
_LANGUAGE_LENGTH = 2
UNCHANGED = object()
"""What a value is read as that the portal leaves aside."""


@dataclass(frozen=True)
class Setting:
    """One setting: what a new line has, and how a value sent for it is read."""

    default: Any
    read: Reading


def _make_lenient_flag(default: str) -> Setting:
    """Anything but N switches it on."""
    return Setting(default, lambda value: "N" if value == "N" else "Y")


def _make_strict_flag(default: str) -> Setting:
    """Only an exact Y switches it on."""
    return Setting(default, lambda value: "Y" if value == "Y" else "N")


def _make_choice(options: str, default: str, fallback: str | None = None) -> Setting:
    allowed = options.split()
    return Setting(default, lambda value: value if value in allowed else (fallback or default))


def _make_number(default: int, low: int | None = None, high: int | None = None) -> Setting:
    def read(value: Any) -> str:
        number = php.to_integer(value)
        number = number if low is None else max(low, number)
        return str(number if high is None else min(high, number))

    return Setting(str(default), read)


def _make_duration(default: int) -> Setting:
    """A number that is left aside when it is below 0."""
    return Setting(str(default), lambda value: UNCHANGED if (number := php.to_integer(value)) < 0 else str(number))


def _make_read_only(default: str | None) -> Setting:
    """Kept by the portal itself."""
    return Setting(default, lambda _: UNCHANGED)


def _make_text(default: str = "", length: int | None = None) -> Setting:
    return Setting(default, lambda value: php.to_text(value)[:length])


def _make_escaped_text(default: str) -> Setting:
    """Escaped at every write, so that what was read and is written back is escaped twice."""
    return Setting(default, lambda value: escape(php.to_text(value)))


def _make_user_list() -> Setting:
    return Setting(None, lambda value: [str(php.to_integer(item)) for item in php.list_values(value)] or None)


def _make_rule(default: str = "none") -> Setting:
    return _make_choice("none text", default, "none")


def _read_name(value: Any) -> Any:
    return php.to_text(value) if php.is_truthy(value) else UNCHANGED


def _read_days_off(value: Any) -> Any:
    return ",".join(day for day in php.list_values(value) if day in WEEK_DAYS) if php.is_array(value) else UNCHANGED


def _read_holidays(value: Any) -> str:
    """One item of another form empties the whole list; the days are stored as they were written."""
    items = php.list_values(value) if php.is_array(value) else [value]
    days = ",".join("Array" if php.is_array(item) else php.to_text(item) for item in items).replace(" ", "")
    return days if _HOLIDAYS.fullmatch(days) else ""


_FORM = _make_number(0, 0)
_BUSY = "All our operators are busy. We will answer as soon as we can."
_AWAY = "We are not at work now. Leave your question and we will come back to you."
_SILENCE = "We have not heard from you for a while, so we are closing this conversation."
_LATE = "Operator #OPERATOR# is late with an answer in conversation #DIALOG#."

SETTINGS: Mapping[str, Setting] = {
    "ACTIVE": _make_lenient_flag("Y"),
    "LINE_NAME": Setting("", _read_name),
    "CRM": _make_lenient_flag("Y"),
    "CRM_CREATE": _make_choice("none lead deal", "lead"),
    "CRM_CREATE_SECOND": _make_text(),
    "CRM_CREATE_THIRD": _make_lenient_flag("Y"),
    "CRM_FORWARD": _make_lenient_flag("Y"),
    "CRM_CHAT_TRACKER": _make_lenient_flag("Y"),
    "CRM_TRANSFER_CHANGE": _make_lenient_flag("Y"),
    "CRM_SOURCE": _make_text("create"),
    "QUEUE_TIME": _make_number(60),
    "NO_ANSWER_TIME": _make_number(60),
    "QUEUE_TYPE": _make_choice("evenly strictly all", "all"),
    "CHECK_AVAILABLE": _make_lenient_flag("N"),
    "WATCH_TYPING": _make_strict_flag("Y"),
    "WELCOME_BOT_ENABLE": _make_strict_flag("N"),
    "WELCOME_MESSAGE": _make_lenient_flag("Y"),
    "WELCOME_MESSAGE_TEXT": _make_text("Welcome! An operator will be with you shortly."),
    "VOTE_MESSAGE": _make_lenient_flag("Y"),
    "VOTE_TIME_LIMIT": _make_number(0, 0),
    "VOTE_BEFORE_FINISH": _make_strict_flag("Y"),
    "VOTE_CLOSING_DELAY": _make_strict_flag("N"),
    "VOTE_MESSAGE_1_TEXT": _make_text("Please rate our service.", _VOTE_TEXT_LENGTH),
    "VOTE_MESSAGE_1_LIKE": _make_text("Thank you for the rating!", _VOTE_TEXT_LENGTH),
    "VOTE_MESSAGE_1_DISLIKE": _make_text("We are sorry. We will do better.", _VOTE_TEXT_LENGTH),
    "VOTE_MESSAGE_2_TEXT": _make_text("Please rate our service: send 1 for good or 0 for bad."),
    "VOTE_MESSAGE_2_LIKE": _make_text("Thank you for the rating!"),
    "VOTE_MESSAGE_2_DISLIKE": _make_text("We are sorry. We will do better."),
    "AGREEMENT_MESSAGE": _make_strict_flag("N"),
    "AGREEMENT_ID": _make_number(0),
    "CATEGORY_ENABLE": _make_strict_flag("N"),
    "CATEGORY_ID": _make_number(0),
    "WELCOME_BOT_JOIN": _make_choice("first always", "always"),
    "WELCOME_BOT_ID": _make_number(0),
    "WELCOME_BOT_TIME": _make_number(600),
    "WELCOME_BOT_LEFT": _make_choice("queue close", "queue"),
    "NO_ANSWER_RULE": _make_rule(),
    "NO_ANSWER_FORM_ID": _FORM,
    "NO_ANSWER_BOT_ID": _make_number(0),
    "NO_ANSWER_TEXT": _make_text(_BUSY),
    "WORKTIME_ENABLE": _make_strict_flag("N"),
    "WORKTIME_FROM": _make_text("9"),
    "WORKTIME_TO": _make_text("18.30"),
    "WORKTIME_TIMEZONE": _make_text(),
    "WORKTIME_HOLIDAYS": Setting("", _read_holidays),
    "WORKTIME_DAYOFF": Setting("", _read_days_off),
    "WORKTIME_DAYOFF_RULE": _make_rule(),
    "WORKTIME_DAYOFF_FORM_ID": _FORM,
    "WORKTIME_DAYOFF_BOT_ID": _make_number(0),
    "WORKTIME_DAYOFF_TEXT": _make_text(_AWAY),
    "CLOSE_RULE": _make_rule("text"),
    "CLOSE_FORM_ID": _FORM,
    "CLOSE_BOT_ID": _make_number(0),
    "CLOSE_TEXT": _make_text("Thank you for contacting us."),
    "FULL_CLOSE_TIME": _make_duration(10),
    "AUTO_CLOSE_RULE": _make_rule(),
    "AUTO_CLOSE_FORM_ID": _FORM,
    "AUTO_CLOSE_BOT_ID": _make_number(0),
    "AUTO_CLOSE_TIME": _make_duration(14400),
    "AUTO_CLOSE_TEXT": _make_text(_SILENCE),
    "AUTO_EXPIRE_TIME": _make_number(86400),
    "TEMPORARY": _make_lenient_flag("N"),
    "XML_ID": _make_read_only(None),
    "LANGUAGE_ID": _make_text("en", _LANGUAGE_LENGTH),
    "QUICK_ANSWERS_IBLOCK_ID": _make_number(0),
    "SESSION_PRIORITY": _make_number(0, 0, _DAY),
    "TYPE_MAX_CHAT": _make_choice("answered answered_new closed", "answered", "answered_new"),
    "MAX_CHAT": _make_number(0, 0),
    "OPERATOR_DATA": _make_choice("profile queue hide", "profile"),
    "DEFAULT_OPERATOR_DATA": Setting([], lambda value: value if php.is_array(value) else []),
    "KPI_FIRST_ANSWER_TIME": _make_number(0, 0),
    "KPI_FIRST_ANSWER_ALERT": _make_strict_flag("N"),
    "KPI_FIRST_ANSWER_LIST": _make_user_list(),
    "KPI_FIRST_ANSWER_TEXT": _make_escaped_text(_LATE),
    "KPI_FURTHER_ANSWER_TIME": _make_number(0, 0),
    "KPI_FURTHER_ANSWER_ALERT": _make_strict_flag("N"),
    "KPI_FURTHER_ANSWER_LIST": _make_user_list(),
    "KPI_FURTHER_ANSWER_TEXT": _make_escaped_text(_LATE),
    "KPI_CHECK_OPERATOR_ACTIVITY": _make_strict_flag("N"),
    "SEND_NOTIFICATION_EMPTY_QUEUE": _make_read_only("N"),
    "SHOW_NOTIFICATION_REDIRECT": _make_strict_flag("N"),
    "USE_WELCOME_FORM": _make_strict_flag("N"),
    "WELCOME_FORM_ID": _FORM,
    "WELCOME_FORM_DELAY": _make_strict_flag("Y"),
    "SEND_WELCOME_EACH_SESSION": _make_strict_flag("N"),
    "CONFIRM_CLOSE": _make_strict_flag("N"),
    "IGNORE_WELCOME_FORM_RESPONSIBLE": _make_strict_flag("N"),
}

# Each of these is stored only along with its switch; sent without it, it falls back to its default.
_DEPENDANTS: Mapping[str, str] = {
    "WELCOME_BOT_ID": "WELCOME_BOT_ENABLE",
    "WELCOME_BOT_TIME": "WELCOME_BOT_ENABLE",
    "WELCOME_BOT_LEFT": "WELCOME_BOT_ENABLE",
    "CATEGORY_ID": "CATEGORY_ENABLE",
}
_WORKTIME = ("WORKTIME_FROM", "WORKTIME_TO")


def make_default_settings() -> dict[str, Any]:
    """The settings of a new line for which none are sent, by their names."""
    return {name: setting.default for name, setting in SETTINGS.items()}


def make_line_settings(company: Company, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a new line from what `imopenlines.config.add` is sent; wrong values are replaced silently."""
    settings = make_default_settings() | _read_settings(company, sent) | _read_worktime(sent)
    settings["LINE_NAME"] = settings["LINE_NAME"] or f"Open Channel {company.counters.get('line', 0) + 1}"
    if not company.switches.modules.crm:
        settings["CRM"] = "N"
    return settings


def read_changes(company: Company, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that an update changes: only those that were sent, and working hours only as a pair."""
    changed = _read_settings(company, sent)
    if all(sent.get(name) is not None for name in _WORKTIME):
        changed |= _read_worktime(sent)
    if not company.switches.modules.crm:
        changed["CRM"] = "N"
    return changed


def _read_settings(company: Company, sent: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in sent.items() if value is not None and name not in _WORKTIME}
    read = {name: SETTINGS[name].read(value) for name, value in given.items() if name in SETTINGS}
    read = {name: value for name, value in read.items() if value is not UNCHANGED}
    for name, switch in _DEPENDANTS.items():
        if name in read and sent.get(switch) != "Y":
            read[name] = SETTINGS[name].default
    if read.get("QUEUE_TYPE") == "all" and not company.switches.plan.queue_all:
        read["QUEUE_TYPE"] = "evenly"
    return read | {name: "N" for name in list_settings_beyond_plan(company) if name in read}


def list_settings_beyond_plan(company: Company) -> list[str]:
    """The names of the settings that the portal's plan keeps at N."""
    plan = company.switches.plan
    return [name for name, allowed in (("VOTE_MESSAGE", plan.vote), ("WORKTIME_ENABLE", plan.worktime)) if not allowed]


def _read_worktime(sent: Mapping[str, Any]) -> dict[str, Any]:
    start, end = (php.to_text(sent.get(name)) for name in _WORKTIME)
    if not (_HOUR.fullmatch(start) and _HOUR.fullmatch(end)):
        return {name: SETTINGS[name].default for name in _WORKTIME}
    if float(start) > _LATEST_START:
        start = str(_LATEST_START)
    if float(end) <= float(start):
        end = f"{float(start) + 1:g}" if float(start) < _LATEST_START else _LATEST_END
    return dict(zip(_WORKTIME, (start, end), strict=True))


def make_line_row(line_id: int, settings: Mapping[str, Any], modified_by: int) -> dict[str, Any]:
    """A line as an answer shows it: strings, lists split at commas, dates as empty objects."""
    shown = dict(settings)
    for name in ("WORKTIME_DAYOFF", "WORKTIME_HOLIDAYS"):
        shown[name] = shown[name].split(",")
    dates = {"DATE_CREATE": {}, "DATE_MODIFY": {}, "MODIFY_USER_ID": str(modified_by)}
    return {"ID": str(line_id)} | shown | dates
