"""Access tokens of an authorisation server: the right ones open what their scopes say, all others nothing."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.http.auth.jwks import list_metadata_addresses
from tests.assistant import BY_DEFAULT
from tests.sandbox.http_server import HttpSandbox, serve_over_http
from tests.server.http.issuer import RESOURCE, Issuer, issuer, unsigned
from tests.server.http.team_server import (
    TeamServer,
    make_initialize_request,
    make_modern_headers,
    make_modern_request,
    serve_team,
    write_profiles,
)

SCOPES = {"oc:read": "read", "oc:work": "read,write,customer,takeover"}
METADATA = "https://mcp.example/.well-known/oauth-protected-resource/mcp"


@dataclass
class TeamWithIssuer:
    """A server that takes an issuer's tokens, and the portals of two profiles."""

    server: TeamServer
    issuer: Issuer
    shop: HttpSandbox
    support: HttpSandbox


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamWithIssuer]:
    folder = tmp_path_factory.mktemp("team")
    with ExitStack() as stack:
        issuer_server = stack.enter_context(issuer())
        issuer_server.add_key("second", curve=True)
        shop, support = (stack.enter_context(serve_over_http()) for _ in range(2))
        write_profiles(folder, shop=shop, support=support)
        server = stack.enter_context(serve_team(folder, oauth=_settings(issuer_server, profile_claim="portal")))
        yield TeamWithIssuer(server, issuer_server, shop, support)


def _settings(issuer_server: Issuer, **more: Any) -> dict[str, Any]:
    return {"issuer": issuer_server.address, "resource": RESOURCE, "scopes": SCOPES, **more}


def _tools(server: TeamServer, token: str) -> set[str]:
    answer = server.post(make_modern_request("tools/list"), token, **make_modern_headers("tools/list"))
    assert answer.status_code == 200, answer.text
    return {tool["name"] for tool in answer.json()["result"]["tools"]}


def test_a_client_is_told_where_to_get_a_token(team: TeamWithIssuer) -> None:
    refused = team.server.post()
    described = [team.server.http.get(f"/.well-known/oauth-protected-resource{path}").json() for path in ("", "/mcp")]

    assert refused.status_code == 401
    challenge = f'Bearer resource_metadata="{METADATA}", scope="oc:read"'
    assert refused.headers["www-authenticate"] == challenge
    assert described[0] == described[1]
    assert described[0]["resource"] == RESOURCE
    assert described[0]["authorization_servers"] == [team.issuer.address]
    assert described[0]["scopes_supported"] == list(SCOPES)
    assert team.server.http.get("/.well-known/oauth-authorization-server").status_code == 404


@pytest.mark.parametrize(("key", "algorithm"), [("first", "RS256"), ("first", "PS512"), ("second", "ES256")])
def test_a_right_token_opens_what_its_scopes_say(team: TeamWithIssuer, key: str, algorithm: str) -> None:
    reader = team.issuer.token(key, algorithm, portal="shop")
    worker = team.issuer.token(key, algorithm, portal="shop", scope="openid oc:work oc:read")
    listed = team.issuer.token(key, algorithm, portal="shop", scope=None, scp=["oc:read"])

    reading = {name for name, tool in BY_DEFAULT.items() if tool.reads()}
    assert _tools(team.server, reader) == _tools(team.server, listed) == reading
    assert "crm_message_add" in _tools(team.server, worker)
    assert "config_delete" not in _tools(team.server, worker)


def test_the_claim_chooses_the_portal(team: TeamWithIssuer) -> None:
    team.shop.company.requests.clear()
    team.support.company.requests.clear()
    token = team.issuer.token(portal="support")

    assert team.server.call("dialog_get", {"chat_id": 201}, token).json()["result"]["isError"] is False
    assert len(team.shop.company.requests) == 0
    assert len(team.support.company.requests) == 1
    for portal in (None, "", "other", 1, ["shop"], "../shop"):
        assert team.server.call("dialog_get", {"chat_id": 201}, team.issuer.token(portal=portal)).status_code == 403


def _now() -> int:
    return int(time.time())


