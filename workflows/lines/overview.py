"""What a line does, read from its settings."""

from dataclasses import dataclass
from functools import partial

from typing_extensions import TypedDict

from tools.channels import ConfigGet, ConfigListGet
from tools.effect import Effect
from tools.statistics import V2StatGet
from tools.untrusted import mark_unless_code, mark_unless_name
from workflows.core.composite import Composite
from workflows.core.context import Context, run_together
from workflows.core.formatting import format_counts, join_limited
from workflows.core.pagination import read_count, read_rows
from workflows.core.periods import ServerTime, resolve_period
from workflows.directory.lines_and_users import Directory, LineOrUser, LineRef, NamedData
from workflows.lines.describe import describe_settings
from workflows.lines.line import OpenLine, read_lines

MOST_CHANNELS = 8
OFF = "off: messages of clients still come in and wait, but nobody can answer them; finishing closes without texts"
NO_REPORTS = "not known: the settings do not name them, and the portal gives no reports"


@dataclass(frozen=True)
class LineOverview:
    """A line in words."""

    line: OpenLine
    queue: list[LineOrUser]
    sections: dict[str, str]
    channels: dict[str, int] | None
    """Connector -> dialogs of the last 30 days; None where the plan or the rights hide reports."""


class LineOverviewData(TypedDict):
    """What a line does."""

    id: int
    name: str
    active: bool
    temporary: bool
    queue: list[NamedData]
    sections: dict[str, str]
    channels: dict[str, int] | None
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
        "`id`, `name`, `active`, `temporary`, `queue` `[{id, name}]`, `sections` (subject -> words), `channels` "
        "(connector -> dialogs of the last 30 days; null where the portal gives no reports), `limits` (in words)."
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
        (line,), channels = await run_together(
            partial(read_lines, context, [found.id]), partial(_read_channels, context, found.id)
        )
        told = [one for which in ("FIRST", "FURTHER") for one in line.numbers(f"KPI_{which}_ANSWER_LIST")]
        people = await names.read_user_names([*line.queue, *told])
        queue = [LineOrUser(one, people[one]) for one in line.queue]
        return LineOverview(line, queue, describe_settings(line, people), channels)

    def text(self, result: LineOverview) -> str:
        """A line for each subject."""
        line = result.line
        state = [OFF] if line.text("ACTIVE") == "N" else []
        state += ["temporary: the portal deletes it 8 hours after it was made"] if line.on("TEMPORARY") else []
        texts = [f"{line}: {'; '.join(state) or 'on'}"]
        texts += [f"{subject}: {words}" for subject, words in result.sections.items()]
        return "\n".join([*texts, f"Channels: {_describe_channels(result.channels)}"])

    def structured(self, result: LineOverview) -> LineOverviewData:
        """The same as a program reads it."""
        line = result.line
        return {
            "id": line.id,
            "name": mark_unless_name(line.name),
            "active": line.text("ACTIVE") != "N",
            "temporary": line.on("TEMPORARY"),
            "queue": [one.data() for one in result.queue],
            "sections": result.sections,
            "channels": result.channels and {mark_unless_code(name): count for name, count in result.channels.items()},
            "limits": NO_REPORTS if result.channels is None else None,
        }


async def _read_channels(context: Context, line_id: int) -> dict[str, int] | None:
    """The settings do not name the channels of a line, but its dialogs do."""
    from portal.errors import RefusedError

    period = resolve_period("last_30_days", await context.ask(ServerTime()))
    start, end = period.start.isoformat(), period.end.isoformat()
    try:
        answer = await context.ask(V2StatGet(date_from=start, date_to=end, config_id=line_id))
    except RefusedError:
        return None
    sources = read_rows(answer["statResult"].get("sessionsBySource"))
    return {str(row.get("source")): read_count(row.get("count")) for row in sources}


def _describe_channels(channels: dict[str, int] | None) -> str:
    if channels is None:
        return NO_REPORTS
    return f"dialogs of the last 30 days by channel: {join_limited(format_counts(channels), MOST_CHANNELS) or 'none'}"
