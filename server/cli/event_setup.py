"""What the commands `events bind`, `unbind`, `status` and `test` do at an application's portal."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portal.address import InvalidAddressError, format_origin, parse_address
from portal.tokens import NoGrantError
from server.config.credentials import read_application
from server.config.settings import Settings, SettingsError
from server.connection import Connection
from server.events.choice import make_feed
from server.events.installation import InstallationFile
from server.events.posting import HandlerAnswer, post_form
from server.http.deliveries.bindings import Binding, EventBindings
from server.http.deliveries.endpoint import DEFAULT, FOLDER, NOBODYS
from server.http.deliveries.receiver import TEST
from server.http.deliveries.round_trip import make_round_trip
from tools.result_types import read_object, read_whole

if TYPE_CHECKING:
    from portal.client import Portal

NO_APPLICATION = (
    "a portal posts events to applications alone (portal, client_id, client_secret). With a webhook the server hears "
    "them by asking, for which nothing has to be bound"
)
NO_ADDRESS = (
    "where does the portal reach this server? Give --address https://mcp.example.com, or events_address in [server] of "
    "the settings file (OPENCHANNELS_HTTP_EVENTS_ADDRESS)"
)
REFUSED, MISDIRECTED = 403, 421


def make_handler(address: str | None, profile: str | None) -> str:
    """Where the portal of a profile posts its events, by the public address of this server.

    Raises:
        SettingsError: There is no address, or it cannot be one.
    """
    if not address:
        raise SettingsError(NO_ADDRESS)
    try:
        parts = parse_address(address, "address")
    except InvalidAddressError as error:
        raise SettingsError(str(error)) from None
    return f"{format_origin(parts)}{parts.path.rstrip('/')}{FOLDER}{profile or DEFAULT}"


@dataclass(frozen=True)
class TestOutcome:
    """Whether a test event came back, and if not, what is to be looked at."""

    __test__ = False

    arrived: bool
    text: str


class EventSetup:
    """The bindings and the test of one portal; made by `open_setup`."""

    def __init__(self, settings: Settings, connection: Connection, portal: "Portal") -> None:
        self._portal = portal
        _, self._tokens = read_application(settings)
        self._proof = InstallationFile(self._tokens.path)
        self._feed = make_feed(settings, connection.key)

    async def bind(self, handler: str, events: tuple[str, ...]) -> Mapping[str, str]:
        """What became of each event; it goes out with tokens of the user whom the application acts for.

        Raises:
            PortalError: The portal refuses, or does not answer.
        """
        return await EventBindings(self._portal, handler).bind(events, await self._find_user())

    async def _find_user(self) -> int:
        try:
            user = self._tokens.load().user_id
        except NoGrantError as error:
            raise SettingsError(str(error)) from None
        return user or read_whole(read_object(await self._portal.call("profile", {}, repeatable=True)).get("ID"))

    async def unbind(self, handler: str) -> list[str]:
        """The events that are posted to this server no more.

        Raises:
            PortalError: The portal refuses, or does not answer.
        """
        return await EventBindings(self._portal, handler).unbind()

    async def list_bindings(self, handler: str = "") -> list[Binding]:
        """All bindings of the application.

        Raises:
            PortalError: The portal refuses, or does not answer.
        """
        return await EventBindings(self._portal, handler).list_all()

    async def test(self, handler: str, seconds: float) -> TestOutcome:
        """Have the portal post a test event, and say what that proved.

        Raises:
            PortalError: The portal refuses, or does not answer.
            StorageError: The feed cannot be used.
        """
        bound = {one.handler for one in await self.list_bindings() if one.event == TEST and one.handler}
        if handler not in bound:
            return TestOutcome(arrived=False, text=f"{TEST} is not bound to {handler}: `openchannels-mcp events bind`")
        if await make_round_trip(self._portal, self._feed, seconds):
            return self._praise(handler, sorted(bound - {handler}))
        silence = f"No test event came within {seconds:g} seconds. {explain_silence(handler, await _probe(handler))}"
        return TestOutcome(arrived=False, text=silence)

    def _praise(self, handler: str, others: list[str]) -> TestOutcome:
        proof = "its posts are believed" if self._proof.load() else "but its proof could not be kept"
        if others:
            text = f"A test event came, and {proof}. It went to {', '.join(others)} too, and may have come by that one."
        else:
            text = f"The portal reaches the server at {handler}, and {proof}."
        return TestOutcome(arrived=True, text=text)


async def _probe(handler: str) -> HandlerAnswer:
    """What answers at the handler from here; a post without a proof is refused by this server."""
    return await post_form(handler, "event=ONAPPTEST")


def explain_silence(handler: str, seen: HandlerAnswer) -> str:
    """What to look at where no post came, by what answers at the handler from this machine."""
    host = urlsplit(handler).hostname
    if not seen.status:
        return (
            f"Nothing answers at {handler} from this machine either ({seen.text}): is `openchannels-mcp serve` "
            "running, and does the address lead to it?"
        )
    if seen.status == MISDIRECTED:
        return f"The server is not known by the name {host}: add it to allowed_hosts in [server] of the settings file."
    if seen.status == REFUSED and NOBODYS in seen.text:
        return (
            f"A server answers at {handler}. Either the portal cannot reach it (its name, a trusted certificate, a "
            "firewall), or it runs with other settings than this command: profile, state_folder and token_file have to "
            "be the same."
        )
    return (
        f"At {handler} something else answers, with HTTP {seen.status}: the reverse proxy has to pass {FOLDER} on to "
        "`openchannels-mcp serve`, and nothing before it may ask for a sign-in."
    )


@asynccontextmanager
async def open_setup(settings: Settings) -> AsyncIterator[EventSetup]:
    """The setup of the application in the settings.

    Raises:
        SettingsError: The settings name no application, or it has not signed in.
    """
    if settings.sandbox or settings.portal is None:
        raise SettingsError(NO_APPLICATION)
    async with Connection(settings) as connection:
        yield EventSetup(settings, connection, await connection.portal())
