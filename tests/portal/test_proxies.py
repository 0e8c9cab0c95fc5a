"""Which way a request takes, by the variables of the environment, and what is said of a way that is closed."""

from collections.abc import Iterator

import anyio
import httpx
import pytest

from portal.client import Portal
from portal.errors import BlockedError, NotReachableError, PortalError
from portal.proxies import BlockingProxyTransport, Proxies, ProxySettingError, ProxyTransport
from portal.webhook import Webhook
from server.events.posting import post_form
from tests.pauses import skip_pause
from tests.portal.front_end import FrontEnd, Reply, answering

PROXY = "http://proxy.example:3128"
SECRET = "a1b2c3d4e5f6g7h8"


@pytest.fixture(scope="module")
def proxy() -> Iterator[FrontEnd]:
    with answering(Reply()) as served:
        yield served


@pytest.mark.parametrize(
    ("no_proxy", "address", "is_direct"),
    [
        ("", "https://portal.example/rest", False),
        ("*", "https://portal.example", True),
        ("a.example, *", "https://portal.example", True),
        ("portal.example", "https://portal.example", True),
        ("portal.example", "https://PORTAL.example", True),
        ("PORTAL.example", "https://portal.example", True),
        ("portal.example", "https://sub.portal.example", True),
        ("portal.example", "https://notportal.example", False),
        (".example", "https://portal.example", True),
        (".portal.example", "https://portal.example", True),
        ("*.example", "https://portal.example", True),
        ("portal.example.", "https://portal.example", True),
        ("other.example portal.example", "https://portal.example", True),
        (" other.example ,\tportal.example ", "https://portal.example", True),
        ("portal.example:443", "https://portal.example", True),
        ("portal.example:8443", "https://portal.example", False),
        ("portal.example:8443", "https://portal.example:8443", True),
        ("https://portal.example", "https://portal.example", True),
        ("192.168.0.0/16", "https://192.168.3.4", True),
        ("192.168.0.0/16", "https://192.169.3.4", False),
        ("192.168.3.4", "https://192.168.3.4", True),
        ("192.168.3.1/24", "https://192.168.3.4", True),
        ("fd07:b51a:cc66:f0::/64", "https://[fd07:b51a:cc66:f0::9]:8443", True),
        ("[fd07:b51a:cc66:f0::]/64", "https://[fd07:b51a:cc66:f0::9]", True),
        ("fd07::9", "https://[fd07:0:0::9]", True),
        ("[fd07::9]", "https://[fd07::9]", True),
        ("[fd07::9]:443", "https://[fd07::9]", True),
        ("[fd07::9]:444", "https://[fd07::9]", False),
        ("<local>", "https://portal", True),
        ("<local>", "https://portal.example", False),
        ("localhost,127.0.0.1,[::1]", "https://portal.example", False),
        ("[", "https://portal.example", False),
        ("[::1,]:9,::/x,1.2.3.4/99,/,:,.,://,%,\u2028", "https://portal.example", False),
        ("[::1,portal.example", "https://portal.example", True),
        ("", "http://127.0.0.1:8024/rest", True),
        ("", "http://localhost/rest", True),
        ("", "http://[::1]:80/rest", True),
        ("", "http://LOCALHOST:80/rest", True),
        ("", "http://localhost./rest", True),
        ("", "http://portal.localhost/rest", True),
        ("", "http://127.0.0.53/rest", True),
        ("", "http://[0:0:0:0:0:0:0:1]/rest", True),
        ("", "http://[::ffff:127.0.0.1]/rest", True),
        ("", "https://[::ffff:7f00:1]/rest", True),
        ("", "http://[::1%25lo]/rest", True),
        ("", "https://localhost.example/rest", False),
        ("", "https://127.0.0.1.example/rest", False),
    ],
)
def test_no_proxy_is_read_as_it_is_written_by_people_and_programs(no_proxy: str, address: str, is_direct: bool) -> None:
    proxies = Proxies({"http": PROXY, "https": PROXY, "no": no_proxy})

    assert proxies.find(address) == (None if is_direct else PROXY)
    assert proxies.name_variable(address) == ("" if is_direct else "HTTPS_PROXY")


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, None),
        ({"https": PROXY}, PROXY),
        ({"https": "proxy.example:3128"}, PROXY),
        ({"https": f" {PROXY} "}, PROXY),
        ({"all": PROXY}, PROXY),
        ({"http": PROXY}, None),
        ({"https": PROXY, "all": "socks5://127.0.0.1:1080", "http": "nonsense://x"}, PROXY),
        ({"https": "socks5://127.0.0.1:1080", "no": "portal.example"}, None),
        ({"all": "http://user:pa%20ss@proxy.example:1"}, "http://user:pa%20ss@proxy.example:1"),
    ],
)
def test_the_nearest_variable_names_the_proxy(variables: dict[str, str], found: str | None) -> None:
    assert Proxies(variables).find("https://portal.example") == found


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("socks5://user:pa55word@127.0.0.1:1080", "SOCKS"),
        ("socks5h://127.0.0.1:1080", "SOCKS"),
        ("SOCKS4://127.0.0.1:1080", "SOCKS"),
        ("ftp://pa55word@proxy.example", "http://HOST:PORT"),
        ("http://proxy.example:pa55word", "http://HOST:PORT"),
        ("http://:3128", "http://HOST:PORT"),
        ("http://", "http://HOST:PORT"),
        ("http://[::1", "http://HOST:PORT"),
        ("http://${PROXY}:80", "http://HOST:PORT"),
        ("http://proxy.example:99999", "http://HOST:PORT"),
        ("none of your business", "http://HOST:PORT"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable_and_not_by_its_value(
    environment: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    environment.setenv(name, value)

    with pytest.raises(ProxySettingError, match=words) as refused:
        ProxyTransport(["https://portal.example"])

    assert name.upper() in str(refused.value)
    assert "pa55word" not in str(refused.value)
    ProxyTransport(["http://127.0.0.1:8024"])


def test_authorities_that_cannot_be_read_are_named_by_their_variable(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SSL_CERT_FILE", "/there/is/none/such")
    environment.setenv("SSL_CERT_DIR", "/there/is/none/such")

    with pytest.raises(ProxySettingError, match="SSL_CERT_FILE cannot be read"):
        ProxyTransport(["https://portal.example"])
    with httpx.Client(transport=BlockingProxyTransport()) as http, pytest.raises(ProxySettingError):
        http.get("https://portal.example")
    ProxyTransport(["http://127.0.0.1"])


def test_requests_leave_by_the_proxy_or_directly(environment: pytest.MonkeyPatch, proxy: FrontEnd) -> None:
    environment.setenv("HTTP_PROXY", proxy.address)
    environment.setenv("NO_PROXY", "[::1],fd07::/64")

    async def ask() -> None:
        async with httpx.AsyncClient(transport=ProxyTransport()) as http:
            assert (await http.post("http://portal.example/rest/far")).json() == {"result": 1}
            assert (await http.post(f"{proxy.address}/rest/near")).json() == {"result": 1}

    proxy.asked.clear()
    anyio.run(ask)
    with httpx.Client(transport=BlockingProxyTransport()) as http:
        assert http.post("http://portal.example/rest/far").json() == {"result": 1}
        assert http.post(f"{proxy.address}/rest/near").json() == {"result": 1}
    assert proxy.asked == ["far", "near"] * 2


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.53"])
def test_no_proxy_sees_the_secrets_of_a_portal_or_handler_on_this_machine(
    environment: pytest.MonkeyPatch, proxy: FrontEnd, variable: str, host: str
) -> None:
    environment.setenv(variable, proxy.address)

    async def call() -> None:
        async with Portal(Webhook.parse(f"http://{host}:9/rest/1/{SECRET}/"), plan=None, sleep=skip_pause) as portal:
            await portal.call("imopenlines.operator.answer", {}, repeatable=False)

    proxy.asked.clear()
    with pytest.raises(NotReachableError):
        anyio.run(call)
    assert anyio.run(post_form, f"http://{host}:9/handler", "auth[application_token]=secret").status == 0
    assert proxy.asked == []


def _call() -> PortalError:
    async def run() -> None:
        address = Webhook.parse(f"https://portal.example/rest/1/{SECRET}/")
        async with Portal(address, plan=None, sleep=skip_pause) as portal:
            await portal.call("imopenlines.operator.answer", {}, repeatable=False)

    with pytest.raises(PortalError) as failed:
        anyio.run(run)
    assert SECRET not in failed.value.description
    return failed.value


@pytest.mark.parametrize("status", [403, 407])
def test_a_proxy_that_refuses_is_asked_once_and_named(
    environment: pytest.MonkeyPatch, proxy: FrontEnd, status: int
) -> None:
    environment.setenv("HTTPS_PROXY", proxy.address.replace("://", "://user:pa55word@"))
    proxy.asked.clear()
    proxy.answer = lambda *_: Reply(status, b"<html>")

    error = _call()

    assert isinstance(error, BlockedError)
    assert error.description == f"HTTP {status} from the proxy of HTTPS_PROXY"
    assert len(proxy.asked) == 1


def test_a_proxy_that_does_not_find_the_portal_is_named(environment: pytest.MonkeyPatch, proxy: FrontEnd) -> None:
    environment.setenv("ALL_PROXY", proxy.address)
    proxy.answer = lambda *_: Reply(502, b"")

    error = _call()

    assert isinstance(error, NotReachableError)
    assert error.description == "HTTP 502 from the proxy of ALL_PROXY"


def test_a_proxy_that_does_not_listen_is_named(environment: pytest.MonkeyPatch) -> None:
    with answering(Reply()) as gone:
        pass
    environment.setenv("HTTPS_PROXY", gone.address.replace("://", "://user:pa55word@"))

    error = _call()

    assert isinstance(error, NotReachableError)
    assert error.description == "no connection to the proxy of HTTPS_PROXY (connection refused)"
