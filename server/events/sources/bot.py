"""A chat bot of the second API in fetch mode: its own log, which tells it of every message in the lines it serves.

Source: the official pages of `imbot.v2.Event.get` and `imbot.v2.Bot.register`.
"""

from anyio import to_thread

from server.events.feed.cue import Cue
from server.events.feed.store import Position
from server.events.sources.messenger_log import BETWEEN_PAGES, MessengerLog
from server.events.sources.reconciliation import EVERY
from server.events.sources.source import Abilities, SourceParts
from tools.result_types import read_whole

BUSY, QUIET = 5.0, 30.0
"""Seconds between two questions: the portal's own advice is 5 to 30."""
SLOWER = 1.4
"""By how much a quiet round lengthens the interval."""


class BotSource:
    """Fetches the events of one bot, whose id and token the settings name."""

    name = "bot"
    exclusive = True
    abilities = Abilities(
        sees="the dialogs that the bot is in: messages of clients and operators, edits, deletions",
        cannot_see="dialogs that the bot has left, what other bots write, sessions and owners of dialogs that the "
        "credentials' user may not read",
        promise="nothing is lost for 24 hours; heard of within 5 to 30 seconds",
    )

    def __init__(self, bot_id: int, token: str | None) -> None:
        secret = {} if token is None else {"botToken": token}
        self._log = MessengerLog("imbot.v2.Event.get", ("imbot",), {"botId": bot_id, **secret})
        self._interval = BUSY
        self._waited = 0.0
        """Seconds since the open dialogs were looked at."""

    async def run(self, parts: SourceParts) -> None:
        """Fetch until cancelled; what was in the log before anybody listened for the first time is no news."""
        portal = (await parts.open_context()).portal
        kept = await to_thread.run_sync(parts.feed.read_position, self.name)
        offset, is_news = read_whole(kept), kept is not None
        while True:
            page = await self._log.ask(portal, offset)
            cues = [*page.list_cues(), *await self._list_open(parts)] if is_news else []
            await parts.follower.follow(cues, Position(self.name, str(page.offset)))
            offset = page.offset
            if page.more:
                await parts.sleep(BETWEEN_PAGES)
                continue
            is_news = True
            self._interval = BUSY if cues else min(QUIET, self._interval * SLOWER)
            self._waited += self._interval
            await parts.pacer.pause(self._interval)

    async def _list_open(self, parts: SourceParts) -> list[Cue]:
        """Now and then the dialogs that were open: rows may be written out of order, and one be passed over."""
        if self._waited < EVERY:
            return []
        self._waited = 0.0
        known = await to_thread.run_sync(parts.feed.list_dialogs)
        return [Cue(dialog.chat_id) for dialog in known if dialog.session_id]
