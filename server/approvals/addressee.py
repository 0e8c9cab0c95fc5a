"""Who gets to read what a call sends: nobody gets to read what belongs to another client."""

from collections.abc import Iterable

from server.approvals.errors import CallStoppedError
from server.privacy.masking import Masks
from server.privacy.restored import RestoredPseudonyms
from server.privacy.texts import make_chat_owner, make_user_owner
from server.protocol.results import Failure
from tools.effect import Effect
from tools.tool import Tool
from workflows.core.composite import Composite
from workflows.core.context import Context

READ_BY_CLIENTS = frozenset({"welcome_message_text"})
"""Settings of a line that all its clients get to read."""
MOST_NAMED = 5
"""Pseudonyms that a refusal names."""
TODO = (
    "Write without them. If this client gave them, read the dialog first (dialog, session_history_get), so that it is "
    "known whose they are; then call again."
)


async def check_addressee(call: Tool, context: Context, masks: Masks, restored: RestoredPseudonyms) -> None:
    """Look whether every pseudonym that a call sends to a client belongs to that client.

    What only colleagues get to read may hold any.

    Raises:
        CallStoppedError: One belongs to somebody else, or it is not known whose it is. Nothing was sent.
        PortalError: The dialog could not be read.
        InvalidArgumentsError: The call names no dialog that there is.
    """
    if not restored.sent or not _reaches_clients(call):
        return
    where, readers = await _find_readers(call, context)
    strange = {one: owners for one in sorted(restored.sent) if not (owners := masks.find_owners(one)) & readers}
    if strange:
        reasons = "; ".join(_describe_owners(one, owners) for one, owners in list(strange.items())[:MOST_NAMED])
        happened = f"Nothing was sent: {where} would read data of somebody else. {reasons}"
        raise CallStoppedError("refused", Failure(call.tool(), "policy_refused", happened, TODO, page=call.page()))


def _reaches_clients(call: Tool) -> bool:
    """Whether anybody outside the team gets to read something of it."""
    is_notice = getattr(call, "system", None) is True
    if READ_BY_CLIENTS & type(call).model_fields.keys():
        return True
    return Effect.CUSTOMER in call.effects and not is_notice and not _goes_to_a_colleague(call)


def _goes_to_a_colleague(call: Tool) -> bool:
    fields = type(call).model_fields
    return "user_id" in fields and not {"chat_id", "dialog_id", "session_id"} & fields.keys()


async def _find_readers(call: Tool, context: Context) -> tuple[str, frozenset[str]]:
    """In words, and as owners of pseudonyms, the client of the dialog that a call is about; nobody where it is none."""
    from tools.dialogs import DialogGet

    question: dict[str, object] = {}
    if isinstance(call, Composite):
        question = {"chat_id": await call.find_chat(context)}
    else:
        question = {name: getattr(call, name, None) for name in ("chat_id", "dialog_id", "session_id")}
    asked = next(((name, value) for name, value in question.items() if value), None)
    if asked is None:
        return "somebody outside the team", frozenset()
    state = await context.ask(DialogGet.model_validate(dict([asked])))
    owners = {make_chat_owner(state["chat_id"]), make_user_owner(state["user_code"] or "")}
    return f"the client of chat {state['chat_id']}", frozenset(owners - {""})


def _describe_owners(pseudonym: str, owners: Iterable[str]) -> str:
    """Without the brackets: what a failure says is no pseudonym to be copied."""
    name = pseudonym.strip("[]")
    chats = sorted(owner for owner in owners if owner.startswith("chat "))
    if not chats:
        return f"It was not seen whose {name} is"
    return f"{name} belongs to {', '.join(chats[:MOST_NAMED])}"
