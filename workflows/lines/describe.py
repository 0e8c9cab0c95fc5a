"""The settings of a line in words, as the portal acts by them."""

from collections.abc import Iterator, Mapping

from tools.result_types import read_items
from tools.untrusted import mark_unless_code, mark_unless_name, mark_untrusted
from workflows.core.formatting import HOUR, format_duration, join_limited
from workflows.directory.lines_and_users import LineOrUser
from workflows.lines.line import OpenLine, UnreadableSettingError

LONGEST_TEXT = 70
MOST_OPERATORS = 15
MOST_DAYS = 8
ORDERS = {
    "evenly": "each new dialog is offered to one operator at a time, in turn",
    "strictly": "each new dialog is offered to the first free operator of this order",
    "all": "each new dialog is offered to everybody at once, and the first to answer has it",
}
SHOWN = {
    "profile": "clients see operators as in their profiles",
    "queue": "clients see operators by the names that the line gives them",
    "hide": "clients do not see who the operators are",
}
COUNTED = {
    "answered": " in which the client waits for an answer",
    "answered_new": " without any answer yet",
    "closed": " that are not closing",
}
DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}


def describe_settings(line: OpenLine, names: Mapping[int, str]) -> tuple[dict[str, str], list[str]]:
    """Subject -> what holds for the line, in words; `names` are those of its operators by id.

    Then the names of settings that could not be read; a subject ends where it needs one of them.
    """
    parts = {
        "Who answers": _describe_people(line, names),
        "Working hours": _describe_hours(line),
        "Client reads": _describe_texts(line),
        "Bot": _describe_bot(line),
        "Closing": _describe_closing(line),
        "Rating": _describe_rating(line),
        "CRM": _describe_crm(line),
        "First answer": _describe_target(line, "KPI_FIRST_ANSWER", names),
        "Later answers": _describe_target(line, "KPI_FURTHER_ANSWER", names),
    }
    unreadable: dict[str, None] = {}
    sections = {subject: "; ".join(_end_at_unreadable(words, unreadable)) for subject, words in parts.items()}
    return sections, list(unreadable)


def _end_at_unreadable(words: Iterator[str], unreadable: dict[str, None]) -> Iterator[str]:
    try:
        yield from words
    except UnreadableSettingError as error:
        unreadable[error.setting] = None
        yield f"{error.setting} could not be read, so the rest is not known"


def _quote(text: str) -> str:
    words = " ".join(text.split())
    return mark_untrusted(words if len(words) <= LONGEST_TEXT else f"{words[:LONGEST_TEXT]}...", "portal")


def _describe_people(line: OpenLine, names: Mapping[int, str]) -> Iterator[str]:
    people = join_limited((str(LineOrUser(one, names.get(one, ""))) for one in line.readable_queue), MOST_OPERATORS)
    if people and line.readable_queue != read_items(line.settings["QUEUE"]):
        people += ", and others who could not be read"
    if not people and not line.queue:
        yield "nobody, the queue is empty"
        return
    yield f"{people}: {ORDERS.get(line.text('QUEUE_TYPE'), 'in an order that is not known here')}"
    if line.text("QUEUE_TYPE") != "all":
        yield f"after {format_duration(line.number('QUEUE_TIME') or HOUR)} without an answer to the next"
    if limit := line.number("MAX_CHAT"):
        yield f"at most {limit} dialogs each{COUNTED.get(line.text('TYPE_MAX_CHAT'), '')}"
    if line.on("CHECK_AVAILABLE"):
        yield "only those who are at work, not absent and not on pause"
    yield SHOWN.get(line.text("OPERATOR_DATA"), "what clients see of operators is not known here")
    if priority := line.number("SESSION_PRIORITY"):
        yield f"its dialogs come {format_duration(priority)} before those of other lines"


def _describe_hours(line: OpenLine) -> Iterator[str]:
    if not line.on("WORKTIME_ENABLE"):
        yield "none, the line is always open"
        return
    zone = line.text("WORKTIME_TIMEZONE") or "the portal's server time"
    yield f"{line.clock('WORKTIME_FROM')} to {line.clock('WORKTIME_TO')}, {mark_unless_name(zone)}"
    days = [DAYS.get(day) or mark_unless_name(day) for day in line.words("WORKTIME_DAYOFF")]
    yield f"closed on {', '.join(days)}" if days else "every day of the week"
    if holidays := line.words("WORKTIME_HOLIDAYS"):
        yield f"holidays (day.month) {join_limited(map(mark_unless_name, holidays), MOST_DAYS)}"
    yield "dialogs are offered to operators at any hour"


