"""What the statistics methods share: their spelling, their filters, their pages and the advice for their errors."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import Doc

from tools.argument_checks import check_at_most_one
from tools.csv_format import Format, Table
from tools.effect import Effect
from tools.fields import Id, LineId, Text, UserId
from tools.method import Method
from tools.naming import to_camel_case
from tools.result_types import read_flag

LONGEST_FILTER = 1000


def _check_length(values: list[Any]) -> list[Any]:
    if not 1 <= len(values) <= LONGEST_FILTER:
        raise ValueError(f"should hold 1 to {LONGEST_FILTER} items")
    return values


Ids = Annotated[list[Id], AfterValidator(_check_length)]
Sources = Annotated[list[Text], AfterValidator(_check_length)]
Source = Annotated[Text, Field(description="connector, e.g. livechat")]
Offset = Annotated[int, Field(ge=0, le=10000)]
Limit = Annotated[int, Field(ge=1, le=200)]

FILTER = {"INVALID_FILTER": "A filter has a value that the portal does not take; the message names it."}
PERIOD = {
    "PERIOD_REQUIRED": "Give both ends of the period, as ISO 8601 with an offset.",
    "PERIOD_TOO_LARGE": "The period is longer than 366 days: split it.",
}
OFFSET = {"OFFSET_TOO_LARGE": "The offset is over 10000: narrow the period or the filters instead of paging on."}
SESSIONS = {
    "100": "session_id has to be a list of session ids.",
    "BATCH_LIMIT_EXCEEDED": "Too many sessions in one call: split the list.",
}


class StatisticsMethod(Method):
    """Base of the statistics methods: camelCase parameters, booleans as they are."""

    effects = Effect.READ
    idempotent = True

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """These methods spell their parameters in camelCase."""
        return (to_camel_case(name),)

    def text(self, result: Any) -> str:
        """Rows without the fields that are null: most of a session's are."""
        return super().text(_drop_nulls(result))

    def structured(self, result: Any) -> Mapping[str, Any]:
        """The same as a program reads it."""
        return super().structured(_drop_nulls(result))


def _drop_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_drop_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: _drop_nulls(item) for name, item in value.items() if item is not None}
    return value


class ListMethod(StatisticsMethod):
    """Lists rows, which may come as CSV."""

    rows_key: ClassVar[str]
    """Where the rows stand in the result."""
    format: Format = None

    def text(self, result: Any) -> str:
        """Rows, or a table."""
        return self._make_table(result).text() if self.format else super().text(result)

    def structured(self, result: Any) -> Mapping[str, Any]:
        """The same as a program reads it."""
        return self._make_table(result).structured() if self.format else super().structured(result)

    def make_csv(self, result: Any) -> str | None:
        """All rows of the page."""
        return self._make_table(result).make_csv() if self.format else None

    def _make_table(self, result: Any) -> Table:
        rows = [row for row in result.get(self.rows_key, []) if isinstance(row, dict)]
        more = read_flag(result.get("hasNextPage")) is True
        following = f"offset={getattr(self, 'offset', 0) + len(rows)}" if more else ""
        return Table(rows, following, result.get("missing", []))


class FilteredMethod(StatisticsMethod):
    """Filters by line, operator and channel."""

    config_id: LineId | None = None
    config_id_list: Annotated[Ids | None, Doc("several lines, at most 1000")] = None
    operator_id: UserId | None = None
    operator_id_list: Annotated[Ids | None, Doc("several operators, at most 1000")] = None
    source: Source | None = None
    source_list: Annotated[Sources | None, Doc("several connectors, at most 1000")] = None

    @model_validator(mode="after")
    def _one_form_of_each_filter(self) -> Self:
        check_at_most_one(self, "config_id", "config_id_list")
        check_at_most_one(self, "operator_id", "operator_id_list")
        check_at_most_one(self, "source", "source_list")
        return self
