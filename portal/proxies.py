"""The one place that opens HTTP connections: directly, or by the proxies that the environment names.

httpx reads the same variables by itself, but one entry that it cannot read makes every request fail.
"""

import ipaddress
import os
import re
import ssl
from collections.abc import Iterable
from importlib.util import find_spec
from urllib.request import getproxies

import httpx

from portal.address import is_loopback

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""The first that is set is used."""
NO_LIMITS = httpx.Limits()
LAST_PORT = 65_535


class ProxySettingError(ValueError):
    """A variable of the environment that the address needs and that cannot be used.

    The message names the variable and not its value, which may hold a password.
    """


class Proxies:
    """What HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say, or the settings of the system where it has some.

    An entry of NO_PROXY is `*`, a domain (for its hosts too), an address, a network such as `fd07::/64`, any of them
    but a network with a port, or `<local>` for names without a dot. Entries that cannot be read are passed over.
    """

    def __init__(self, variables: dict[str, str] | None = None) -> None:
        known = getproxies() if variables is None else variables
        self._proxies = {scheme: known[scheme] for scheme in ("http", "https", "all") if known.get(scheme)}
        self._direct = [entry for entry in re.split(r"[,\s]+", known.get("no", "")) if entry]

    def find(self, address: str) -> str | None:
        """The proxy for an address; None if it is to be asked directly, as every address of this machine is.

        Raises:
            ProxySettingError: The proxy that the environment names for it cannot be used.
        """
        if not self._proxies:
            return None
        url = httpx.URL(address)
        host, port = url.host.rstrip("."), url.port or {"https": 443}.get(url.scheme, 80)
        scheme = url.scheme if url.scheme in self._proxies else "all"
        if scheme not in self._proxies or is_loopback(host):
            return None
        if any(_covers(entry.lower(), host, port) for entry in self._direct):
            return None
        return _check_proxy(self._proxies[scheme], f"{scheme.upper()}_PROXY")

    def name_variable(self, address: str) -> str:
        """The variable that names the proxy for an address; empty where there is none."""
        if self.find(address) is None:
            return ""
        scheme = httpx.URL(address).scheme
        return f"{scheme.upper() if scheme in self._proxies else 'ALL'}_PROXY"


def _read_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _covers(entry: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY stands for a host."""
    if entry in {"*", "<local>"}:
        return entry == "*" or ("." not in host and ":" not in host)
    entry = entry.rpartition("://")[2].strip("/")
    if "/" in entry:
        return _is_in_network(entry.replace("[", "").replace("]", ""), host)
    name, its_port = _split_port(entry)
    if its_port not in {None, port}:
        return False
    address = _read_address(name)
    if address is not None:
        return address == _read_address(host)
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _split_port(entry: str) -> tuple[str, int | None]:
    """`[::1]:80`, `host:80`, or without the port; a bare IPv6 address has many colons and no port."""
    found = re.fullmatch(r"\[([^\]]*)\](?::(\d+))?|([^:]*):(\d+)", entry)
    if found is None:
        return entry, None
    name, port = (found[1], found[2]) if found[1] is not None else (found[3], found[4])
    return name, int(port) if port else None


def _is_in_network(entry: str, host: str) -> bool:
    address = _read_address(host)
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
    return address is not None and address in network


def _check_proxy(url: str, variable: str) -> str:
    url = url.strip() if "://" in url else f"http://{url.strip()}"
    if url.lower().startswith("socks") and find_spec("socksio") is None:
        raise ProxySettingError(
            f"{variable} names a SOCKS proxy, which this server cannot use: "
            "name an HTTP proxy, or add the host to NO_PROXY"
        )
    try:
        proxy = httpx.Proxy(url)
        host, port = proxy.url.host, proxy.url.port or 1
        usable = bool(host) and not re.search(r"[^\w.:-]", host) and 0 < port <= LAST_PORT
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise ProxySettingError(f"{variable} does not name a proxy: it should look like http://HOST:PORT")
    return url


def make_ssl_context() -> ssl.SSLContext:
    """Whom to trust: the authorities that SSL_CERT_FILE or SSL_CERT_DIR name, or else the usual ones.

    Raises:
        ProxySettingError: What the variable names cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError:
        given = next((name for name in CERTIFICATES if os.environ.get(name)), "the list of trusted authorities")
        raise ProxySettingError(f"{given} cannot be read: it should be a file of certificates") from None


class _Trust:
    """Whom to trust, read when the first secure connection is opened: that takes as long as ten requests."""

    def __init__(self) -> None:
        self._context: ssl.SSLContext | None = None

    def find(self, scheme: str, proxy: str | None) -> ssl.SSLContext | bool:
        """What a pool for these addresses takes as `verify`; `http` needs nothing.

        Raises:
            ProxySettingError: As `make_ssl_context`.
        """
        if scheme != "https" and not (proxy or "").startswith("https"):
            return False
        if self._context is None:
            self._context = make_ssl_context()
        return self._context


class ProxyTransport(httpx.AsyncBaseTransport):
    """Sends each request by the proxy for its address; every way has a pool of connections of its own.

    `addresses` are those that are going to be asked: what the environment says of them is looked at in the beginning.

    Raises:
        ProxySettingError: The environment names a proxy or authorities that cannot be used; also of a request.
    """

    def __init__(self, addresses: Iterable[str] = (), limits: httpx.Limits = NO_LIMITS) -> None:
        self.proxies = Proxies()
        self._limits = limits
        self._trust = _Trust()
        self._pools: dict[tuple[str, str | None], httpx.AsyncHTTPTransport] = {}
        for address in addresses:
            self._find_pool(httpx.URL(address))

    def _find_pool(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        scheme, proxy = url.scheme, self.proxies.find(str(url))
        if (scheme, proxy) not in self._pools:
            verify = self._trust.find(scheme, proxy)
            self._pools[scheme, proxy] = httpx.AsyncHTTPTransport(
                verify=verify, trust_env=False, limits=self._limits, proxy=proxy
            )
        return self._pools[scheme, proxy]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request, of which only the beginning has been read."""
        return await self._find_pool(request.url).handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            await pool.aclose()


class BlockingProxyTransport(httpx.BaseTransport):
    """The same for code that waits in a thread.

    Raises:
        ProxySettingError: Of a request: as above.
    """

    def __init__(self) -> None:
        self._proxies = Proxies()
        self._trust = _Trust()
        self._pools: dict[tuple[str, str | None], httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request, of which only the beginning has been read."""
        scheme, proxy = request.url.scheme, self._proxies.find(str(request.url))
        if (scheme, proxy) not in self._pools:
            verify = self._trust.find(scheme, proxy)
            self._pools[scheme, proxy] = httpx.HTTPTransport(verify=verify, trust_env=False, proxy=proxy)
        return self._pools[scheme, proxy].handle_request(request)

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()
