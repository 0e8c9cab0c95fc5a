"""What the server says about itself on stderr: one line an event, without secrets and without anybody's words."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, TextIO

from server.telemetry.observer import CallEnded, CallObserver

Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]

OURS = ("docs", "openchannels", "portal", "prompts", "sandbox", "server", "tools", "uvicorn")
"""Loggers that the level is for; at their lower levels those of libraries tell addresses and whole messages."""
WORRYING = frozenset(
    {
        "answer_too_large",
        "auth_refused",
        "blocked",
        "certificate",
        "not_reachable",
        "not_set_up",
        "outcome_unknown",
        "portal_fault",
    }
)
"""Outcomes that somebody who runs a server may have to do something about."""
CODE = re.compile(r"\w{1,60}")
LONGEST_CHAIN = 10
ENCODER = json.JSONEncoder(ensure_ascii=False)
SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"((?:/|%2f)rest(?:/|%2f)(?:api(?:/|%2f)(?=\d+(?:/|%2f)))?[\w.@-]+(?:/|%2f))[\w-]+", re.IGNORECASE),
        r"\1***",
    ),
    (re.compile(r"(://)[^/\s@]+@"), r"\1***@"),
    (re.compile(r"(ocm_)[\w-]+"), r"\1***"),
    (re.compile(r"(bearer\s+)[\w.~+/=-]+", re.IGNORECASE), r"\1***"),
    (re.compile(r"((?:token|secret|password|code)[\"']?\s*[=:]\s*[\"']?)[\w.~+/=-]+", re.IGNORECASE), r"\1***"),
)
"""A webhook's address, credentials in an address, our tokens, bearer tokens, and whatever is called by such a name."""


@dataclass(slots=True)
class RequestContext:
    """The HTTP request that something happens for."""

    request_id: str
    caller: str = ""


request_context: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def note_caller(name: str) -> None:
    """Say whom the present HTTP request comes from; whoever lets it in knows, whoever writes its line does not."""
    if (context := request_context.get()) is not None:
        context.caller = name


class CallLog(CallObserver):
    """A line for each tool call."""

    def __init__(self, portal: str) -> None:
        self._portal = portal
        self._logger = logging.getLogger("openchannels.call")

    def call_ended(self, ended: CallEnded) -> None:
        """Write it."""
        level = logging.WARNING if ended.outcome in WORRYING else logging.INFO
        fields = {
            "caller": ended.caller or None,
            "portal": self._portal,
            "tool": ended.tool,
            "outcome": ended.outcome,
            "code": _keep_code(ended.code),
            "seconds": round(ended.seconds, 4),
            "portal_requests": ended.requests,
        }
        self._logger.log(level, "tool call", extra={"fields": fields})


def _keep_code(code: str | None) -> str | None:
    """The portal's code, if it is one and not a sentence."""
    return code if code is None or CODE.fullmatch(code) else "other" if code else "(empty)"


def conceal_secrets(text: str) -> str:
    """The text with `***` in place of whatever looks like a secret."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class LineFormatter(logging.Formatter):
    """One line for each record, with the HTTP request it belongs to; exceptions without their words."""

    def __init__(self, write: Callable[[dict[str, Any]], str]) -> None:
        super().__init__()
        self._write = write

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": conceal_secrets(" ".join(record.getMessage().split())),
            "request_id": context.request_id if (context := request_context.get()) else "",
            **getattr(record, "fields", {}),
            "exception": conceal_secrets(_format_chain(record.exc_info[1]))
            if record.exc_info and record.exc_info[1]
            else "",
        }
        return self._write({name: value for name, value in facts.items() if value not in {None, ""}})


def _as_json(facts: dict[str, Any]) -> str:
    return ENCODER.encode(facts)


def _as_text(facts: dict[str, Any]) -> str:
    time, level, logger, message = (facts.pop(name, "") for name in ("time", "level", "logger", "message"))
    exception = facts.pop("exception", "")
    fields = "".join(f" {name}={value}" for name, value in facts.items())
    text = f"{time} {level.upper()} {logger}: {message}{fields}"
    return text + "".join(f"\n    {line}" for line in exception.splitlines())


def _format_chain(error: BaseException) -> str:
    """Where an exception comes from and of which kinds it is; its words may be a client's or a secret."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < LONGEST_CHAIN:
        parts.append("".join(traceback.format_tb(current.__traceback__)) + _name_kinds(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nled to\n".join(reversed(parts))


def _name_kinds(error: BaseException) -> str:
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return type(error).__qualname__ + (f" of {', '.join(map(_format_chain, inner))}" if inner else "")


def set_up(form: Format, level: Level, stream: TextIO | None = None) -> None:
    """Send everything that is logged to `stream` (stderr unless given) in this form, and what ends the program too."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter(_as_json if form == "json" else _as_text))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.raiseExceptions = False  # a record that cannot be written would be shown raw
    sys.excepthook = _log_before_end


def _log_before_end(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("The program ends by a mistake", exc_info=error)
