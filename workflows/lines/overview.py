"""What a line does, read from its settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from typing_extensions import TypedDict

from tools.channels import ConfigGet, ConfigListGet
from tools.effect import Effect
from tools.statistics import V2StatGet
from tools.untrusted import mark_unless_code, mark_unless_name
from workflows.core.attempts import read_helper
from workflows.core.composite import Composite
from workflows.core.context import Context, run_together
from workflows.core.formatting import format_counts, join_limited
from workflows.core.periods import read_clock, resolve_period
from workflows.directory.lines_and_users import Directory, LineOrUser, LineRef, NamedData
from workflows.lines.describe import describe_settings
from workflows.lines.line import OpenLine, UnreadableSettingError, read_ids
from workflows.lines.reading import read_lines
from workflows.reports.figures import read_channels
from workflows.reports.rows import ReportGaps

MOST_CHANNELS = 8
OFF = "off: messages of clients still come in and wait, but nobody can answer them; finishing closes without texts"
NO_REPORTS = "not known: the settings do not name them, and the portal gives no reports"


@dataclass(frozen=True)
class LineOverview:
    """A line in words."""

    line: OpenLine
    queue: list[LineOrUser]
    sections: dict[str, str]
    channels: Mapping[str, int | None] | None
    """Connector -> dialogs of the last 30 days; None where the plan or the rights hide reports."""
    missing: list[str]
    """What could not be read, in phrases."""


class LineOverviewData(TypedDict):
    """What a line does."""

    id: int
    name: str
    active: bool | None
    temporary: bool | None
    queue: list[NamedData]
    sections: dict[str, str]
    channels: dict[str, int | None] | None
    missing: list[str]
    limits: str | None


class ChannelOverview(Composite):
    """Tell what a line does, in words: who answers in which order, hours, texts, closing, ratings, CRM, bot, targets.

    For single settings as fields use config_get; for mistakes in them channel_audit.
    """

    title = "A line in words"
    data_type = LineOverviewData
    effects = Effect.READ
    needs = (ConfigListGet, ConfigGet)
    asks = (
        "`imopenlines.config.list.get` with the queues, for names; kept for five minutes",
        "`imopenlines.config.get` for the line, and what was put into its queue",
        "`server.time` and `imopenlines.v2.Stat.get` for the channels of the last 30 days, where plan and rights allow",
        "`user.get` for names that no queue gives, where the webhook has the scope `user_brief` or wider",
    )
    details = """
    - The words follow what the portal does with the settings: where everybody is offered every dialog, QUEUE_TIME is
      not used; a greeting is not sent where a bot meets the client; working hours only decide on texts; the automatic
      closure waits for a client who owes an answer, never for an operator. All fields:
      openchannels://docs/guides/channel-settings
    - Settings do not name the channels of a line, so these are read from its dialogs.
    - Long texts are cut; config_get has them whole.
    """
    answer = (
        "`id`, `name`, `active`, `temporary` (null where it is not understood), `queue` `[{id, name}]`, `sections` "
        "(subject -> words), `channels` (connector -> dialogs of the last 30 days; null where the portal gives no "
        "reports), `missing` (in words: what could not be read), "
        "`limits` (in words)."
    )
    example = {"line": "Website support"}
    example_answer = """\