def _describe_texts(line: OpenLine) -> Iterator[str]:
    if line.on("AGREEMENT_MESSAGE"):
        yield f"in a new chat a request for consent (agreement {line.number('AGREEMENT_ID')})"
    if line.on("WELCOME_MESSAGE"):
        when = "in every dialog" if line.on("SEND_WELCOME_EACH_SESSION") else "in a new chat"
        yield f"{when} {_quote(line.text('WELCOME_MESSAGE_TEXT'))}"
    if line.on("USE_WELCOME_FORM"):
        when = "after" if line.on("WELCOME_FORM_DELAY") else "before"
        yield f"in the site chat CRM form {line.number('WELCOME_FORM_ID')} {when} the first message"
    waited = format_duration(line.number("NO_ANSWER_TIME"))
    yield _describe_text(line, "NO_ANSWER", f"after {waited} without an answer")
    if line.on("WORKTIME_ENABLE"):
        yield _describe_text(line, "WORKTIME_DAYOFF", "outside working hours")
    yield _describe_text(line, "CLOSE", "when an operator finishes")
    yield _describe_text(line, "AUTO_CLOSE", "at the automatic closure")


def _describe_text(line: OpenLine, prefix: str, when: str) -> str:
    text = line.text(f"{prefix}_TEXT") if line.text(f"{prefix}_RULE") == "text" else ""
    return f"{when} {_quote(text)}" if text else f"nothing {when}"


def _describe_bot(line: OpenLine) -> Iterator[str]:
    bot = line.number("WELCOME_BOT_ID")
    if not (line.on("WELCOME_BOT_ENABLE") and bot):
        yield "none"
        return
    when = "in every dialog" if line.text("WELCOME_BOT_JOIN") == "always" else "in a new chat"
    yield f"user {bot} meets the client {when}, without the greeting"
    time = line.number("WELCOME_BOT_TIME")
    yield (
        f"hands over to the queue after {format_duration(time)}"
        if time
        else "keeps the dialog until it hands over itself"
    )
    leaves = line.text("WELCOME_BOT_LEFT") == "queue"
    yield f"leaves the chat {'when it hands over' if leaves else 'when the dialog closes'}"


def _describe_closing(line: OpenLine) -> Iterator[str]:
    silence = format_duration(line.number("AUTO_CLOSE_TIME"))
    yield f"by itself when the client has not replied to an operator for {silence}"
    full = line.number("FULL_CLOSE_TIME")
    yield (
        f"for good {format_duration(full * 60)} after it is finished" if full else "for good right after it is finished"
    )
    if line.on("CONFIRM_CLOSE"):
        yield "the chat window asks operators before closing"


def _describe_rating(line: OpenLine) -> Iterator[str]:
    if not line.on("VOTE_MESSAGE"):
        yield "clients are not asked"
        return
    yield f"clients are asked: in messengers {_quote(line.text('VOTE_MESSAGE_2_TEXT'))}"
    yield f"in the site chat {_quote(line.text('VOTE_MESSAGE_1_TEXT'))}"
    if line.on("VOTE_BEFORE_FINISH"):
        yield "there also before the operator finishes"
    if limit := line.number("VOTE_TIME_LIMIT"):
        yield f"they have {format_duration(limit)}"
    if line.on("VOTE_CLOSING_DELAY"):
        yield "the dialog closes when they have rated"


def _describe_crm(line: OpenLine) -> Iterator[str]:
    if not line.on("CRM"):
        yield "not used"
        return
    made = line.text("CRM_CREATE")
    yield (
        f"for an unknown client a {made} is made"
        if made in {"lead", "deal"}
        else "for an unknown client nothing is made"
    )
    if made in {"lead", "deal"} and (source := line.text("CRM_SOURCE")):
        yield "with a source of the line's own" if source == "create" else f"with the source {mark_unless_code(source)}"
    if line.on("CRM_FORWARD"):
        yield "a known client goes first to the person responsible in CRM"
    if line.on("CRM_CHAT_TRACKER"):
        yield "phones and e-mails in messages are recognised"
    if line.on("CRM_TRANSFER_CHANGE"):
        yield "a new operator becomes responsible"


def _describe_target(line: OpenLine, prefix: str, names: Mapping[int, str]) -> Iterator[str]:
    time = line.number(f"{prefix}_TIME")
    yield f"within {format_duration(time)}" if time else "no time is set"
    if line.on(f"{prefix}_ALERT") and time:
        told = [str(LineOrUser(one, names.get(one, ""))) for one in line.numbers(f"{prefix}_LIST")]
        yield f"when late, {join_limited(told, MOST_OPERATORS) or 'nobody'} is told"
