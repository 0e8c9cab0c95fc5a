"""The commands that make tokens and start the server, and what they refuse to do."""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli.main import cli
from server.config.environment import check_environment
from server.config.http_settings import ServerSettings, list_variables
from server.config.settings import Settings, SettingsError
from server.http.auth.token_file import PREFIX, TeamToken, TeamTokenFile, hash_token
from tests.assistant import PLAIN_ENVIRONMENT, ROOT, assistant
from tests.logging_state import restored_logging
from tests.server.http.issuer import RESOURCE

Run = Callable[..., Result]
PROFILES = '[profiles.shop]\nwebhook_url = "https://shop.example/rest/1/t0ken/"\n'


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "settings.toml").write_text(PROFILES)

    def run(*words: str, **environment: str | None) -> Result:
        given = {"OPENCHANNELS_SETTINGS_FILE": str(tmp_path / "settings.toml"), "OPENCHANNELS_WEBHOOK_URL": None}
        with restored_logging():
            return CliRunner().invoke(cli, words, env={**given, **environment})

    return run


def test_a_token_is_shown_once_and_kept_as_a_hash(run: Run, tmp_path: Path) -> None:
    made = run("token", "add", "anna", "--profile", "shop", "--effects", "read,write", "--toolsets", "dialogs")
    listed = run("token", "list")
    file = tmp_path / "access.json"

    secret = made.stdout.strip()
    assert re.fullmatch(rf"{PREFIX}[\w-]{{43}}", secret)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (kept,) = json.loads(file.read_text())["tokens"]
    assert kept["sha256"] == hash_token(secret)
    assert (kept["profile"], kept["effects"], kept["toolsets"]) == ("shop", ["read", "write"], ["dialogs"])
    assert re.search(r"anna \(\w{8}\): profile shop, dialogs, read,write, since [\d-]+, for ever", listed.output)
    for text in (file.read_text(), listed.output, made.stderr):
        assert secret not in text
    assert kept["sha256"] not in listed.output + made.output
    assert kept["sha256"] not in repr(TeamTokenFile(file).load())


def test_two_tokens_are_never_alike() -> None:
    assert len({TeamToken.issue("anna")[0] for _ in range(50)}) == 50


def test_a_token_is_revoked_by_its_name(run: Run) -> None:
    run("token", "add", "anna")
    run("token", "add", "ben", "--expires", "30d")
    revoked = run("token", "revoke", "anna")

    assert revoked.output == "anna is revoked.\n"
    assert re.match(r"ben \(\w{8}\): the server's own portal, all toolsets, .*, until ", run("token", "list").output)
    run("token", "revoke", "ben")
    assert run("token", "list").output == "There are no tokens.\n"


def test_tokens_made_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    file = TeamTokenFile(tmp_path / "access.json")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: file.add(TeamToken.issue(f"n{number}")[1]), range(24)))

    assert len(file.load()) == 24
    assert {path.name for path in tmp_path.iterdir()} == {"access.json", ".access.json.lock"}


WRONG_TOKENS = [
    (("add", "anna", "--effects", "everything"), "unknown effect everything; choose from read"),
    (("add", "anna", "--effects", ","), "no effect is named"),
    (("add", "anna", "--toolsets", "dialogs,chats"), "unknown toolset chats; choose from channels"),
    (("add", "anna", "--profile", "other"), "has no profile other; there are shop"),
    (("add", "anna", "--expires", "soon"), "'soon' should be such as 12h, 30d"),
    (("add", "anna", "--expires", "2020-01-01"), "expired before it was made"),
    (("add", "an na\n"), "name"),
    (("add", "x" * 65), "name"),
    (("revoke", "carl"), "there is no token carl; there are: taken"),
    (("add", "taken"), "there is a token taken already"),
]


