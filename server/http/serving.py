"""The team's server from its start to its end: a socket, the application on it, and signals to stop."""

import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn

from server.config.http_settings import ServerSettings
from server.config.secrets import read_secret
from server.config.settings import SettingsError
from server.http.application import TeamApplication, Transport
from server.http.auth.authenticator import Authenticator
from server.http.auth.token_file import TeamTokenFile
from server.http.connections import ConnectionTable, LimitedConnection
from server.http.operations import Operations
from server.http.portals import Portals

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class GracefulServer(uvicorn.Server):
    """Ends on a signal without losing an answer; a second signal ends the process at once."""

    def __init__(self, config: uvicorn.Config, application: TeamApplication) -> None:
        super().__init__(config)
        self._application = application

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn's own, it does not raise the signal again afterwards: a stop that worked is no error."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        # A plain function, because the SDK's streams look for uvicorn's server behind a method, and would end at once.
        def stop(_: int, __: Any) -> None:
            self.should_exit = True
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)

        before = {number: signal.signal(number, stop) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, then wait for what runs."""
        for server in self.servers:
            server.close()
        self._application.stop()
        await super().shutdown(sockets)


def create_authenticator(settings: ServerSettings, portals: Portals) -> Authenticator:
    """Whoever may come in by these settings, checked.

    Raises:
        SettingsError: A portal or file cannot be used, or others than this machine could come in without a token.
    """
    authenticator = Authenticator(portals, TeamTokenFile(settings.access_file), *_make_oauth_parts(settings))
    authenticator.check()
    if settings.oauth is not None and settings.oauth.profile_claim is None:
        portals.get_settings(settings.oauth.profile)
    if ways := _list_ways_for_others(settings):
        _check_exposed(settings, authenticator, ways)
    return authenticator


def _make_oauth_parts(settings: ServerSettings) -> tuple[Any, ...]:
    """What verifies access tokens, and what sends clients to get one; neither where no issuer is configured."""
    if (oauth := settings.oauth) is None:
        return ()
    from server.http.auth.jwks import SigningKeys
    from server.http.auth.jwt import JwtVerifier
    from server.http.auth.resource_metadata import make_challenge

    return JwtVerifier(oauth, SigningKeys(oauth.issuer, oauth.jwks_url)), partial(make_challenge, oauth)


def _list_ways_for_others(settings: ServerSettings) -> list[str]:
    """What in the settings lets others than this machine reach the server."""
    ways = [] if is_loopback(settings.host) else [f"host {settings.host}"]
    ways += [f"allowed_hosts {','.join(settings.allowed_hosts)}"] if settings.allowed_hosts else []
    return ways + (["trusted_proxies"] if settings.trusted_proxies else [])


def _check_exposed(settings: ServerSettings, authenticator: Authenticator, ways: list[str]) -> None:
    """What others than this machine can reach has to know who they are, and by which name they come."""
    if not authenticator.needs_token:
        raise SettingsError(
            f"without authentication the server is for this machine only, and others reach it by {' and '.join(ways)}: "
            "make a token with `openchannels-mcp token add NAME`, set up [server.oauth], or leave that out"
        )
    if not is_loopback(settings.host) and not settings.allowed_hosts and settings.oauth is None:
        raise SettingsError(
            f"on host {settings.host} clients come by a name: give it with --allowed-hosts, e.g. mcp.example.com "
            "(`*` where a proxy checks it)"
        )


def serve(
    settings: ServerSettings,
    authenticator: Authenticator,
    application: TeamApplication,
    announce: Callable[[str], object],
    *,
    notes: Sequence[str] = (),
) -> None:
    """Serve until a signal tells to stop; `announce` is told the address as soon as it is open, and then the notes.

    Raises:
        SettingsError: The address cannot be used.
    """
    with open_listener(settings.host, settings.port) as listener:
        port = listener.getsockname()[1]
        announce(f"Serving on http://{_add_brackets(settings.host)}:{port}")
        if not authenticator.needs_token:
            announce("No authentication: whoever can use this machine can use the portal. See `token add --help`.")
        for note in notes:
            announce(note)
        GracefulServer(make_config(settings, application), application).run(sockets=[listener])


def make_config(settings: ServerSettings, application: TeamApplication) -> uvicorn.Config:
    """How uvicorn serves the application.

    uvicorn closes connections that are silent after an answer, `LimitedConnection` those that are slow or too many.
    """
    limits = settings.limits
    return uvicorn.Config(
        application.app,
        loop="asyncio",
        http=partial(LimitedConnection, ConnectionTable(limits)),  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        h11_max_incomplete_event_size=limits.headers,
        timeout_keep_alive=limits.idle,  # type: ignore[arg-type]
        timeout_graceful_shutdown=limits.stop,  # type: ignore[arg-type]
    )


@contextmanager
def open_listener(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket at the address; port 0 takes a free one.

    Raises:
        SettingsError: The address cannot be used.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        # Only where the protocol is named does asyncio send at once; otherwise half of each answer waits for 40 ms.
        listener = socket.socket(family, kind, protocol or socket.IPPROTO_TCP)
    except OSError as error:
        raise SettingsError(f"the host {host} cannot be used: {error.strerror}") from None
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(2048)
        except OSError as error:
            raise SettingsError(f"port {port} on {host} cannot be used: {error.strerror}") from None
        yield listener


def create_application(
    settings: ServerSettings, options: Mapping[str, Any], transport: Transport = "http"
) -> tuple[Authenticator, TeamApplication]:
    """Everything but the socket; `options` are the command line's for all portals, by the names of `Settings`.

    Raises:
        SettingsError: The settings cannot work.
    """
    if settings.stateless and transport != "http":
        raise SettingsError("the older SSE transport has sessions: --stateless goes with --transport http only")
    operations = Operations(read_secret(settings, "metrics_token"))
    portals = Portals(options, operations.connect)
    authenticator = create_authenticator(settings, portals)
    return authenticator, TeamApplication(settings, portals, authenticator, operations, transport)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _add_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host
