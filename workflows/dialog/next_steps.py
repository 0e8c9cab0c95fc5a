"""What somebody may do with a dialog as it stands, and with which tool."""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from workflows.core.chat_state import ChatState


@dataclass(frozen=True)
class ViewedDialog:
    """A dialog, and the user who looks at it."""

    chat: ChatState
    me: int

    @property
    def mine(self) -> bool:
        """Whether that user is its operator."""
        return self.chat.open and self.chat.owner == self.me

    @property
    def queued(self) -> bool:
        """Whether nobody has it."""
        return self.chat.open and not self.chat.owner

    @property
    def foreign(self) -> bool:
        """Whether a colleague or a bot has it."""
        return self.chat.open and self.chat.owner not in {0, self.me}


@dataclass(frozen=True)
class NextStep:
    """Something that can be done next."""

    tool: str
    does: str


@dataclass(frozen=True)
class _Option:
    fits: Callable[[ViewedDialog], bool]
    ways: tuple[NextStep, ...]
    """Of these only the first is offered whose tool exists for the caller."""


def _make_option(fits: Callable[[ViewedDialog], bool], *ways: tuple[str, str]) -> _Option:
    return _Option(fits, tuple(NextStep(tool, does) for tool, does in ways))


_OPTIONS = (
    _make_option(lambda one: not one.chat.open, ("session_start", "starts a new session with you as its operator")),
    _make_option(
        lambda one: one.chat.open and one.chat.silent,
        ("session_mode_silent", "with activate=false ends silent mode, in which the client gets nothing"),
    ),
    _make_option(lambda one: one.queued, ("reply", "takes it and answers")),
    _make_option(lambda one: one.queued, ("operator_answer", "takes it: you become its operator")),
    _make_option(lambda one: one.queued, ("operator_skip", "declines it, if the queue offers it to you")),
    _make_option(
        lambda one: one.mine and bool(one.chat.crm),
        ("reply", "answers the client"),
        ("im_message_add", "answers the client"),
        ("crm_message_add", "answers the client through its CRM record"),
    ),
    _make_option(
        lambda one: one.mine and not one.chat.crm,
        ("reply", "answers the client"),
        ("im_message_add", "answers the client"),
        ("crm_lead_create", "binds it to a CRM record; only then can crm_message_add answer the client"),
    ),
    _make_option(lambda one: one.foreign, ("session_join", "lets you take part; the operator stays")),
    _make_option(
        lambda one: one.foreign,
        ("reply", "with take_over=true takes it away from whoever has it, and answers: ask them first"),
        ("session_intercept", "takes it away from whoever has it: ask them first"),
    ),
    _make_option(
        lambda one: one.chat.open and not one.chat.closing,
        ("hand_over", "hands it to a colleague or a line"),
        ("operator_transfer", "hands it to a colleague or a line"),
    ),
    _make_option(
        lambda one: one.mine,
        ("close_dialog", "closes it; the client may get a closing text or a rating request"),
        ("operator_finish", "finishes it, in two steps where the line asks for a rating"),
    ),
    _make_option(lambda one: one.queued, ("close_dialog", "closes it; as_spam=true for spam")),
    _make_option(
        lambda one: one.foreign,
        ("close_dialog", "closes it in the colleague's place"),
        ("operator_another_finish", "finishes it in the colleague's place"),
    ),
)


def list_next_steps(chat: ChatState, me: int, tools: Container[str]) -> Iterator[NextStep]:
    """What `me` can do with a dialog as it stands; only with `tools`, the names of those that can be used."""
    standing = ViewedDialog(chat, me)
    for option in _OPTIONS:
        if option.fits(standing) and (step := next((one for one in option.ways if one.tool in tools), None)):
            yield step