@pytest.mark.parametrize(("words", "said"), WRONG_TOKENS)
def test_wrong_words_make_no_token(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    run("token", "add", "taken")
    before = (tmp_path / "access.json").read_text()
    ended = run("token", *words)

    assert ended.exit_code == 2
    assert said in ended.stderr
    assert ended.stdout == ""
    assert (tmp_path / "access.json").read_text() == before


def test_a_tokens_file_that_others_can_write_or_that_is_damaged_is_not_used(run: Run, tmp_path: Path) -> None:
    run("token", "add", "anna")
    file = tmp_path / "access.json"
    file.chmod(0o620)
    exposed = run("token", "list")
    file.chmod(0o600)
    file.write_text(file.read_text().replace('"effects"', '"effect"'))
    damaged = run("serve", "--sandbox")

    assert exposed.exit_code == damaged.exit_code == 2
    assert f"chmod 600 {file}" in exposed.stderr
    assert "is damaged: tokens.0.effect" in damaged.stderr


WRONG_SERVERS: list[tuple[tuple[str, ...], dict[str, str], str]] = [
    (("--host", "0.0.0.0"), {}, "without authentication the server is for this machine only"),  # noqa: S104
    (("--host", "::"), {}, "host ::"),
    (("--allowed-hosts", "mcp.example.com"), {}, "others reach it by allowed_hosts mcp.example.com"),
    (("--trusted-proxies", "10.0.0.1"), {}, "others reach it by trusted_proxies"),
    (("--stateless", "--transport", "all"), {}, "--stateless goes with --transport http only"),
    (("--port", "99999"), {}, "not in the range"),
    ((), {"OPENCHANNELS_HTTP_PRT": "1"}, "did you mean OPENCHANNELS_HTTP_PORT?"),
    ((), {"OPENCHANNELS_HTTP_LIMITS__BODDY": "1"}, "did you mean OPENCHANNELS_HTTP_LIMITS__BODY?"),
    ((), {"OPENCHANNELS_HTTP_LIMITS__BODY": "0"}, "OPENCHANNELS_HTTP_LIMITS__BODY: Input should be greater than"),
    ((), {"OPENCHANNELS_HTTP_OAUTH__ISSUER": "http://x.example"}, "OPENCHANNELS_HTTP_OAUTH__RESOURCE: Field required"),
]


@pytest.mark.parametrize(("words", "environment", "said"), WRONG_SERVERS)
def test_a_server_that_would_be_open_or_cannot_work_does_not_start(
    run: Run, words: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    ended = run("serve", "--sandbox", *words, **environment)

    assert ended.exit_code == 2
    assert said in ended.stderr


def test_a_server_for_others_knows_its_names(run: Run) -> None:
    run("token", "add", "anna")

    ended = run("serve", "--sandbox", "--host", "0.0.0.0")  # noqa: S104
    assert ended.exit_code == 2
    assert "give it with --allowed-hosts" in ended.stderr


def test_a_server_without_a_portal_does_not_start(run: Run) -> None:
    nothing = run("serve")
    run("token", "add", "anna")
    still = run("serve")

    assert nothing.exit_code == still.exit_code == 2
    assert "no portal is configured" in nothing.stderr
    assert "no portal is configured" in still.stderr


def test_a_variable_that_would_replace_the_portal_of_a_token_stops_the_server(run: Run) -> None:
    run("token", "add", "anna", "--profile", "shop")

    ended = run("serve", OPENCHANNELS_WEBHOOK_URL="https://other.example/rest/1/t0ken/")
    assert ended.exit_code == 2
    assert "OPENCHANNELS_WEBHOOK_URL would replace the portal of profile shop" in ended.stderr
    assert "t0ken" not in ended.output


def test_an_address_that_is_taken_is_named(run: Run, tmp_path: Path) -> None:
    from server.http.serving import open_listener  # noqa: PLC0415

    with open_listener("127.0.0.1", 0) as taken:
        ended = run("serve", "--sandbox", "--port", str(taken.getsockname()[1]))

    assert tmp_path
    assert ended.exit_code == 2
    assert re.search(r"port \d+ on 127.0.0.1 cannot be used: Address already in use", ended.stderr)


OAUTH = {"issuer": "https://login.example", "resource": RESOURCE, "scopes": {"a": "read"}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"issuer": "http://login.example"}, "has to start with https"),
        ({"resource": "mcp"}, "resource should look like https"),
        ({"jwks_url": "file:///etc/passwd"}, "jwks_url should look like https"),
        ({"scopes": {}}, "at least 1 item"),
        ({"scopes": {"a": "reed"}}, "unknown effect reed"),
        ({"profile": "a", "profile_claim": "b"}, "not both"),
        ({"toolsets": "chats"}, "unknown toolset chats"),
    ],
)
def test_an_authorisation_server_that_cannot_be_trusted_is_not_configured(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ServerSettings(oauth={**OAUTH, **change})


def test_the_table_of_the_server_is_beside_the_profiles_and_variables_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        '[server]\nport = 1\nallowed_hosts = ["a.example", "b.example"]\n'
        f"[server.limits]\nbody = 5\nrate = 6\n{PROFILES}"
    )
    monkeypatch.setenv("OPENCHANNELS_SETTINGS_FILE", str(path))
    monkeypatch.setenv("OPENCHANNELS_HTTP_LIMITS__BODY", "7")
    monkeypatch.setenv("OPENCHANNELS_HTTP_CORS_ORIGINS", "https://c.example, https://d.example")
    read = ServerSettings(host="localhost")

    assert (read.host, read.port, read.limits.body, read.limits.rate) == ("localhost", 1, 7, 6)
    assert read.allowed_hosts == ("a.example", "b.example")
    assert read.cors_origins == ("https://c.example", "https://d.example")
    assert read.access_file == tmp_path / "access.json"
    assert Settings(profile="shop").webhook_url is not None
    check_environment(list_variables())
    with pytest.raises(SettingsError, match="did you mean OPENCHANNELS_HTTP_CORS_ORIGINS"):
        check_environment(["OPENCHANNELS_HTTP_CORS_ORIGIN"])


def test_one_client_can_be_served_by_the_same_command() -> None:
    with assistant("serve", "--transport", "stdio", "--sandbox", "--read-only") as client:
        assert not client.call("dialog_get", chat_id=201).is_error
        assert client.call("operator_answer", chat_id=201).is_error


def test_nothing_of_http_is_loaded_where_one_client_is_served() -> None:
    code = "import sys, server.cli.main, server.app, server.cli.stdio; print([m for m in sys.modules if m in HEAVY])"
    heavy = {"server.http", "server.http.settings", "httpx", "uvicorn.protocols.http.h11_impl", "prometheus_client"}
    ended = subprocess.run(
        [sys.executable, "-c", f"HEAVY = {heavy!r}; {code}"],
        cwd=ROOT,
        env=PLAIN_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout == "[]\n"
