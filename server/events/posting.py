"""Posting a form to a handler of events, as a portal does it: once, without a second try."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SECONDS = 10.0
LONGEST_ANSWER = 500
"""Characters of an answer that are kept."""


@dataclass(frozen=True)
class HandlerAnswer:
    """What became of a post."""

    status: int
    """Of HTTP; 0 where nothing answered."""
    text: str
    """The beginning of the answer, or why there is none."""

    @property
    def ok(self) -> bool:
        """Whether the handler took it."""
        return 200 <= self.status < 300  # noqa: PLR2004


async def post_form(address: str, form: str, *, kind: str = FORM, seconds: float = SECONDS) -> HandlerAnswer:
    """Post a body, which is encoded already, and take down the answer; redirects are not followed."""
    import httpx

    from portal.proxies import ProxySettingError, ProxyTransport

    headers = {"Content-Type": kind, "User-Agent": "openchannels-mcp", "Accept-Encoding": "identity"}
    try:
        async with (
            httpx.AsyncClient(timeout=seconds, transport=ProxyTransport()) as client,
            client.stream("POST", address, content=form.encode(), headers=headers) as answer,
        ):
            return HandlerAnswer(answer.status_code, await _read_beginning(answer))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ProxySettingError) as error:
        return HandlerAnswer(0, str(error) or type(error).__name__)


async def _read_beginning(answer: "httpx.Response") -> str:
    """As much of an answer as is kept; the rest is not waited for."""
    read = b""
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) >= 4 * LONGEST_ANSWER:
            break
    return read.decode(errors="replace")[:LONGEST_ANSWER]