WRONG_CLAIMS: list[dict[str, Any]] = [
    {"aud": "https://other.example/mcp"},
    {"aud": None},
    {"aud": ["https://other.example/mcp", "https://third.example"]},
    {"iss": "https://evil.example"},
    {"iss": None},
    {"exp": _now() - 60},
    {"exp": None},
    {"exp": "never"},
    {"nbf": _now() + 600},
    {"sub": None},
    {"sub": 7},
    {"sub": ""},
    {"sub": " \t"},
    {"sub": "\u200b\u2060"},
    {"exp": 10**400},
    {"exp": float("inf")},
    {"exp": float("nan")},
    {"exp": 253_402_300_800},
    {"exp": str(_now() + 600)},
    {"nbf": -(10**400)},
    {"nbf": float("-inf")},
    {"nbf": True},
    {"iat": float("inf")},
    {"iat": -(10**400)},
    {"auth_time": 10**400},
]


@pytest.mark.parametrize("claims", WRONG_CLAIMS)
def test_a_token_that_was_not_made_for_this_server_now_is_refused(team: TeamWithIssuer, claims: dict[str, Any]) -> None:
    answer = team.server.post(token=team.issuer.token(portal="shop", **claims))

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert METADATA in answer.headers["www-authenticate"]


def test_a_token_signed_by_nobody_or_with_what_everybody_knows_is_refused(team: TeamWithIssuer) -> None:
    claims = team.issuer.claims(portal="shop")
    right = team.issuer.token(portal="shop")
    header, payload, signature = right.split(".")
    public = team.issuer.public_pem("first")
    confused = unsigned({"alg": "HS256", "typ": "JWT", "kid": "first"}, claims)
    signed = confused.rpartition(".")[0].encode()
    stranger = Issuer(team.issuer.address)
    stranger.add_key("first")
    forgeries = [
        unsigned({"alg": "none", "typ": "JWT"}, claims),
        unsigned({"alg": "none", "typ": "JWT", "kid": "first"}, claims),
        unsigned({"alg": "None", "kid": "first"}, claims, b"x"),
        unsigned({"kid": "first"}, claims, b"x"),
        unsigned({"alg": "HS256", "kid": "first"}, claims, hmac.digest(public, signed, hashlib.sha256)),
        unsigned({"alg": "RS256", "kid": "first", "crit": ["exp"]}, claims, b"x"),
        unsigned({"alg": "RS256", "kid": {"a": 1}}, claims, b"x"),
        unsigned({"alg": "RS256", "kid": "first", "jku": "https://evil.example/keys"}, claims, b"x"),
        stranger.token(portal="shop"),
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{header}.{payload}A.{signature}",
        f"{header}.{payload}.{signature[:-4]}AAAA",
        "a.b.c",
        "." * 1000,
        f"{base64.urlsafe_b64encode(b'[' * 15_000).decode()}.{payload}.{signature}",
        f"{header}.{base64.urlsafe_b64encode(b'[' * 15_000).decode()}.{signature}",
    ]

    assert team.server.post(token=right).status_code == 200
    for forgery in forgeries:
        assert team.server.post(token=forgery).status_code == 401, forgery


@pytest.mark.parametrize("scope", ["openid profile", "", None, "oc:readx", "OC:READ", "read"])
def test_a_token_without_one_of_the_scopes_is_told_which_there_are(team: TeamWithIssuer, scope: str | None) -> None:
    answer = team.server.post(token=team.issuer.token(portal="shop", scope=scope))

    assert answer.status_code == 403
    challenge = f'Bearer error="insufficient_scope", resource_metadata="{METADATA}", scope="oc:read oc:work"'
    assert answer.headers["www-authenticate"] == challenge


def test_a_session_outlives_a_token_but_not_its_person_application_or_portal(team: TeamWithIssuer) -> None:
    session = team.server.post(make_initialize_request(), team.issuer.token(portal="shop")).headers["mcp-session-id"]
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}

    def status(**claims: Any) -> int:
        token = team.issuer.token(**{"portal": "shop", **claims})
        return team.server.post(ping, token, Mcp_Session_Id=session).status_code

    assert status(exp=_now() + 120) == 200
    assert status(sub="ben") == status(client_id="other") == status(portal="support") == 404