Website support (1): on
Who answers: Olga Smirnova (3), James Carter (4): each new dialog is offered to one operator at a time, in \
turn; after 1 min without an answer to the next; clients see operators as in their profiles
Working hours: none, the line is always open
Client reads: in a new chat portal: “Welcome! An operator will be with you shortly.”; nothing after 1 min without an \
answer; when an operator finishes portal: “Thank you for contacting us.”; nothing at the automatic closure
Bot: none
Closing: by itself when the client has not replied to an operator for 4 h; for good 10 min after it is finished
Rating: clients are asked: in messengers portal: “Please rate our service: send 1 for good or 0 for bad.”; in the site \
chat portal: “Please rate our service.”; there also before the operator finishes
CRM: for an unknown client a lead is made; with a source of the line's own; a known client goes first to the \
person responsible in CRM; phones and e-mails in messages are recognised; a new operator becomes responsible
First answer: within 5 min
Later answers: no time is set
Channels: dialogs of the last 30 days by channel: livechat 12"""

    line: LineRef

    async def run(self, context: Context) -> LineOverview:
        """The line's settings in words."""
        context = context.sharing_requests()
        names = Directory(context)
        await context.tell("1 of 2: finding the line")
        found = await names.find_line(self.line)
        await context.tell("2 of 2: reading its settings and dialogs")
        gaps = ReportGaps([*names.unreadable])
        (line,), channels = await run_together(
            partial(read_lines, context, [found.id], gaps.parts), partial(_read_channels, context, found.id, gaps)
        )
        people = await read_helper(
            partial(names.read_user_names, _list_people(line)), {}, "the names of operators", gaps.parts
        )
        sections, unreadable = describe_settings(line, people)
        gaps.parts.extend(f"the setting {name}" for name in dict.fromkeys((*unreadable, *_list_unreadable(line))))
        queue = [LineOrUser(one, people.get(one, "")) for one in line.readable_queue]
        return LineOverview(line, queue, sections, channels, gaps.describe())

    def text(self, result: LineOverview) -> str:
        """A line for each subject."""
        line = result.line
        active, temporary = _read_state(line)
        state = [OFF] if active is False else [] if active else ["on or off is not known"]
        state += ["temporary: the portal deletes it 8 hours after it was made"] if temporary else []
        texts = [f"{line}: {'; '.join(state) or 'on'}"]
        texts += [f"{subject}: {words}" for subject, words in result.sections.items()]
        texts.append(f"Channels: {_describe_channels(result.channels)}")
        texts += [f"Could not be read: {'; '.join(result.missing)}."] if result.missing else []
        return "\n".join(texts)

    def structured(self, result: LineOverview) -> LineOverviewData:
        """The same as a program reads it."""
        line = result.line
        active, temporary = _read_state(line)
        return {
            "id": line.id,
            "name": mark_unless_name(line.name),
            "active": active,
            "temporary": temporary,
            "queue": [one.data() for one in result.queue],
            "sections": result.sections,
            "channels": None
            if result.channels is None
            else {mark_unless_code(name): count for name, count in result.channels.items()},
            "missing": result.missing,
            "limits": NO_REPORTS if result.channels is None else None,
        }


def _read_state(line: OpenLine) -> tuple[bool | None, bool | None]:
    """Whether it is active, and whether it is temporary; None where that could not be read."""
    unreadable = _list_unreadable(line)
    return (
        None if "ACTIVE" in unreadable else not line.off("ACTIVE"),
        None if "TEMPORARY" in unreadable else line.on("TEMPORARY"),
    )


def _list_unreadable(line: OpenLine) -> list[str]:
    """Settings that the heading and the queue need, and that could not be read."""

    def can_read(read: Callable[[str], Any], setting: str) -> bool:
        try:
            read(setting)
        except UnreadableSettingError:
            return False
        return True

    needed = (("ACTIVE", line.on), ("TEMPORARY", line.on), ("QUEUE", line.numbers))
    return [setting for setting, read in needed if not can_read(read, setting)]


def _list_people(line: OpenLine) -> list[int]:
    """Everybody whose name is shown."""
    told = [line.settings.get(f"KPI_{which}_ANSWER_LIST") for which in ("FIRST", "FURTHER")]
    return [*line.readable_queue, *(one for listed in told for one in read_ids(listed))]


async def _read_channels(context: Context, line_id: int, gaps: ReportGaps) -> Mapping[str, int | None] | None:
    """The settings do not name the channels of a line, but its dialogs do."""
    from portal.errors import RefusedError

    clock = await read_clock(context, gaps.parts)
    period = resolve_period("last_30_days", clock.now)
    question = V2StatGet(date_from=period.start.isoformat(), date_to=period.end.isoformat(), config_id=line_id)

    async def read() -> Mapping[str, int | None] | None:
        try:
            return read_channels((await context.ask(question))["statResult"], gaps)
        except RefusedError:
            return None

    found: Mapping[str, int | None] | None = await read_helper(read, None, "the channels", gaps.parts)
    return found


def _describe_channels(channels: Mapping[str, int | None] | None) -> str:
    if channels is None:
        return NO_REPORTS
    return f"dialogs of the last 30 days by channel: {join_limited(format_counts(channels), MOST_CHANNELS) or 'none'}"
