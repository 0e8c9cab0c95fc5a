"""Logs of events that are read from an offset, and forgotten up to it: that of a user, and that of a bot."""

from typing import Annotated, Any, ClassVar

from pydantic import Field
from typing_extensions import Doc

from tools.effect import Effect
from tools.event_results import EventLogPage
from tools.fields import Count
from tools.method import Method
from tools.naming import to_camel_case
from tools.result_types import read_object, read_whole
from tools.secrets import hide_secrets
from tools.shortening import CUT, count_kept

LARGEST_PAGE = 1000
REST_OF_PAGE = "process these, then send this nextOffset: the events that are not shown come again"


class EventLogMethod(Method):
    """Base of the methods that read such a log; an offset deletes what is below it."""

    effects = Effect.WRITE | Effect.DESTRUCTIVE
    idempotent = True
    returns: ClassVar[Any] = EventLogPage
    answer = (
        "`{events: [{eventId, type, date, data}], nextOffset, hasMore}`. `data` holds message, chat, user and language "
        "as far as the event has them. Of an empty page nextOffset is the offset that was given."
    )
    tool_answer = (
        "The same without secrets. Where not all events fit into the answer, nextOffset and hasMore are those of the "
        "events that are shown; `unreadable` counts events without a number."
    )

    offset: Annotated[Count | None, Doc("acknowledges: events with lower ids are deleted")] = None
    limit: Annotated[int | None, Field(ge=1, le=LARGEST_PAGE), Doc("events; 100")] = None

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """These methods spell their parameters in camelCase."""
        return (to_camel_case(name),)

    def shape(self, result: Any) -> Any:
        """The page without secrets, and how many of its events have no number to go on from."""
        shown = hide_secrets(result)
        lost = sum(read_whole(read_object(event).get("eventId")) <= 0 for event in shown["events"])
        return {**shown, "unreadable": lost} if lost else shown

    def client_chats(self, result: Any) -> frozenset[int]:
        """The chats in which the events happened."""
        return find_chats([read_object(event).get("data") for event in result["events"]])

    def shorten(self, result: Any, share: float) -> Any | None:
        """Fewer events, and the offset that acknowledges no more than these."""
        events = result["events"]
        if len(events) < 2:  # noqa: PLR2004  (one of several stays)
            return super().shorten(result, share)
        kept = events[: count_kept(len(events), share)]
        numbers = [read_whole(read_object(event).get("eventId")) for event in kept]
        following = max(numbers) + 1 if all(numbers) else self.offset or 0
        of = result.get(CUT, {}).get("parts", {}).get("events", {}).get("of", len(events))
        cut = {"parts": {"events": {"shown": len(kept), "of": of}}, "next": REST_OF_PAGE}
        return {**result, "events": kept, "nextOffset": following, "hasMore": True, CUT: cut}

    def _describe_rest(self, parts: Any) -> str:  # noqa: ARG002
        return REST_OF_PAGE


def find_chats(values: list[Any]) -> frozenset[int]:
    """Numbers of the chats that the data of events name: chat.id, message.chatId, and the older spellings."""
    return frozenset(number for value in values for number in _list_chats(read_object(value)) if number > 0)


def _list_chats(data: dict[str, Any]) -> list[int]:
    places = (("chat", "id"), ("chat", "chat_id"), ("message", "chatId"), ("message", "chat_id"), ("im", "chat_id"))
    inner = data.get("DATA")
    deeper = [number for item in (inner if isinstance(inner, list) else [inner]) for number in _find(item, places)]
    return [*_find(data, places), *deeper]


def _find(value: Any, places: tuple[tuple[str, str], ...]) -> list[int]:
    fields = read_object(value)
    return [read_whole(read_object(fields.get(part)).get(name)) for part, name in places]
