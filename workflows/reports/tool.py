"""How a line did in a period, with what a supervisor should look at."""

import importlib.util
import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import Doc

from tools.effect import Effect
from tools.error_advice import explain_missing_reports
from tools.shortening import count_kept
from tools.statistics import V2SessionList, V2StatGet
from workflows.core.composite import Composite
from workflows.core.context import Context, run_together
from workflows.core.moments import PortalClock
from workflows.core.periods import Day, Period, PeriodName, read_clock, resolve_dates, resolve_period
from workflows.directory.lines_and_users import Directory, LineOrUser, LineRef, OperatorRef
from workflows.reports.preparation import make_report
from workflows.reports.render import render_text
from workflows.reports.report import LineReport, ReportData, ReportScope
from workflows.reports.rows import ReportGaps
from workflows.reports.table import count_left_out, list_rows, make_table, render_table

NO_REPORTS = (
    "so there is no report. What remains: channel_overview and channel_audit for a line, crm_chat_get for the dialogs "
    "of a CRM record, dialog_get and session_history_get for a single dialog."
)

NO_MATPLOTLIB = (
    "pictures need matplotlib, which is not installed here; the person who runs the server can "
    "pip install 'bitrix24-openchannels-mcp[charts]'"
)


IN_TABLE = frozenset({"totals", "before", "by_hour", "by_channel", "by_operator", "worth_a_look"})
"""Parts of the data that the table holds."""


