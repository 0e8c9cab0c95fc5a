"""The quick answers (canned replies) of a line."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import Doc, TypedDict

from portal.errors import RefusedError
from tools.effect import Effect
from tools.fields import LineId, Text
from tools.method import Method, RefusedByResultError
from tools.result_types import Number, PortalObject, Rows, find_number, read_items, read_object, read_text, read_whole
from tools.shortening import count_kept
from tools.untrusted import mark_untrusted
from workflows.core.composite import Composite
from workflows.core.context import Context
from workflows.directory.lines_and_users import Directory, LineOrUser, LineRef, NamedData

NOT_THERE = "ERROR_METHOD_NOT_FOUND"


class QuickRepliesResult(PortalObject):
    """A page of quick answers."""

    replies: Rows[PortalObject]
    totalCount: Number = None  # noqa: N815  (the portal's spelling)


class QuickReplyList(Method):
    """Quick answers of a line; no tool, as the official documentation does not have it."""

    rest = "imopenlines.v2.QuickReply.list"
    title = "Quick answers of a line"
    effects = Effect.READ
    returns = QuickRepliesResult

    line_id: Annotated[LineId, Field(serialization_alias="lineId")]
    search: Text | None = None
    limit: int = 50

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """The newer methods spell arguments in camelCase."""
        return (name,)


class QuickReplyData(TypedDict):
    """A quick answer."""

    id: int
    name: str
    text: str


class QuickRepliesData(TypedDict):
    """Quick answers of a line."""

    line: NamedData
    total: int | None
    replies: list[QuickReplyData]
    missing: list[str]


class FoundReplies(TypedDict):
    """What the portal answered, with the line it was asked for."""

    line: LineOrUser
    total: int | None
    replies: list[QuickReplyData]
    missing: list[str]


class QuickReplies(Composite):
    """Find quick answers (canned replies) of a line, to send one with reply. Needs a newer portal.

    message_quick_save saves new ones.
    """

    title = "Quick answers"
    data_type = QuickRepliesData
    effects = Effect.READ
    errors = {"INVALID_LINE_ID": "There is no such line, or this user may not answer on it. See config_list_get."}
    asks = (
        "`imopenlines.config.list.get` for the line's name; kept for five minutes",
        "`imopenlines.v2.QuickReply.list`: at most 50 answers",
    )
    details = """
    - `imopenlines.v2.QuickReply.list` is **undocumented**: it stands in the source of newer portals, takes `lineId`,
      `search`, `sectionId`, `offset` and `limit` (at most 50), answers `replies` `[{id, name, text, sectionId, canEdit,
      rating}]`, `sections` and `totalCount`, and may change without notice. Which version brings it is not known.
    - What `search` looks through is not known either; leave it out to see all.
    - No documented method reads quick answers. On a portal without this one they can only be seen in the chat window,
      and only saving is possible: `message_quick_save`.
    """
    answer = "`line` `{id, name}`, `total`, `replies` `[{id, name, text}]`, `missing` (what could not be read)."
    example = {"line": "Sales"}
    example_answer = """\
1 quick answer of Sales (2):
3: operator: “I will send you our price list right away.”"""

    line: LineRef
    search: Annotated[Text | None, Doc("words in it")] = None

    @classmethod
    def toolset(cls) -> str:
        """They are what is written to clients."""
        return "messages"

    async def run(self, context: Context) -> FoundReplies:
        """The answers of the line that is meant."""
        line = await Directory(context).find_line(self.line)
        try:
            answer = await context.ask(QuickReplyList(line_id=line.id, search=self.search))
        except RefusedError as refusal:
            if refusal.code != NOT_THERE:
                raise
            raise RefusedByResultError(
                None,
                "Read them in the chat window; message_quick_save saves an operator's message as one.",
                happened="This portal has no method that reads quick answers",
                code=NOT_THERE,
            ) from None
        rows = read_items(answer["replies"])
        found = [one for one in map(_read_reply, map(read_object, rows)) if one]
        lost = len(rows) - len(found)
        total = find_number(answer.get("totalCount"))
        return {
            "line": line,
            "total": total if isinstance(total, int) else None,
            "replies": found,
            "missing": [f"{lost} whose id or text could not be read"] if lost else [],
        }

    def text(self, result: FoundReplies) -> str:
        """A line an answer."""
        number, total = len(result["replies"]), result["total"]
        of = f" of {total}" if total is not None and total > number else ""
        head = f"{number}{of} quick answer{'s' * (number != 1)} of {result['line']}:"
        lines = [f"{one['id']}: {mark_untrusted(_join(one), 'operator')}" for one in result["replies"]]
        return "\n".join((head, *lines, *(f"Not in this list: {gap}." for gap in result["missing"])))

    def structured(self, result: FoundReplies) -> Mapping[str, Any]:
        """The same as a program reads it."""
        replies = [
            {name: value if name == "id" else mark_untrusted(value, "operator") for name, value in one.items()}
            for one in result["replies"]
        ]
        return {**result, "line": result["line"].data(), "replies": replies}

    def shorten(self, result: FoundReplies, share: float) -> FoundReplies | None:
        """Fewer answers, and it says so."""
        replies = result["replies"]
        if len(replies) <= 1:
            return None
        kept = count_kept(len(replies), share)
        return {**result, "replies": replies[:kept], "missing": [*result["missing"], "more: narrow with search"]}


def _join(reply: QuickReplyData) -> str:
    """The name only where it says more than the beginning of the text."""
    name, text = reply["name"], reply["text"]
    return text if not name or text.startswith(name.rstrip("…. ")) else f"{name}: {text}"


def _read_reply(row: Mapping[str, Any]) -> QuickReplyData | None:
    number, text = read_whole(row.get("id")), read_text(row.get("text"))
    return {"id": number, "name": read_text(row.get("name")), "text": text} if number > 0 and text else None
