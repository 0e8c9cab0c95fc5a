"""Who comes in, what they may do, and what they never see."""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from server.http.auth.token_file import PREFIX
from tests.assistant import BY_DEFAULT, text_of
from tests.sandbox.http_server import HttpSandbox, serve_over_http
from tests.server.http.messages import DATA, MESSAGE, POST_BOX, read_line, read_message
from tests.server.http.team_server import (
    HEADERS,
    WAYS,
    TeamServer,
    issue_token,
    make_bearer_header,
    make_initialize_request,
    serve_team,
    write_profiles,
)

SECRET_OF_SHOP = "the shop's client is called Ottilie Zimmermann"
REPORTS = {name for name in BY_DEFAULT if name.startswith("v2_")}


@dataclass
class TwoTeams:
    """A server of two teams, each with a portal of its own."""

    server: TeamServer
    shop: HttpSandbox
    support: HttpSandbox


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoTeams]:
    folder = tmp_path_factory.mktemp("teams")
    with ExitStack() as stack:
        shop, support = (stack.enter_context(serve_over_http()) for _ in range(2))
        write_profiles(folder, shop=shop, support=support)
        yield TwoTeams(stack.enter_context(serve_team(folder)), shop, support)


def test_without_a_token_nobody_comes_in_wherever_they_knock(teams: TwoTeams) -> None:
    teams.server.token("somebody")

    for path in (
        "/mcp",
        "/mcp/",
        "/sse",
        "/messages/?session_id=0",
        "/",
        "/metrics",
        "/nothing",
        "/mcp/../mcp",
        "//mcp",
    ):
        for method in ("GET", "POST", "DELETE", "PUT", "OPTIONS", "HEAD"):
            answer = teams.server.http.request(method, f"{teams.server.address}{path}", headers=HEADERS)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == 'Bearer realm="openchannels"'


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Basic b2NtXw==",
        f"Bearer {PREFIX}{'A' * 43}",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        f"Bearer {PREFIX}'; DROP TABLE tokens; --",
        "Bearer \xff\xfe",
    ],
)
def test_a_wrong_token_is_refused_and_not_repeated(teams: TwoTeams, header: str) -> None:
    teams.server.token(f"t{abs(hash(header))}")

    headers = {name.encode(): value.encode("latin-1") for name, value in {**HEADERS, "Authorization": header}.items()}
    answer = teams.server.http.post("/mcp", json=make_initialize_request(), headers=headers)
    assert answer.status_code == 401
    assert header.removeprefix("Bearer").strip() not in answer.text or len(header) < 8
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_two_tokens_at_once_are_refused(teams: TwoTeams) -> None:
    token = teams.server.token("twice")
    headers = [*HEADERS.items(), *make_bearer_header(token).items(), *make_bearer_header(token).items()]

    answer = teams.server.http.post("/mcp", json=make_initialize_request(), headers=headers)
    assert answer.status_code == 400


def test_a_revoked_token_stops_at_the_next_request(teams: TwoTeams) -> None:
    token = teams.server.token("leaver", profile="shop")
    before = teams.server.call("dialog_get", {"chat_id": 201}, token)
    teams.server.file.revoke("leaver")
    after = teams.server.call("dialog_get", {"chat_id": 201}, token)

    assert before.status_code == 200
    assert after.status_code == 401
    assert 'error="invalid_token"' in after.headers["www-authenticate"]


def test_an_expired_token_is_refused_and_says_so(teams: TwoTeams) -> None:
    token = teams.server.token("guest", profile="shop", expires=datetime.now(UTC) + timedelta(days=1))
    assert teams.server.call("dialog_get", {"chat_id": 201}, token).status_code == 200
    content = json.loads(teams.server.file.path.read_text())
    for kept in content["tokens"]:
        kept["expires"] = "2020-01-01T00:00:00Z" if kept["name"] == "guest" else kept["expires"]
    teams.server.file.path.write_text(json.dumps(content))

    answer = teams.server.call("dialog_get", {"chat_id": 201}, token)
    assert answer.status_code == 401
    assert "expired at 2020" in answer.text