class ChannelReport(Composite):
    """Report on a line or all: dialogs, first answer, ratings, load by hour and person, dialogs worth a look.

    period (last_7_days unless given), or date_from and date_to.
    """

    title = "Report on a line"
    data_type = ReportData
    effects = Effect.READ
    needs = (V2StatGet, V2SessionList)
    errors = explain_missing_reports(NO_REPORTS)
    asks = (
        "`server.time`: periods are counted by the portal's clock and offset",
        "`imopenlines.config.list.get` with the queues, for names; kept for five minutes",
        "`imopenlines.v2.Stat.get` for the period, and for the one before if compared",
        "`imopenlines.v2.Session.list` for the dialogs that began in the period, those accepted last first",
        "the same for those that nobody has taken, the oldest first",
        "`imopenlines.v2.Session.Rating.list` for ratings that came in; of each list at most 1,000 rows, 200 a page",
        "`imopenlines.v2.Session.Transfer.list` for the dialogs that were read, 50 at a time",
        "`imopenlines.session.history.get` for the messages of the newest 125 of these, beside the transfers",
        "`user.get` for names of operators who are in no queue, where the webhook has the scope `user_brief` or wider",
    )
    details = """
    - Counted are dialogs that began in the period. Questions that do not need each other's answers go to the portal
      together.
    - Times are by the portal's server clock with its present offset: where summer time began or ended in between, give
      moments with offsets. Periods that are not over end now. Weeks begin on Monday; last_7_days is today and the six
      days before.
    - The period before has the same length and begins at the same time of day: the days just before, for this_week and
      last_week the same days a week earlier.
    - `accepted` is the portal's figure: it takes the moment when somebody accepted a dialog, or got it by a transfer,
      for the first answer, and gives it to whoever has the dialog now. By it `in_time` and `late` are counted, only on
      lines with a target (KPI_FIRST_ANSWER_TIME). 0 seconds mean that nothing was measured.
    - `first_answer` is computed from the messages: from the client's first message of the session to the first message
      of a person that the client got. Notices, bots and what was written in silent mode are no answers. What a
      connector hands in for the company (from the phone, say) is one, past the portal and without a person.
    - `by_operator` has a row for each person on all lines together. `dialogs` are those that they have now, and
      `operator` means these. A first answer, and its being late, is theirs who wrote it; a rating theirs who wrote last
      before it. Whoever has the dialog now makes no difference.
    - The messages of the newest 125 dialogs are read, as the caller's rights to the history of conversations allow.
      `missing` says of how many it is not known who answered; `first_answers.dialogs` counts those in which it is.
    - A dialog is worth a look when nobody has taken it, the client disliked it, a supervisor gave 1 or 2, the first
      answer was late or took ten minutes (acceptance, where its messages were not read), or it was transferred twice:
      at most three of each kind, eight in all.
    - Of more than 1,000 dialogs only totals, hours, channels and present dialogs by person are complete, and the text
      says so.
    - `format=csv` gives the same report as one table, with names; the data holds it in `csv` instead of the lists.
      Cells that a spreadsheet would take for a formula begin with an apostrophe.
    - The picture needs matplotlib: `pip install 'bitrix24-openchannels-mcp[charts]'`. Without it the report says
      so in one line (`picture` in the data). Where its font lacks a letter of a name, the picture has the id instead.
      The data does not repeat the picture.
    """
    answer = (
        "`period` `{name, from, to}`, `line`, `operator` `{id, name}` where asked for, `totals` and `before` `{new, "
        "closed, spam, accepted, in_time, late, duration, likes, dislikes}` (seconds), `not_taken_yet`, "
        "`first_answers` `{dialogs, answered, average (seconds), past_portal}`, `by_hour` (24 counts), `by_channel`, "
        "`by_operator` `[{id, name, dialogs, answered, first_answer, late, likes, dislikes}]`, "
        "`ratings_received` `{likes, dislikes}` whenever the dialogs began, `supervisor` `{votes, average}`, "
        "`transfers` `{transfers, dialogs, by_reason}`, `worth_a_look` `[{session_id, chat_id, line_id, line, "
        "operator_id, operator, untaken, answered_by [{id, name}], reasons}]`, `to_read_one`, `meaning` (of the "
        "times), `looked_at` (dialogs that were read one by one), `looked_at_all`, `missing` (in words: what the "
        "portal did not tell, or in a form that is not understood; such a figure is null, never 0); with format=csv "
        "`csv` and `rows_left_out`."
    )
    example = {"line": "Website support", "period": "today"}
    example_answer = """\
Website support (1), today: 2026-03-16 00:00 to 2026-03-16 10:00 (UTC+01:00)
In brackets the period before: 2026-03-15 00:00 to 2026-03-15 10:00
Dialogs: 9 (1, +800 %) new, 1 (1) of them closed, 0 (0) spam; 2 not taken by anybody yet
Accepted after: 6 min on average (4 min, +50 %); in time 4 of 9 on lines with a target, 44 % (1 of 1, 100 %)
First answer, by the messages: 7 min on average, 5 of 9 dialogs answered
Duration: 1 h on average (45 min, +33 %)
Ratings: likes 0 (0), dislikes 0 (0), supervisors' votes none
By person (has now; first answers given): James Carter (4): has 5, answered 2 after 8 min 30 s, 1 of them late; \
Olga Smirnova (3): has 3, answered 2 after 4 min; Anna Keller (1): has 1, answered 1 after 10 min, 1 of them late
By channel: livechat 9
By hour: 05h 1, 06h 1, 07h 1, 08h 2, 09h 4
Transfers: 2 (line 1, queue 1), dialogs 2
Worth a look (session_history_get with the session_id shows the conversation):
- session_id 303, chat_id 203: nobody has taken it for 35 min; offered to James Carter (4)
- session_id 302, chat_id 202: nobody has taken it for 12 min; offered to Olga Smirnova (3)
- session_id 332, chat_id 212: first answer after 15 min, accepted late; answered by James Carter (4)
- session_id 306, chat_id 206: first answer after 10 min, accepted late; answered by Anna Keller (1)"""

    period: Annotated[PeriodName | None, Doc("last_7_days unless given")] = None
    date_from: Annotated[Day | None, Field(description="2026-03-01, or with time"), Doc("start of the period")] = None
    date_to: Annotated[Day | None, Doc("end of the period, that day included; now unless given")] = None
    line: Annotated[LineRef | None, Doc("all lines unless given")] = None
    operator: Annotated[OperatorRef | None, Doc("only this operator's dialogs")] = None
    compare: Annotated[bool, Doc("with the period of the same length before")] = True
    chart: Annotated[bool, Doc("add a picture: dialogs by hour and by person; needs the extra `charts`")] = False
    format: Annotated[Literal["text", "csv"], Doc("csv: one table for a spreadsheet")] = "text"

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        if self.period is not None and (self.date_from or self.date_to):
            raise ValueError("give period, or date_from and date_to, not both")
        if self.date_to and not self.date_from:
            raise ValueError("date_to needs date_from")
        return self

    async def run(self, context: Context) -> LineReport:
        """The figures, the dialogs worth a look, and the picture if it is wanted."""
        context = context.sharing_requests()
        await context.tell("1 of 3: finding out which period, line and operator are meant")
        gaps = ReportGaps()
        scope, clock = await self._read_scope(context, gaps)
        if scope.operator:
            gaps.parts.append(f"dialogs that {scope.operator} answered and others have now: call without operator")
        report = await make_report(context, Directory(context), scope, clock, gaps, compare=self.compare)
        return await _add_chart(report) if self.chart else report

    def text(self, result: LineReport) -> str:
        """The report in a few lines."""
        return render_table(result) if self.format == "csv" else render_text(result)

    def structured(self, result: LineReport) -> Mapping[str, Any]:
        """All figures; instead of their lists the table where that is wanted."""
        if self.format != "csv":
            return result.data()
        kept = {name: value for name, value in result.data().items() if name not in IN_TABLE}
        return {**kept, "csv": make_table(result), "rows_left_out": count_left_out(result)}

    def shorten(self, result: LineReport, share: float) -> LineReport | None:
        """Fewer rows of the table."""
        rows = len(list_rows(result)) if result.most_rows is None else result.most_rows
        if self.format != "csv" or rows <= 1:
            return None
        return replace(result, most_rows=count_kept(rows, share))

    def images(self, result: LineReport) -> list[bytes]:
        """The picture."""
        return [result.chart] if result.chart else []

    async def _read_scope(self, context: Context, gaps: ReportGaps) -> tuple[ReportScope, PortalClock]:
        names = Directory(context)
        clock, line, operator = await run_together(
            partial(read_clock, context, gaps.parts),
            partial(_find_if_given, names.find_line, self.line),
            partial(_find_if_given, names.find_operator, self.operator),
        )
        return ReportScope(self._resolve_period(clock.now), line, operator), clock

    def _resolve_period(self, now: Any) -> Period:
        if self.date_from:
            return resolve_dates(self.date_from, self.date_to, now)
        return resolve_period(self.period or "last_7_days", now)


async def _find_if_given(find: Any, which: int | str | None) -> LineOrUser | None:
    return None if which is None else await find(which)


async def _add_chart(report: LineReport) -> LineReport:
    """In a thread, as the first chart takes seconds and each other one some tenths of a second."""
    if importlib.util.find_spec("matplotlib") is None:
        return replace(report, no_chart=NO_MATPLOTLIB)
    import anyio

    return replace(report, chart=await anyio.to_thread.run_sync(draw_chart, report))


def draw_chart(report: LineReport) -> bytes:
    """The chart of a report as PNG; matplotlib is imported here and nowhere else."""
    # where no folder can be written it warns of that and of its slow start, which mean nothing to a caller
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from workflows.reports.chart import draw

    return draw(report)
