"""A developer's handler: events of the portal are posted to it in the portal's own form."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from anyio import to_thread

from portal.address import InvalidAddressError, parse_address
from server.cli.event_lines import LABELS
from server.cli.watching import follow_feed, listen
from server.config.settings import Settings, SettingsError
from server.connection import Connection
from server.events.choice import make_feed
from server.events.feed.event import FeedEvent
from server.events.posting import JSON, HandlerAnswer, post_form
from server.events.sources.wire_form import Sender, write_form
from tools.result_types import read_object, read_text

HANDLER_ID = 1
MEMBER_ID = "0" * 32
"""A portal's id where the real one is not known: of 32 digits, as all are."""


@dataclass(frozen=True)
class Forwarding:
    """Where events are posted, and in whose name; `write` gets a line for each."""

    address: str
    sender: Sender
    write: Callable[[str], object]

    async def post(self, noted: FeedEvent) -> HandlerAnswer | None:
        """Post one event, and say what the handler answered; None for what a portal posts nothing of."""
        form = await to_thread.run_sync(write_form, noted.event, self.sender, HANDLER_ID)
        what = f"{noted.number}  {LABELS[noted.event.kind]:9}"
        if form is None:
            self.write(f"{what}  not posted: the portal has no event for it")
            return None
        answer = await post_form(self.address, form)
        name = form.partition("&")[0].partition("=")[2]
        told = f"HTTP {answer.status}" if answer.status else f"nothing answers: {answer.text}"
        self.write(f"{what}  {name}  {told}")
        return answer


def check_handler(address: str) -> str:
    """The address of a handler.

    Raises:
        SettingsError: Nothing may be posted to it: it is neither https nor on this machine.
    """
    try:
        parse_address(address, "handler")
    except InvalidAddressError as error:
        raise SettingsError(str(error)) from None
    return address


def make_sender(settings: Settings, token: str) -> Sender:
    """Who posts: the portal of the settings."""
    address = settings.portal or (settings.webhook_url.get_secret_value() if settings.webhook_url else "")
    return Sender(urlsplit(address).netloc.rpartition("@")[2] or "portal.example.com", MEMBER_ID, token)


async def forward(settings: Settings, forwarding: Forwarding, note: Callable[[str], object]) -> None:
    """Post every event that comes, one after the other, until cancelled.

    Raises:
        SettingsError: The settings name no portal, or no source that it has.
    """
    async with listen(settings, note) as connection:
        await follow_feed(connection.events, forwarding.post)


async def resend(settings: Settings, forwarding: Forwarding, number: int) -> HandlerAnswer | None:
    """Post an event of the feed once more.

    Raises:
        SettingsError: The feed has no such event.
        StorageError: The feed cannot be read.
    """
    feed = make_feed(settings, Connection(settings).key)
    noted = await to_thread.run_sync(feed.find, number)
    if noted is None:
        raise SettingsError(f"the feed has no event {number}: `openchannels-mcp events list` shows which it has")
    return await forwarding.post(noted)


def list_events(settings: Settings, limit: int) -> list[FeedEvent]:
    """The last events of the feed, oldest first.

    Raises:
        StorageError: The feed cannot be read.
    """
    return make_feed(settings, Connection(settings).key).read_newest(limit)


async def trigger(settings: Settings, name: str, wanted: dict[str, object]) -> str:
    """Have an event really happen in the sandbox of the settings; what happened, as JSON.

    Raises:
        SettingsError: The portal is no served sandbox, or it does not know the event.
    """
    address = await _find_sandbox(settings)
    body = json.dumps({"event": name, **wanted})
    answer = await post_form(f"{address}/_sandbox/events/trigger", body, kind=JSON)
    try:
        found = read_object(json.loads(answer.text))
    except ValueError:
        found = {}
    if not found:
        raise SettingsError(f"{address} is no sandbox that runs: start one with `openchannels-mcp sandbox`")
    if not answer.ok:
        raise SettingsError(read_text(found.get("error")) or f"HTTP {answer.status}")
    return answer.text


async def _find_sandbox(settings: Settings) -> str:
    async with Connection(settings) as connection:
        origin = (await connection.portal()).origin
    if settings.sandbox or not origin.startswith("http://"):
        raise SettingsError(
            "events can be triggered in a sandbox alone: start one with `openchannels-mcp sandbox` and use the webhook "
            "that it prints"
        )
    return origin