def test_a_token_of_a_name_that_was_revoked_is_another_token(teams: TwoTeams) -> None:
    old = teams.server.token("again", profile="shop")
    session = teams.server.post(make_initialize_request(), old).headers["mcp-session-id"]
    teams.server.file.revoke("again")
    new = teams.server.token("again", profile="shop")

    answer = teams.server.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, new, Mcp_Session_Id=session)
    assert answer.status_code == 404


@pytest.mark.parametrize("way", WAYS)
def test_a_readers_token_changes_nothing(teams: TwoTeams, way: str) -> None:
    token = teams.server.token(f"reader-{way}", profile="shop", effects="read", toolsets="dialogs,statistics")
    teams.shop.company.requests.clear()
    with teams.server.client(way, token) as client:
        listed = {tool.name for tool in client.run("list_tools").tools}
        for name, tool in BY_DEFAULT.items():
            if not tool.reads():
                refused = client.call(name, dict(getattr(tool, "example", {})))
                assert refused.is_error
                assert "Nothing was sent" in text_of(refused)
        allowed = client.call("dialog_get", chat_id=201)

    expected = {n for n, t in BY_DEFAULT.items() if t.reads() and t.toolset() in {"dialogs", "statistics", None}}
    assert listed == expected
    assert not allowed.is_error
    assert {request.method for request in teams.shop.company.requests} == {"imopenlines.dialog.get"}


def test_a_token_cannot_do_more_than_the_settings_allow(tmp_path: Path) -> None:
    with serve_over_http() as portal:
        write_profiles(tmp_path, shop=portal)
        with serve_team(tmp_path, options={"read_only": True}) as server:
            token = server.token("boss", profile="shop")
            with server.client("modern", token) as client:
                assert client.call("operator_answer", chat_id=201).is_error
                assert not client.call("dialog_get", chat_id=201).is_error
        assert {request.method for request in portal.company.requests} == {"imopenlines.dialog.get"}


def test_nothing_in_a_request_widens_what_its_token_may(teams: TwoTeams) -> None:
    token = teams.server.token("sly", profile="support", effects="read")
    teams.shop.company.requests.clear()
    teams.support.company.requests.clear()
    wishes = {"profile": "shop", "effects": "write", "read_only": "false", "toolsets": "operators"}
    for headers in ({f"X_{name}": value for name, value in wishes.items()}, {"Mcp_Name": "dialog_get"}, {}):
        path = "/mcp?" + "&".join(f"{name}={value}" for name, value in wishes.items())
        body = {"name": "operator_answer", "arguments": {"chat_id": 201}, **wishes, "_meta": wishes}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": body}
        session = teams.server.post(make_initialize_request(), token).headers["mcp-session-id"]
        teams.server.post(message, token, path=path, Mcp_Session_Id=session, **headers)

    assert teams.shop.company.requests == deque()
    assert teams.support.company.requests == deque()


@pytest.mark.parametrize("way", WAYS)
def test_one_teams_portal_is_never_asked_or_shown_for_another(teams: TwoTeams, way: str) -> None:
    session = teams.shop.control("client-message", {"chat_id": 201, "text": SECRET_OF_SHOP})["session_id"]
    shop = teams.server.token(f"shop-{way}", profile="shop")
    support = teams.server.token(f"support-{way}", profile="support")
    with teams.server.client(way, shop) as ours, teams.server.client(way, support) as theirs:
        seen = ours.call("session_history_get", session_id=session)
        teams.shop.company.requests.clear()
        answers = [theirs.call("session_history_get", session_id=number) for number in range(session - 1, session + 2)]
        answers += [theirs.call("dialog_get", chat_id=number) for number in range(200, 203)]
        answers += [theirs.call(name, dict(getattr(BY_DEFAULT[name], "example", {}))) for name in REPORTS]
        answers += [theirs.call("portal_check")]

    assert SECRET_OF_SHOP in text_of(seen)
    assert all(SECRET_OF_SHOP not in text_of(answer) for answer in answers)
    assert any(not answer.is_error for answer in answers)
    assert teams.shop.company.requests == deque()


