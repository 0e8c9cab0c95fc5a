"""What a portal posts to `/events/PROFILE`: believed only where it is proved, and kept before it is answered."""

import socket
import stat
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

import pytest

from sandbox.wire.oauth_routes import MEMBER_ID
from server.events.installation import InstallationFile
from server.http.deliveries.receiver import CHECK_AGAIN
from tests.served import ServedSandbox, serve_sandbox
from tests.server.events.posting_portal import RunningServer, User, serve_for, use_application
from tests.waiting import wait_until

REFUSED = 403
FORGED: dict[str, dict[str, str | None]] = {
    "another token": {"auth[application_token]": "0" * 32},
    "no token": {"auth[application_token]": ""},
    "another portal": {"auth[member_id]": "f" * 32},
    "no portal": {"auth[member_id]": ""},
    "a token that is an object": {"auth[application_token]": None, "auth[application_token][x]": "1"},
    "an uninstallation": {"event": "ONAPPUNINSTALL", "auth[application_token]": "0" * 32},
    "a test that nobody asked for": {
        "event": "ONAPPTEST",
        "auth[application_token]": "0" * 32,
        "data[QUERY][openchannels_test]": "",
    },
    "an installation without a refresh token": {"event": "ONAPPINSTALL"},
    "an installation with tokens of nobody": {
        "event": "ONAPPINSTALL",
        "auth[access_token]": "a",
        "auth[refresh_token]": "r",
    },
    "tokens of nobody": {
        "event": "ONAPPUSERREADY",
        "auth[application_token]": "0" * 32,
        "data[access_token]": "a",
        "data[refresh_token]": "r",
    },
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def user(sandbox: ServedSandbox, tmp_path_factory: pytest.TempPathFactory) -> User:
    """One whom nobody has signed in: the application is installed at the portal."""
    return use_application(sandbox, tmp_path_factory.mktemp("installed"), signed_in=False)


@pytest.fixture(scope="module")
def server(user: User) -> Iterator[RunningServer]:
    """A server at which the application was installed, and to which all events are bound."""
    with serve_for(user) as server:
        user.sandbox.control("events/install", {"handler": f"{server.address}/events/default"})
        wait_until(lambda: _load_proof(user), 20)
        assert user.run("events", "bind", "--address", server.address).status == 0
        yield server


def _proof(user: User) -> InstallationFile:
    return InstallationFile(Path(user.environment["OPENCHANNELS_TOKEN_FILE"]))


def _load_proof(user: User) -> object:
    return _proof(user).load()


def _make_form(user: User, text: str = "forged", changes: Mapping[str, str | None] = MappingProxyType({})) -> bytes:
    """A post with the portal's own proof, with changes."""
    known = _proof(user).load()
    assert known
    fields: dict[str, str | None] = {
        "event": "ONOPENLINEMESSAGEADD",
        "event_handler_id": "1",
        "data[DATA][connector][connector_id]": "telegrambot",
        "data[DATA][connector][line_id]": "2",
        "data[DATA][connector][chat_id]": "nobody",
        "data[DATA][connector][user_id]": "999",
        "data[DATA][message][id]": text,
        "data[DATA][message][text]": text,
        "ts": "1773651600",
        "auth[member_id]": known.member_id,
        "auth[application_token]": known.application_token,
        **changes,
    }
    return urlencode([(name, value) for name, value in fields.items() if value is not None]).encode()


def _list_texts(user: User) -> list[str]:
    return [noted.event.text for noted in user.feed.read(limit=100_000)]


@pytest.mark.usefixtures("server")
def test_an_installation_brings_tokens_and_proof_that_only_their_owner_can_read(user: User) -> None:
    known = _proof(user).load()

    assert known
    assert known.member_id == MEMBER_ID
    for path in (_proof(user).path, Path(user.environment["OPENCHANNELS_TOKEN_FILE"])):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert user.sandbox.look("oauth")["refreshes"] >= 1, "the tokens were renewed for this application's secret"
    assert user.run("call", "dialog_get", "chat_id=201").status == 0


@pytest.mark.usefixtures("server")
def test_what_a_client_writes_is_heard_at_once(user: User) -> None:
    user.sandbox.control("client-message", {"chat_id": 201, "text": "Is anybody there?"})

    assert user.wait_for_texts("Is anybody there?", seconds=3)


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_post_is_refused_in_the_same_words_and_nothing_of_it_is_kept(
    user: User, server: RunningServer, kind: str
) -> None:
    before, proof = _list_texts(user), _proof(user).load()
    answer = server.post(_make_form(user, changes=FORGED[kind]))

    assert answer == server.post(_make_form(user), "/events/unknown"), "as for a profile that does not exist"
    assert answer[0] == REFUSED
    assert _proof(user).load() == proof
    assert user.feed.count_posts() == 0
    assert _list_texts(user) == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"event=ONAPPTEST", "multipart/form-data; boundary=x", 415),
        (b"a" * (300 * 1024), "application/x-www-form-urlencoded", 413),
        (b"a" + b"[b]" * 40 + b"=1", "application/x-www-form-urlencoded", 400),
        (b"a[b][c=1", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a[%d]=1" % number for number in range(5_000)), "application/x-www-form-urlencoded", 400),
        (b"event=\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"event=%FF%FE", "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 403),
    ],
    ids=["JSON", "multipart", "large", "deep", "broken name", "many fields", "no UTF-8", "escaped no UTF-8", "empty"],
)
def test_what_is_no_delivery_is_refused(user: User, server: RunningServer, body: bytes, kind: str, status: int) -> None:
    assert server.post(body, kind=kind)[0] == status
    assert user.feed.count_posts() == 0