def test_keys_are_fetched_once_and_again_for_a_new_one(tmp_path: Path) -> None:
    with issuer() as issuer_server, serve_team(tmp_path, oauth=_settings(issuer_server)) as server:
        for _ in range(3):
            assert server.post(token=issuer_server.token()).status_code == 200
        fetched = issuer_server.asked.count("/keys")
        issuer_server.add_key("unknown")
        tries = [server.post(token=issuer_server.token("unknown")).status_code for _ in range(5)]
        still = server.post(token=issuer_server.token()).status_code

    assert fetched == 1
    assert issuer_server.asked.count("/keys") == 1, "a flood of unknown keys may not flood the issuer"
    assert tries == [401] * 5
    assert still == 200


def test_without_keys_a_token_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    with issuer() as issuer_server, serve_team(tmp_path, oauth=_settings(issuer_server)) as server:
        issuer_server.down = True
        answers = [server.post(token=issuer_server.token()) for _ in range(3)]
        nonsense = server.post(token="nonsense")

    assert [answer.status_code for answer in answers] == [503] * 3
    assert "retry-after" in answers[0].headers
    assert issuer_server.address not in answers[0].text
    assert len(issuer_server.asked) <= 3
    assert nonsense.status_code == 401


def test_keys_are_used_on_while_the_issuer_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.http.auth.jwks.OLDEST", 1e-6)
    with issuer() as issuer_server, serve_team(tmp_path, oauth=_settings(issuer_server)) as server:
        first = server.post(token=issuer_server.token()).status_code
        issuer_server.down = True
        statuses = [server.post(token=issuer_server.token()).status_code for _ in range(3)]
        asked_in_vain = [path for path in issuer_server.asked if path == "/keys"][1:]

    assert [first, *statuses] == [200] * 4
    assert len(asked_in_vain) == 1, "an issuer that is down may not be flooded"


def test_keys_that_are_somewhere_else_are_not_followed(tmp_path: Path) -> None:
    with issuer() as issuer_server, serve_team(tmp_path, oauth=_settings(issuer_server)) as server:
        issuer_server.keys_have_moved = True
        assert server.post(token=issuer_server.token()).status_code == 503
        assert "/keys" in issuer_server.asked
        assert "/moved" not in issuer_server.asked


def test_metadata_that_name_another_issuer_or_unsafe_keys_are_not_trusted(tmp_path: Path) -> None:
    for place, wrong in enumerate(({"issuer": "https://evil.example"}, {"jwks_uri": "http://evil.example/keys"})):
        with issuer() as issuer_server, serve_team(tmp_path / str(place), oauth=_settings(issuer_server)) as server:
            issuer_server.metadata.update(wrong)
            assert server.post(token=issuer_server.token()).status_code == 503
            assert "/keys" not in issuer_server.asked


def test_keys_may_be_at_a_given_address(tmp_path: Path) -> None:
    with issuer() as issuer_server:
        settings = _settings(issuer_server, jwks_url=f"{issuer_server.address}/keys")
        with serve_team(tmp_path, oauth=settings) as server:
            assert server.post(token=issuer_server.token()).status_code == 200
    assert issuer_server.asked == ["/keys"]


def test_tokens_of_the_team_and_of_the_issuer_live_side_by_side(team: TeamWithIssuer) -> None:
    token = team.server.token("robot", profile="shop", effects="read")

    assert _tools(team.server, token) == {name for name, tool in BY_DEFAULT.items() if tool.reads()}
    assert team.server.post(token=f"{token}x").status_code == 401


@pytest.mark.parametrize(
    ("issuer_url", "first"),
    [
        ("https://a.example", "https://a.example/.well-known/oauth-authorization-server"),
        ("https://a.example/", "https://a.example/.well-known/oauth-authorization-server"),
        ("https://a.example/realms/x", "https://a.example/.well-known/oauth-authorization-server/realms/x"),
    ],
)
def test_metadata_are_looked_for_where_the_standards_say(issuer_url: str, first: str) -> None:
    addresses = list_metadata_addresses(issuer_url)

    assert addresses[0] == first
    assert f"{issuer_url.rstrip('/')}/.well-known/openid-configuration" in addresses
