"""What somebody may do with a dialog as it stands, and with which tool."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.core.chat_state import ChatState


@dataclass(frozen=True)
class ViewedDialog:
    """A dialog, and the user who looks at it."""

    chat: ChatState
    me: int
    can_skip: bool = False
    """The queue offers it to that user, who is at work: the portal refuses to pass on what nobody else could take."""

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

    @property
    def heard(self) -> bool:
        """Whether the client gets what is written."""
        return not self.chat.silent

    @property
    def joined(self) -> bool:
        """Whether that user takes part in a colleague's."""
        return self.foreign and self.chat.participates


@dataclass(frozen=True)
class NextStep:
    """Something that can be done next."""

    tool: str
    does: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """With which the tool has to be called, beside what the caller wants to say, or to whom."""


@dataclass(frozen=True)
class _Way:
    tool: str
    does: str
    named: str
    """The argument that names the dialog."""
    extra: Mapping[str, Any]

    def make_step(self, viewed: ViewedDialog) -> NextStep:
        chat, record = viewed.chat, {}
        name = f"chat{chat.id}" if self.named == "dialog_id" else chat.id
        if self.tool == CRM_MESSAGE and chat.record:
            record = {"crm_entity_type": chat.record[0], "crm_entity": chat.record[1], "user_id": viewed.me}
        return NextStep(self.tool, self.does, {self.named: name, **record, **self.extra})


@dataclass(frozen=True)
class _Option:
    fits: Callable[[ViewedDialog], bool]
    ways: tuple[_Way, ...]
    """Of these only the first is offered whose tool exists for the caller."""


CRM_MESSAGE = "crm_message_add"
_BY_REFERENCE = frozenset({"reply", "hand_over", "close_dialog"})


def _make_way(tool: str, does: str, **extra: Any) -> _Way:
    return _Way(tool, does, "dialog" if tool in _BY_REFERENCE else "chat_id", extra)


def _make_option(fits: Callable[[ViewedDialog], bool], *ways: _Way) -> _Option:
    return _Option(fits, ways)


_WRITE = _Way("im_message_add", "answers the client", "dialog_id", {})
_OPTIONS = (
    _make_option(
        lambda one: not one.chat.open,
        _make_way("session_start", "starts a new session with you as its operator"),
    ),
    _make_option(
        lambda one: one.chat.open and one.chat.silent,
        _make_way("session_mode_silent", "ends silent mode, in which the client gets nothing", activate=False),
    ),
    _make_option(lambda one: one.queued and one.heard, _make_way("reply", "takes it and answers")),
    _make_option(lambda one: one.queued, _make_way("operator_answer", "takes it: you are its operator")),
    _make_option(
        lambda one: one.queued and one.can_skip, _make_way("operator_skip", "declines it, which is offered to you")
    ),
    _make_option(
        lambda one: one.mine and one.heard and bool(one.chat.crm),
        _make_way("reply", "answers the client"),
        _WRITE,
        _make_way(CRM_MESSAGE, "answers the client through its CRM record"),
    ),
    _make_option(
        lambda one: one.mine and one.heard and not one.chat.crm,
        _make_way("reply", "answers the client"),
        _WRITE,
        _make_way("crm_lead_create", "binds it to a CRM record; only then can crm_message_add answer the client"),
    ),
    _make_option(
        lambda one: one.foreign and not one.joined,
        _make_way("session_join", "lets you take part; the operator stays"),
    ),
    _make_option(
        lambda one: one.joined and one.heard,
        _make_way("reply", "answers the client beside its operator"),
        _WRITE,
    ),
    _make_option(
        lambda one: one.foreign and one.heard and not one.joined,
        _make_way("reply", "takes it from whoever has it, and answers: ask first", take_over=True),
        _make_way("session_intercept", "takes it from whoever has it: ask first"),
    ),
    _make_option(
        lambda one: one.foreign and not (one.heard and not one.joined),
        _make_way("session_intercept", "takes it from whoever has it: ask first"),
    ),
    _make_option(
        lambda one: one.chat.open and not one.chat.closing and bool(one.chat.line_id),
        _make_way("hand_over", "hands it to a colleague or line"),
        _make_way("operator_transfer", "hands it to a colleague or line"),
    ),
    _make_option(
        lambda one: one.mine,
        _make_way("close_dialog", "closes it; the client may get a closing text or rating request"),
        _make_way("operator_finish", "finishes it, in two steps where the line asks for a rating"),
    ),
    _make_option(lambda one: one.queued, _make_way("close_dialog", "closes it; as_spam=true for spam")),
    _make_option(
        lambda one: one.foreign,
        _make_way("close_dialog", "closes it in the colleague's place"),
        _make_way("operator_another_finish", "finishes it in the colleague's place"),
    ),
)


def list_next_steps(viewed: ViewedDialog, tools: Container[str]) -> Iterator[NextStep]:
    """What can be done with a dialog as it stands; only with `tools`, the names of those that can be used."""
    for option in _OPTIONS:
        if option.fits(viewed) and (way := next((one for one in option.ways if one.tool in tools), None)):
            yield way.make_step(viewed)
