"""The team's server from its start to its end: a socket, the application on it, and signals to stop."""

import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn

from server.config.http_settings import ServerSettings
from server.config.secrets import secret
from server.config.settings import SettingsError
from server.http.application import Team, Transport
from server.http.auth.authenticator import Access
from server.http.auth.token_file import TokensFile
from server.http.operations import Operations
from server.http.portals import Portals
from server.http.transport.timeouts import patient_protocol

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Serving(uvicorn.Server):
    """Ends on a signal without losing an answer; a second signal ends the process at once."""

    def __init__(self, config: uvicorn.Config, team: Team) -> None:
        super().__init__(config)
        self._team = team

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
        self._team.stop()
        await super().shutdown(sockets)


def create_access(settings: ServerSettings, portals: Portals) -> Access:
    """Who may come in by these settings; SettingsError if that cannot work."""
    access = Access(portals, TokensFile(settings.access_file), *_oauth(settings))
    access.check()
    if settings.oauth is not None and settings.oauth.profile_claim is None:
        portals.settings(settings.oauth.profile)
    if others := _ways_for_others(settings):
        _check_exposed(settings, access, others)
    return access


def _oauth(settings: ServerSettings) -> tuple[Any, ...]:
    """How access tokens are checked, and where clients are sent for them; neither where there is no such server."""
    if (oauth := settings.oauth) is None:
        return ()
    from server.http.auth.jwks import SigningKeys
    from server.http.auth.jwt import AccessTokens
    from server.http.auth.resource_metadata import challenge

    return AccessTokens(oauth, SigningKeys(oauth.issuer, oauth.jwks_url)), partial(challenge, oauth)


def _ways_for_others(settings: ServerSettings) -> list[str]:
    """What in the settings lets others than this machine reach the server."""
    ways = [] if is_loopback(settings.host) else [f"host {settings.host}"]
    ways += [f"allowed_hosts {','.join(settings.allowed_hosts)}"] if settings.allowed_hosts else []
    return ways + (["trusted_proxies"] if settings.trusted_proxies else [])


def _check_exposed(settings: ServerSettings, access: Access, ways: list[str]) -> None:
    """What others than this machine can reach has to know who they are, and by which name they come."""
    if not access.needs_token:
        raise SettingsError(
            f"without authentication the server is for this machine only, and others reach it by {' and '.join(ways)}: "
            "make a token with `openchannels-mcp token add NAME`, set up [server.oauth], or leave that out"
        )
    if not is_loopback(settings.host) and not settings.allowed_hosts and settings.oauth is None:
        raise SettingsError(
            f"on host {settings.host} clients come by a name: give it with --allowed-hosts, e.g. mcp.example.com "
            "(`*` where a proxy checks it)"
        )


def serve(settings: ServerSettings, access: Access, team: Team, announce: Callable[[str], object]) -> None:
    """Serve until told to stop; SettingsError if the address cannot be used."""
    with listening(settings.host, settings.port) as listener:
        port = listener.getsockname()[1]
        announce(f"Serving on http://{_bracketed(settings.host)}:{port}")
        if not access.needs_token:
            announce("No authentication: whoever can use this machine can use the portal. See `token add --help`.")
        Serving(configured(settings, team), team).run(sockets=[listener])


def configured(settings: ServerSettings, team: Team) -> uvicorn.Config:
    """How uvicorn serves the application."""
    limits = settings.limits
    return uvicorn.Config(
        team.app,
        loop="asyncio",
        http=patient_protocol(limits),
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
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket at the address, or SettingsError."""
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


def create_team(
    settings: ServerSettings, options: Mapping[str, Any], transport: Transport = "http"
) -> tuple[Access, Team]:
    """Everything but the socket; SettingsError if it cannot work."""
    if settings.stateless and transport != "http":
        raise SettingsError("the older SSE transport has sessions: --stateless goes with --transport http only")
    operations = Operations(secret(settings, "metrics_token"))
    portals = Portals(options, operations.connect)
    access = create_access(settings, portals)
    return access, Team(settings, portals, access, operations, transport)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