def test_a_portal_is_named_to_its_own_team_only(teams: TwoTeams) -> None:
    token = teams.server.token("checker", profile="support")
    with teams.server.client("modern", token) as client:
        checked = text_of(client.call("portal_check"))

    assert str(teams.support.port) in checked
    assert str(teams.shop.port) not in checked


def test_a_session_belongs_to_the_token_that_began_it(teams: TwoTeams) -> None:
    anna, ben = teams.server.token("anna", profile="shop"), teams.server.token("ben", profile="shop")
    session = teams.server.post(make_initialize_request(), anna).headers["mcp-session-id"]
    given = {**HEADERS, **make_bearer_header(ben), "Mcp-Session-Id": session}

    for method in ("POST", "GET", "DELETE"):
        assert (
            teams.server.http.request(method, "/mcp", json=make_initialize_request(), headers=given).status_code == 404
        )
    assert teams.server.post(make_initialize_request(), Mcp_Session_Id=session).status_code == 401
    own = teams.server.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, anna, Mcp_Session_Id=session)
    assert read_message(own.text) == {"jsonrpc": "2.0", "id": 2, "result": {}}


def test_a_post_box_belongs_to_the_token_that_opened_the_stream(teams: TwoTeams) -> None:
    anna, ben = teams.server.token("anna2", profile="shop"), teams.server.token("ben2", profile="shop")
    with httpx.stream("GET", f"{teams.server.address}/sse", headers=make_bearer_header(anna)) as stream:
        lines = stream.iter_lines()
        box = read_line(lines, POST_BOX).removeprefix(DATA)
        assert teams.server.post(make_initialize_request(), ben, path=box).status_code == 404
        assert teams.server.post(make_initialize_request(), path=box).status_code == 401
        assert teams.server.post(make_initialize_request(), anna, path=box).status_code == 202
        answer = read_message(read_line(lines, MESSAGE))

    assert answer["id"] == 1


def test_a_damaged_tokens_file_lets_nobody_in_until_it_is_right(tmp_path: Path) -> None:
    with serve_team(tmp_path) as server:
        token = server.token("anna")
        right = server.file.path.read_text()
        server.file.path.write_text(right[:-20])
        damaged = server.call("dialog_get", {"chat_id": 201}, token)
        server.file.path.write_text(right)
        corrected = server.call("dialog_get", {"chat_id": 201}, token)
        server.file.path.unlink()
        removed = server.call("dialog_get", {"chat_id": 201}, token)
        nobody = server.call("dialog_get", {"chat_id": 201})

    assert damaged.status_code == 503
    assert "retry-after" in damaged.headers
    assert corrected.status_code == 200
    assert removed.status_code == nobody.status_code == 401


def test_a_token_for_a_portal_that_is_not_set_up_is_told_so_without_details(teams: TwoTeams) -> None:
    token = teams.server.token("early", profile="not-there")

    answer = teams.server.call("dialog_get", {"chat_id": 201}, token)
    assert answer.status_code == 403
    assert "not-there" not in answer.text
    assert "settings" not in answer.text


def test_a_variable_may_not_replace_the_portal_of_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_over_http() as portal:
        path = write_profiles(tmp_path, shop=portal)
        with serve_team(tmp_path) as server:
            token = issue_token(server.file, "anna", profile="shop")
            monkeypatch.setenv("OPENCHANNELS_WEBHOOK_URL", "https://other.example/rest/1/t0ken/")
            answer = server.call("dialog_get", {"chat_id": 201}, token)

    assert path.exists()
    assert answer.status_code == 403
