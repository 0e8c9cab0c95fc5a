"""Who really answered the dialogs of a report, and how soon, by their messages: statistics count acceptance."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from statistics import fmean
from typing import Any

from tools.dialog_view import view_history
from tools.dialogs import SessionHistoryGet
from tools.message_view import MessageView, find_role, index_by_id, join_lines
from tools.result_types import read_text
from workflows.core.attempts import ask_tolerantly, describe_failure
from workflows.core.context import Context, run_together
from workflows.core.moments import read_moment
from workflows.directory.names import LONGEST_NAME
from workflows.reports.rows import ReportedRating, ReportedSession, ReportGaps

MOST_READ = 125
"""Dialogs whose messages are read, fifty in a request: as many as the inbox reads."""
WHOLE = 10_000
"""Messages of a session, none left out."""
PAST_PORTAL = 0
"""In place of a person: the company's answer that a connector handed in, such as from the phone."""


@dataclass(frozen=True)
class WrittenAnswer:
    """A message of a person that the client got."""

    author: int
    """PAST_PORTAL where no person of the portal wrote it."""
    at: datetime | None
    """None where the date cannot be read."""


@dataclass(frozen=True)
class DialogAnswers:
    """What the messages of one session tell."""

    has_question: bool = False
    """Whether the client has written at all."""
    first: WrittenAnswer | None = None
    """The first one after the client's first message; None where nobody has answered, or nobody knows who."""
    seconds: int | None = None
    """From the client's first message to that one."""
    written: Sequence[WrittenAnswer] = ()
    """All of them, oldest first."""
    names: Mapping[int, str] = field(default_factory=dict)
    """Of people and bots of the portal in the chat."""

    @property
    def people(self) -> list[int]:
        """Everybody who wrote to the client, in the order of their first message."""
        return list(dict.fromkeys(one.author for one in self.written if one.author != PAST_PORTAL))

    def find_rated(self, at: datetime | None) -> int:
        """Whom a rating of that moment is about: who wrote last before it; 0 where no person did."""
        before = [one.author for one in self.written if at is None or one.at is None or one.at <= at]
        return before[-1] if before else PAST_PORTAL


@dataclass(frozen=True)
class FirstAnswers:
    """First answers by messages, of the dialogs whose messages were read."""

    dialogs: int
    """Dialogs in which the client has written."""
    answered: int
    average: int
    """Seconds from the client's first message to the first message of a person; 0 where there is none to measure."""
    past_portal: int
    """Of those answered, how many were by the company past the portal, so that no person is known."""


@dataclass
class PersonFigures:
    """What one person did in the dialogs whose messages were read."""

    waits: list[int] = field(default_factory=list)
    """Seconds until each first answer of theirs that can be measured."""
    answered: int = 0
    late: int = 0
    likes: int = 0
    dislikes: int = 0

    @property
    def first_answer(self) -> int:
        """Average in seconds; 0 where there is nothing to measure."""
        return compute_mean(self.waits)


def compute_mean(seconds: Sequence[int]) -> int:
    """The mean, rounded; 0 of nothing."""
    return round(fmean(seconds)) if seconds else 0


async def ask_histories(
    context: Context, sessions: Iterable[ReportedSession], gaps: ReportGaps, zone: tzinfo | None
) -> dict[int, DialogAnswers]:
    """Session -> what its messages tell, of the newest 125; `gaps` names the others, and what could not be read.

    One call of `imopenlines.session.history.get` each; a dialog whose messages the caller may not read costs only
    itself.

    Raises:
        PortalError: The portal cannot be reached, or refuses the credentials.
    """
    wanted = sorted({session.id for session in sessions if session.id}, reverse=True)
    asked = wanted[:MOST_READ]
    questions = [SessionHistoryGet(session_id=one, last=WHOLE, detail="full") for one in asked]
    answers = await run_together(*(partial(ask_tolerantly, context, question) for question in questions))
    failures = Counter(describe_failure(answer) for answer in answers if isinstance(answer, Exception))
    for why, number in failures.items():
        gaps.parts.append(f"who answered {number} dialogs, and when (their messages: {why})")
    if more := len(wanted) - len(asked):
        gaps.parts.append(f"who answered {more} older dialogs (the {MOST_READ} newest are read: narrow the period)")
    return {
        session_id: read_answers(answer, session_id, gaps, zone)
        for session_id, answer in zip(asked, answers, strict=True)
        if not isinstance(answer, Exception)
    }


