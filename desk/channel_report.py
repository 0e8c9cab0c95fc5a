"""How a line did in a period, with what a supervisor should look at."""

from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from typing_extensions import Doc

from desk.composite import Composite, Desk, together
from desk.names import LineRef, Named, Names, OperatorRef
from desk.periods import Day, Period, ServerTime, Word, between, named
from desk.report import Report, Scope, gather
from desk.report_text import text_of
from tools.effect import Effect
from tools.tool import InvalidArguments

NO_REPORTS = (
    "so there is no report. What remains: channel_overview and channel_audit for a line, crm_chat_get for the dialogs "
    "of a CRM record, dialog_get and session_history_get for a single dialog."
)

NO_PILLOW = (
    "chart: pictures need Pillow, which is not installed here: call without chart, or ask the person who runs the "
    "server for pip install 'bitrix24-openchannels-mcp[charts]'"
)


class ChannelReport(Composite):
    """Report on a line or all: dialogs, first answer, ratings, load by hour and operator, dialogs worth a look.

    Give period, or date_from and date_to; last_7_days unless given. Compares with the period before. chart: a picture.
    """

    title = "Report on a line"
    effects = Effect.READ
    errors = {
        "TARIFF_RESTRICTION": f"The portal's plan has no Open Channels reports, {NO_REPORTS}",
        "ERROR_METHOD_NOT_FOUND": f"This portal has no statistics methods yet, {NO_REPORTS}",
        "ACCESS_DENIED": f"The user of the webhook may not see Open Channels reports, {NO_REPORTS}",
    }
    example = {"line": "Website support", "period": "last_7_days"}

    period: Word | None = None
    date_from: Annotated[Day | None, Field(description="2026-03-01, or with time"), Doc("start of the period")] = None
    date_to: Annotated[Day | None, Doc("end of the period, that day included; now unless given")] = None
    line: LineRef | None = None
    operator: OperatorRef | None = None
    compare: Annotated[bool, Doc("with the period of the same length before")] = True
    chart: Annotated[bool, Doc("add a picture of the load; needs the extra `charts`")] = False

    @model_validator(mode="after")
    def _one_period(self) -> Self:
        if self.period is not None and (self.date_from or self.date_to):
            raise ValueError("give period, or date_from and date_to, not both")
        if self.date_to and not self.date_from:
            raise ValueError("date_to needs date_from")
        return self

    async def run(self, desk: Desk) -> Report:
        """The figures, the dialogs worth a look, and the picture if it is wanted."""
        if self.chart:
            _check_pillow()
        scope, now = await self._scope(desk)
        report = await gather(desk, Names(desk), scope, now, compare=self.compare)
        return await _with_chart(report) if self.chart else report

    def text(self, result: Report) -> str:
        """The report in a few lines."""
        return text_of(result)

    def data(self, result: Report) -> dict[str, Any]:
        """All figures."""
        return result.data()

    def images(self, result: Report) -> list[bytes]:
        """The picture."""
        return [result.chart] if result.chart else []

    async def _scope(self, desk: Desk) -> tuple[Scope, Any]:
        names = Names(desk)
        now, line, operator = await together(
            partial(desk.ask, ServerTime()),
            partial(_found, names.line, self.line),
            partial(_found, names.operator, self.operator),
        )
        return Scope(self._period(now), line, operator), now

    def _period(self, now: Any) -> Period:
        if self.date_from:
            return between(self.date_from, self.date_to, now)
        return named(self.period or "last_7_days", now)


async def _found(find: Any, which: int | str | None) -> Named | None:
    return None if which is None else await find(which)


def _check_pillow() -> None:
    if find_spec("PIL") is None:
        raise InvalidArguments([NO_PILLOW])


async def _with_chart(report: Report) -> Report:
    """Drawn in a thread, as it takes a tenth of a second."""
    import anyio

    from desk.chart import draw

    return replace(report, chart=await anyio.to_thread.run_sync(draw, report))