@pytest.mark.parametrize("header", [b"Content-Length: 104857600", b"Transfer-Encoding: chunked"])
def test_a_hundred_megabytes_are_refused_without_being_read(user: User, server: RunningServer, header: bytes) -> None:
    target = urlsplit(server.address)
    with socket.create_connection((target.hostname or "", target.port or 0), timeout=20) as client:
        head = (
            b"POST /events/default HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        )
        client.sendall(head + header + b"\r\n\r\n")
        part = b"a" * 65536
        chunk = b"10000\r\n" + part + b"\r\n" if b"chunked" in header else part
        sent = 0
        try:
            while sent < 100:
                client.sendall(chunk)
                sent += 1
        except OSError:
            pass  # the server has closed the connection
        try:
            answer = client.recv(4096)
        except OSError:
            answer = b""
    assert sent < 100 or answer.startswith(b"HTTP/1.1 413"), (sent, answer)
    assert user.feed.count_posts() == 0


def test_what_was_answered_with_200_survives_kill_9(sandbox: ServedSandbox, tmp_path: Path) -> None:
    sandbox.control("reset")
    user = use_application(sandbox, tmp_path)
    with serve_for(user) as server:
        assert user.run("events", "bind", "--address", server.address).status == 0
        port = int(server.address.rpartition(":")[2])
        statuses = [server.post(_make_form(user, f"message {number}"))[0] for number in range(40)]
        server.kill()
    assert statuses == [200] * 40
    with serve_for(user, port=port):
        user.wait_for_texts(*(f"message {number}" for number in range(40)))

    assert sorted(_list_texts(user)) == sorted(f"message {number}" for number in range(40))


def test_deliveries_that_are_lost_doubled_or_out_of_order_leave_each_message_once(
    sandbox: ServedSandbox, tmp_path: Path
) -> None:
    sandbox.control("reset")
    user = use_application(sandbox, tmp_path)
    texts = [f"message {number}" for number in range(30)]
    with serve_for(user) as server:
        assert user.run("events", "bind", "--address", server.address).status == 0
        rules = [{"kind": kind, "rate": 0.3, "seconds": 0.2} for kind in ("lost", "doubled", "reordered", "late")]
        sandbox.control("events/faults", {"rules": rules, "seed": 7})
        for text in texts:
            sandbox.control("client-message", {"chat_id": 201, "text": text})
        sandbox.control("events/faults/clear")
        sandbox.control("client-message", {"chat_id": 201, "text": "the last"})
        user.wait_for_texts("the last")

    assert [text for text in _list_texts(user) if text in {*texts, "the last"}] == [*texts, "the last"]


def test_forged_installations_neither_keep_the_portal_out_nor_flood_the_authorisation_server(
    sandbox: ServedSandbox, tmp_path: Path
) -> None:
    sandbox.control("reset")
    user = use_application(sandbox, tmp_path, signed_in=False)
    fields = {"event": "ONAPPINSTALL", "auth[member_id]": "f" * 32, "auth[application_token]": "0" * 32}
    forged = urlencode({**fields, "auth[refresh_token]": "nobody's"}).encode()
    with serve_for(user) as server, ThreadPoolExecutor(3) as attackers:
        began = time.monotonic()
        answers = [attackers.submit(server.post, forged) for _ in range(3)]
        sandbox.control("events/install", {"handler": f"{server.address}/events/default"})
        wait_until(lambda: _load_proof(user), 20)
        refused = [answer.result()[0] for answer in answers]

    assert refused == [REFUSED] * 3
    assert time.monotonic() - began >= 2 * CHECK_AGAIN, "three checks with a pause after each that failed"


def test_an_uninstallation_ends_the_belief(sandbox: ServedSandbox, tmp_path: Path) -> None:
    sandbox.control("reset")
    user = use_application(sandbox, tmp_path)
    with serve_for(user) as server:
        assert user.run("events", "bind", "--address", server.address).status == 0
        form = _make_form(user)
        assert server.post(form)[0] == 200
        assert server.post(_make_form(user, changes={"event": "ONAPPUNINSTALL"}))[0] == 200
        assert server.post(form)[0] == REFUSED
        assert not _proof(user).path.exists()
