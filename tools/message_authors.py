"""Who wrote a message that a connector posted in the client's name: the company, or the connector itself.

Connectors of other makers know one way into a dialog, `imconnector.send.messages`, which writes as the client. What the
company sent past the portal (from the phone, the messenger's own page, another CRM) and the connector's own notices
arrive so too, told apart by how they begin. Each rule is one such beginning, as the connectors' makers document it and
as it stands in dialogs.

A client who types such a line gets it taken for what it says: the message does not count as waiting, and the transcript
shows it as posted by the connector. Nobody does that by accident: a rule wants a bar (`===`), brackets, or the whole
first line.
"""

import re
from dataclasses import dataclass
from typing import Literal

Role = Literal["operator", "system"]


@dataclass(frozen=True)
class AuthorRule:
    """How messages of one kind begin."""

    role: Role
    """operator: the company's words, which answer the client; system: a notice."""
    pattern: re.Pattern[str]
    """Matches from the beginning of the text; its group `author` is whoever wrote it, where the line says so."""
    posted_by: str
    """Which connectors write so."""


@dataclass(frozen=True)
class ConnectorPost:
    """A message that a connector posted in the client's name."""

    role: Role
    author: str
    """Empty where the message does not say."""
    text: str
    """Without the line that says who wrote it."""


_SIGNS = r"[\s\u2190-\u2bff\U0001f000-\U0001faff]*"
"""Emoji, arrows and other signs before the first words."""
_BAR = r"(?P<bar>[=\-\u2013\u2014_*~#])(?P=bar)*"
_LONG_BAR = r"(?P<bar>[=\-\u2013\u2014_*~#])(?P=bar){2,}"
_END_OF_BAR = r" *(?:(?P=bar)+(?=\s|$)|(?=\n|$))"
_OUTGOING = r"(?:исходящее(?: +сообщение)?|outgoing(?: +message)?)"
_AUTHOR = r" *[,;:(]? *(?:автор|author|отправитель|sender) *:? *(?P<author>[^\n]{1,100}?)"
_SENT = r"(?:сообщение +отправлено +\w{1,2}|message +(?:was +)?sent +from) +(?:the +|a +)?"
_DEVICE = r"(?P<author>телефона|phone|whatsapp|telegram)[^\n]{0,40}?"
_NOTICE = r"(?:system +wz|system +message|системное +сообщение|служебное +сообщение|service +message)"
_NOT_DELIVERED = (
    r"(?:сообщение +не +(?:доставлено|отправлено)|message +(?:was +)?not +(?:delivered|sent)|ошибка +доставки|"
    r"delivery +error)"
)
_BY_CLIENT = r"(?:клиент +(?:удалил|изменил) +сообщение|(?:the +)?client +(?:deleted|edited) +(?:(?:the|a) +)?message)"
_FATE = rf"(?:{_NOT_DELIVERED}|{_BY_CLIENT}|сообщение +удалено|message +(?:was +)?deleted)"
SINGLE = "connectors of single companies"


def _make_rule(role: Role, posted_by: str, pattern: str) -> AuthorRule:
    return AuthorRule(role, re.compile(_SIGNS + pattern, re.IGNORECASE), posted_by)


RULES = (
    # e.g. === Outgoing message, author: Bitrix24 (Anna Keller) ===
    _make_rule("operator", "Wazzup (help.wazzup24.com)", rf"{_BAR} *{_OUTGOING}{_AUTHOR} *(?P=bar)+(?=\s|$)"),
    # === Outgoing message ===
    _make_rule("operator", "Wazzup, where it knows no author", f"{_LONG_BAR} *{_OUTGOING}(?:{_AUTHOR})?{_END_OF_BAR}"),
    # [OLChat] Telegram: / [B][Outgoing][/B]
    _make_rule(
        "operator",
        "OLChat (docs.olchat.docker.infocom.io)",
        rf"(?:\[[\w .-]{{2,30}}\] *[\w .()+-]{{0,40}}:\s*)?\[ *{_OUTGOING}(?:{_AUTHOR})? *\]:?",
    ),
    # Outgoing:  (alone on its line)
    _make_rule("operator", SINGLE, rf"{_OUTGOING}(?:{_AUTHOR})? *: *(?=\n\s*\S)"),
    # Message sent from the phone  (alone on its line)
    _make_rule("operator", SINGLE, rf"{_SENT}{_DEVICE}:? *(?=\n\s*\S)"),
    # === SYSTEM WZ === The client has not installed the app or has linked it to another number.
    _make_rule("system", "Wazzup, all its notices", rf"{_LONG_BAR} *{_NOTICE} *:?{_END_OF_BAR}"),
    # === Message not delivered: not paid ===
    _make_rule("system", SINGLE, rf"{_LONG_BAR} *{_FATE}[^\n]{{0,200}}?(?P=bar)+ *(?=\n|$)"),
    # [Message not delivered: not paid]
    _make_rule("system", SINGLE, rf"\[ *(?:{_NOTICE}|{_FATE}[^\]\n]{{0,200}}) *\]"),
    # The client deleted the message  (nothing else)
    _make_rule("system", SINGLE, rf"{_BY_CLIENT}\W*$"),
)
"""All that are known; the first that fits counts."""
_MARKUP = re.compile(
    r"^\s*\[img\].{0,300}?\[/img\]|\[/?(?:b|i|u|s|br|size|color|font)(?:=[^\]\n]{0,40})?\]|</?(?:br|b|i|u) */?>",
    re.IGNORECASE,
)
_BOLD_LINE = re.compile(r"^(\s*)(?:\[b\]|<b>) *(\w[^\n\[<]{0,200}?) *(?:\[/b\]|</b>)(?=\s|$)", re.IGNORECASE)
"""Bold words that begin a message are set off as a bar sets them off."""
_SPACES = re.compile(r"&nbsp;|[^\S\n]|[\u200b-\u200f\u2060\ufeff\ufe0f]")
LONGEST_BEGINNING = 600
"""Characters in which the line that says who wrote it has to stand."""


def recognize_post(text: str) -> ConnectorPost | None:
    """The message that a connector posted in the client's name; None for the client's own.

    Only for texts whose author is the client to the portal.
    """
    plain = _remove_markup(text)
    for rule in RULES:
        if found := rule.pattern.match(plain):
            if rule.role == "system":
                return ConnectorPost("system", "", plain.strip())
            return ConnectorPost(
                "operator", (found.groupdict().get("author") or "").strip(), plain[found.end() :].strip()
            )
    return None


def _remove_markup(text: str) -> str:
    """The text as its reader sees it; what follows a long beginning stays as it is."""
    head = text[:LONGEST_BEGINNING].replace("\r\n", "\n").replace("\r", "\n")
    barred = _BOLD_LINE.sub(r"\1=== \2 ===", head)
    plain = _MARKUP.sub(lambda found: "\n" if "br" in found[0].lower()[:4] else "", barred)
    return _SPACES.sub(" ", plain) + text[LONGEST_BEGINNING:]
