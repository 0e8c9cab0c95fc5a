"""The settings of a line in words, as the portal acts by them."""

from collections.abc import Iterator, Mapping

from tools.untrusted import mark_unless_code, mark_unless_name, mark_untrusted
from workflows.core.formatting import HOUR, duration, listed
from workflows.directory.names import Named
from workflows.lines.line import Line

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


def sections(line: Line, names: Mapping[int, str]) -> dict[str, str]:
    """Subject -> what holds for the line."""
    parts = {
        "Who answers": _people(line, names),
        "Working hours": _hours(line),
        "Client reads": _texts(line),
        "Bot": _bot(line),
        "Closing": _closing(line),
        "Rating": _rating(line),
        "CRM": _crm(line),
        "First answer": _target(line, "KPI_FIRST_ANSWER", names),
        "Later answers": _target(line, "KPI_FURTHER_ANSWER", names),
    }
    return {subject: "; ".join(words) for subject, words in parts.items()}


def _quoted(text: str) -> str:
    words = " ".join(text.split())
    return mark_untrusted(words if len(words) <= LONGEST_TEXT else f"{words[:LONGEST_TEXT]}...", "portal")


def _people(line: Line, names: Mapping[int, str]) -> Iterator[str]:
    if not line.queue:
        yield "nobody, the queue is empty"
        return
    people = listed((str(Named(one, names.get(one, ""))) for one in line.queue), MOST_OPERATORS)
    yield f"{people}: {ORDERS.get(line.text('QUEUE_TYPE'), 'in an order that is not known here')}"
    if line.text("QUEUE_TYPE") != "all":
        yield f"after {duration(line.number('QUEUE_TIME') or HOUR)} without an answer to the next"
    if limit := line.number("MAX_CHAT"):
        yield f"at most {limit} dialogs each{COUNTED.get(line.text('TYPE_MAX_CHAT'), '')}"
    if line.on("CHECK_AVAILABLE"):
        yield "only those who are at work, not absent and not on pause"
    yield SHOWN.get(line.text("OPERATOR_DATA"), "what clients see of operators is not known here")
    if priority := line.number("SESSION_PRIORITY"):
        yield f"its dialogs come {duration(priority)} before those of other lines"


def _hours(line: Line) -> Iterator[str]:
    if not line.on("WORKTIME_ENABLE"):
        yield "none, the line is always open"
        return
    zone = line.text("WORKTIME_TIMEZONE") or "the portal's server time"
    yield f"{line.clock('WORKTIME_FROM')} to {line.clock('WORKTIME_TO')}, {mark_unless_name(zone)}"
    days = [DAYS.get(day) or mark_unless_name(day) for day in line.words("WORKTIME_DAYOFF")]
    yield f"closed on {', '.join(days)}" if days else "every day of the week"
    if holidays := line.words("WORKTIME_HOLIDAYS"):
        yield f"holidays (day.month) {listed(map(mark_unless_name, holidays), MOST_DAYS)}"
    yield "dialogs are offered to operators at any hour"


def _texts(line: Line) -> Iterator[str]:
    if line.on("AGREEMENT_MESSAGE"):
        yield f"in a new chat a request for consent (agreement {line.number('AGREEMENT_ID')})"
    if line.on("WELCOME_MESSAGE"):
        when = "in every dialog" if line.on("SEND_WELCOME_EACH_SESSION") else "in a new chat"
        yield f"{when} {_quoted(line.text('WELCOME_MESSAGE_TEXT'))}"
    if line.on("USE_WELCOME_FORM"):
        when = "after" if line.on("WELCOME_FORM_DELAY") else "before"
        yield f"in the site chat CRM form {line.number('WELCOME_FORM_ID')} {when} the first message"
    waited = duration(line.number("NO_ANSWER_TIME"))
    yield _by_rule(line, "NO_ANSWER", f"after {waited} without an answer")
    if line.on("WORKTIME_ENABLE"):
        yield _by_rule(line, "WORKTIME_DAYOFF", "outside working hours")
    yield _by_rule(line, "CLOSE", "when an operator finishes")
    yield _by_rule(line, "AUTO_CLOSE", "at the automatic closure")


def _by_rule(line: Line, prefix: str, when: str) -> str:
    text = line.text(f"{prefix}_TEXT") if line.text(f"{prefix}_RULE") == "text" else ""
    return f"{when} {_quoted(text)}" if text else f"nothing {when}"


def _bot(line: Line) -> Iterator[str]:
    bot = line.number("WELCOME_BOT_ID")
    if not (line.on("WELCOME_BOT_ENABLE") and bot):
        yield "none"
        return
    yield f"user {bot} meets the client {'in every dialog' if _always(line) else 'in a new chat'}, without the greeting"
    time = line.number("WELCOME_BOT_TIME")
    yield f"hands over to the queue after {duration(time)}" if time else "keeps the dialog until it hands over itself"
    leaves = line.text("WELCOME_BOT_LEFT") == "queue"
    yield f"leaves the chat {'when it hands over' if leaves else 'when the dialog closes'}"


def _always(line: Line) -> bool:
    return line.text("WELCOME_BOT_JOIN") == "always"


def _closing(line: Line) -> Iterator[str]:
    yield f"by itself when the client has not replied to an operator for {duration(line.number('AUTO_CLOSE_TIME'))}"
    full = line.number("FULL_CLOSE_TIME")
    yield f"for good {duration(full * 60)} after it is finished" if full else "for good right after it is finished"
    if line.on("CONFIRM_CLOSE"):
        yield "the chat window asks operators before closing"


def _rating(line: Line) -> Iterator[str]:
    if not line.on("VOTE_MESSAGE"):
        yield "clients are not asked"
        return
    yield f"clients are asked: in messengers {_quoted(line.text('VOTE_MESSAGE_2_TEXT'))}"
    yield f"in the site chat {_quoted(line.text('VOTE_MESSAGE_1_TEXT'))}"
    if line.on("VOTE_BEFORE_FINISH"):
        yield "there also before the operator finishes"
    if limit := line.number("VOTE_TIME_LIMIT"):
        yield f"they have {duration(limit)}"
    if line.on("VOTE_CLOSING_DELAY"):
        yield "the dialog closes when they have rated"


def _crm(line: Line) -> Iterator[str]:
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


def _target(line: Line, prefix: str, names: Mapping[int, str]) -> Iterator[str]:
    time = line.number(f"{prefix}_TIME")
    yield f"within {duration(time)}" if time else "no time is set"
    if line.on(f"{prefix}_ALERT") and time:
        told = [str(Named(one, names.get(one, ""))) for one in line.numbers(f"{prefix}_LIST")]
        yield f"when late, {listed(told, MOST_OPERATORS) or 'nobody'} is told"
