"""Posting a form to a handler of events, as a portal does it: once, without a second try."""

from dataclasses import dataclass

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

    headers = {"Content-Type": kind, "User-Agent": "openchannels-mcp"}
    try:
        async with httpx.AsyncClient(timeout=seconds) as client:
            answer = await client.post(address, content=form.encode(), headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return HandlerAnswer(0, str(error) or type(error).__name__)
    return HandlerAnswer(answer.status_code, answer.text[:LONGEST_ANSWER])