def read_answers(answer: Mapping[str, Any], session_id: int, gaps: ReportGaps, zone: tzinfo | None) -> DialogAnswers:
    """What one history tells; notices, bots and what was written in silent mode are no answers."""
    history, label = view_history(answer, WHOLE), f"session {session_id}"
    messages = [message for message in history["messages"] if message["role"] not in {"system", "bot"}]
    exchanged = [message for message in messages if not message.get("hidden")]
    for _ in range(history.get("unreadable", 0)):
        gaps.rows.add("message", ["id"], label)
    asked = next((place for place, message in enumerate(exchanged) if message["role"] == "client"), None)
    later = [] if asked is None else exchanged[asked + 1 :]
    first = next((message for message in later if message["role"] != "client"), None)
    if strangers := [message for message in exchanged if message["role"] == "unknown"]:
        gaps.rows.add("dialog", ["author of a message"], label, shown=True)
    names = dict(_read_names(answer))
    written = [_read_answer(message, zone) for message in exchanged if message["role"] == "operator"]
    if asked is None or first is None or first in strangers:
        return DialogAnswers(has_question=asked is not None, written=written, names=names)
    began, given = read_moment(exchanged[asked]["date"], zone), _read_answer(first, zone)
    if began is None or given.at is None:
        gaps.rows.add("dialog", ["date of a message"], label, shown=True)
    seconds = None if began is None or given.at is None else max(0, int((given.at - began).total_seconds()))
    return DialogAnswers(has_question=True, first=given, seconds=seconds, written=written, names=names)


def _read_names(answer: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for one, user in index_by_id(answer.get("users")).items():
        if one and find_role(one, user) in {"operator", "bot"} and (name := join_lines(read_text(user.get("name")))):
            yield one, name[:LONGEST_NAME]


def _read_answer(message: MessageView, zone: tzinfo | None) -> WrittenAnswer:
    author = PAST_PORTAL if message.get("via_connector") else message["author_id"] or PAST_PORTAL
    return WrittenAnswer(author, read_moment(message["date"], zone))


def summarize_first_answers(answers: Mapping[int, DialogAnswers]) -> FirstAnswers | None:
    """The sums; None where no messages could be read."""
    if not answers:
        return None
    given = [one for one in answers.values() if one.first]
    return FirstAnswers(
        sum(one.has_question for one in answers.values()),
        len(given),
        compute_mean([one.seconds for one in given if one.seconds is not None]),
        sum(one.first is not None and one.first.author == PAST_PORTAL for one in given),
    )


def summarize_people(
    answers: Mapping[int, DialogAnswers], sessions: Iterable[ReportedSession], ratings: Iterable[ReportedRating]
) -> dict[int, PersonFigures]:
    """Person -> what they did, whoever has the dialog now.

    A first answer, and its being late, is theirs who gave it; a rating theirs who wrote last before it.
    """
    found: defaultdict[int, PersonFigures] = defaultdict(PersonFigures)
    voted = {rating.session_id: rating.at for rating in ratings}
    for session in sessions:
        if (told := answers.get(session.id)) is None:
            continue
        if told.first and told.first.author != PAST_PORTAL:
            person = found[told.first.author]
            person.answered += 1
            person.late += session.late
            person.waits += [] if told.seconds is None else [told.seconds]
        if session.vote in {"like", "dislike"} and (rated := told.find_rated(voted.get(session.id))):
            found[rated].likes += session.vote == "like"
            found[rated].dislikes += session.vote == "dislike"
    return dict(found)


Namer = Callable[[int], str]
"""A person as a reader sees them, by id."""


def describe_people(told: DialogAnswers | None, holder: int, name: Namer, *, untaken: bool = False) -> list[str]:
    """Who answered a dialog and who has it now, in phrases; nothing of who answered where messages were not read."""
    if untaken:
        return [f"offered to {name(holder)}"] if holder else []
    people = told.people if told else []
    answered = [f"answered by {', '.join(map(name, people))}"] if people else []
    return [*answered, *([f"now with {name(holder)}"] if holder and people != [holder] else [])]
