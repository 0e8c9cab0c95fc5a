"""What a story is, how it is run, and the steps that several of them take by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.assistant import Assistant
from tests.served import ServedSandbox
from tests.workflows.stories.counted_calls import Cost, CountedCalls

State = dict[str, Any]


ADMIN = 1
"""Whom the calls act for."""
HELLO = "Good morning, I am looking into it and will be back within the hour."


def check_nothing(_: State) -> None:
    """The story itself has looked at the portal."""


def _prepare_nothing(_: ServedSandbox) -> None:
    """The company is as it is."""


@dataclass(frozen=True)
class Story:
    """What was asked for, how it is done, by hand too where that is compared, and what the portal has to show then."""

    name: str
    wish: str
    composite: Callable[[CountedCalls], None]
    by_hand: Callable[[CountedCalls], None] | None
    check: Callable[[State], None]
    prepare: Callable[[ServedSandbox], None] = _prepare_nothing

    @property
    def ways(self) -> tuple[Callable[[CountedCalls], None], ...]:
        """With composite tools, then by hand where that is compared."""
        return (self.composite, self.by_hand) if self.by_hand else (self.composite,)


def run_story(story: Story, way: Callable[[CountedCalls], None], client: Assistant, portal: ServedSandbox) -> Cost:
    """What one way through a story takes, in a fresh company; it has to end as it should."""
    portal.control("reset")
    story.prepare(portal)
    calls = CountedCalls(client, portal)
    try:
        way(calls)
        story.check(portal.look("state"))
    except Exception as error:
        error.add_note(f"in the story: {story.name}")
        raise
    return calls.cost()


def find_chat(state: State, number: int) -> dict[str, Any]:
    return next(chat for chat in state["chats"] if chat["id"] == number)


def find_session(state: State, number: int) -> dict[str, Any]:
    return next(session for session in state["sessions"] if session["id"] == number)


def expect_answer(number: int) -> Callable[[State], None]:
    def check(state: State) -> None:
        chat = find_chat(state, number)
        assert (chat["owner"], chat["last_message"]) == (1, HELLO)

    return check


def write_by_hand(calls: CountedCalls, chat: int) -> None:
    """By hand: send, and see whether it is there."""
    sent = int(calls.call_ok("im_message_add", dialog_id=f"chat{chat}", message=HELLO).split()[0])
    newest = calls.call_ok("im_dialog_messages_get", dialog_id=f"chat{chat}", limit=3)["messages"]
    assert sent in [message["id"] for message in newest]


def check_owner_by_hand(calls: CountedCalls, chat: int, owner: int) -> None:
    """By hand: see who has it now."""
    assert calls.call_ok("dialog_get", chat_id=chat)["owner"] == owner


def find_by_hand(calls: CountedCalls, client: str, status: str) -> Any:
    """Lists of sessions hold no names: the dialogs are looked at one by one, newest first."""
    for session in calls.call_ok("v2_session_list", status=status)["sessions"]:
        found = calls.call_ok("dialog_get", chat_id=session["chatId"])
        if found["title"].startswith(client):
            return found
    raise AssertionError(f"{client} is not among them")
