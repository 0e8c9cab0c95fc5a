"""What methods of connectors share: who may call them, what they name, and how a success of theirs can fail."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from tools.connector_parts import ClientMessage, ConnectorId, DeletedMessage
from tools.connector_results import AcceptedResult, HandlingResult, RegistrationResult
from tools.effect import Auth
from tools.error_advice import find_advice
from tools.fields import LineId
from tools.method import Method, RefusedByResultError, UnexpectedResultError

LONGEST_COMPLAINT = 500


class ApplicationMethod(Method):
    """A method that no webhook can call."""

    auth = Auth.APPLICATION


class RegistrationMethod(ApplicationMethod):
    """Answers with an object whose `result` says whether it worked, or with an error and HTTP 200."""

    returns = RegistrationResult
    data_type = bool
    answer = (
        "`{result}`: an object whose `result` is true. A refusal has HTTP 200 and `{result: false, error, "
        "error_description}` at the top level, without the wrapper `result` and without `time`; some versions nest it."
    )

    def shape(self, result: Any) -> Any:
        """`true`, or the failure that is inside a success."""
        if result["result"]:
            return True
        code = result.get("error") or ""
        raise RefusedByResultError(
            False, find_advice(code, self.errors), code=code, said=result.get("error_description") or ""
        )


class LineMethod(ApplicationMethod):
    """About a connector on a line."""

    connector: ConnectorId
    line: LineId


class AcceptingMethod(LineMethod):
    """Answers with a SUCCESS of its own and nothing else that matters."""

    returns = AcceptedResult
    data_type: ClassVar[Any] = bool
    answer = "`{SUCCESS, DATA}`; `DATA` is `[]`."
    tool_answer = "`true`."

    def shape(self, result: Any) -> Any:
        """`true`, or the failure that is inside a success."""
        if not result["SUCCESS"]:
            raise RefusedByResultError(False, f"The portal gives no reason. {self.afterwards}")
        return True


class HandledMessage(TypedDict):
    """A message that was taken."""

    message_id: str
    user_id: NotRequired[int]
    chat_id: NotRequired[int]
    session_id: NotRequired[int]


class HandledMessages(TypedDict):
    """The messages that were taken, in the order in which they were given."""

    messages: list[HandledMessage]


class MessagesMethod(AcceptingMethod):
    """Handles several messages, each with a success of its own inside an answer that is always one."""

    returns: ClassVar[Any] = HandlingResult
    data_type = HandledMessages
    answer = (
        "`{SUCCESS, DATA: {RESULT: [{user, message: {id}, chat: {id}, SUCCESS}]}}`: `RESULT` has one entry a message, "
        "in order; `user` is the client on the portal, a number as text. An entry that failed has SUCCESS false and "
        "its reasons in words in ERRORS. SUCCESS at the top is true even if every entry failed."
    )
    tool_answer = (
        "`messages`: for each, in order, `message_id` of the channel and the client's `user_id` on the portal."
    )
    done: ClassVar[str]
    """What was done to a message, as a participle."""
    doubles: ClassVar[str] = ""
    """What sending again would do to those that were taken."""

    messages: Annotated[Sequence[ClientMessage | DeletedMessage], Field(min_length=1)]

    def shape(self, result: Any) -> Any:
        """One entry a message; a failure unless all of them were taken."""
        super().shape(result)
        handled = result["DATA"].get("RESULT", [])
        if len(handled) != len(self.messages):
            raise UnexpectedResultError(f"{self.rest} says nothing of some messages")
        named = list(zip((message.message.id for message in self.messages), handled, strict=True))
        taken = [_view_handled(name, one) for name, one in named if one["SUCCESS"]]
        if refused := {name: _read_complaint(one) for name, one in named if not one["SUCCESS"]}:
            raise self._not_all(taken, refused)
        return {"messages": taken}

    def _not_all(self, taken: list[dict[str, Any]], refused: dict[str, str]) -> RefusedByResultError:
        others = f" {', '.join(map(_describe_place, taken))}: {self.done} already{self.doubles}." if taken else ""
        return RefusedByResultError(
            False,
            f"Correct and call again only for {', '.join(refused)}.{others}",
            happened=f"The portal has {self.done} {len(taken)} of {len(self.messages)} messages",
            said="; ".join(f"{name}: {words}" for name, words in refused.items())[:LONGEST_COMPLAINT],
        )


def _view_handled(outside: str, handled: Any) -> dict[str, Any]:
    session = handled.get("session") or {}
    ids = {"chat_id": session.get("CHAT_ID"), "session_id": session.get("ID")}
    return {"message_id": outside, "user_id": handled.get("user"), **(ids if session else {})}


def _describe_place(entry: dict[str, Any]) -> str:
    return f"{entry['message_id']} (chat {entry['chat_id']})" if "chat_id" in entry else entry["message_id"]


def _read_complaint(handled: Any) -> str:
    texts = " ".join(str(text) for text in handled.get("ERRORS") or [])
    return " ".join(texts.split()) or "no reason given"
