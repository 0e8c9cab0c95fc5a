"""Where settings come from, which wins, and what is said of wrong ones."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from server.config.environment import check_environment
from server.config.secrets import read_secret
from server.config.settings import Settings, SettingsError
from server.connection import Connection
from tools import TOOLSETS

FILE = """
default_profile = "shop"

[profiles.shop]
webhook_url = "https://shop.example/rest/1/shop-secret/"
plan = "enterprise"
toolsets = "dialogs,operators"

[profiles.support]
webhook_url_file = "{secret}"
read_only = true
"""


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"OPENCHANNELS_{name.upper()}", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "webhook").write_text("https://support.example/rest/2/support-secret/\n")
    path = tmp_path / "settings.toml"
    path.write_text(FILE.format(secret=tmp_path / "webhook"))
    return path


def test_the_default_profile_is_taken(file: Path) -> None:
    settings = Settings(settings_file=file)

    assert read_secret(settings, "webhook_url") == "https://shop.example/rest/1/shop-secret/"
    assert settings.plan == "enterprise"
    assert settings.toolsets == {"dialogs", "operators"}


def test_the_default_profile_is_the_same_as_when_it_is_named(file: Path) -> None:
    assert Settings(settings_file=file) == Settings(settings_file=file, profile="shop")


def test_a_named_profile_is_taken_and_its_secret_read_from_a_file(file: Path) -> None:
    settings = Settings(settings_file=file, profile="support")

    assert read_secret(settings, "webhook_url") == "https://support.example/rest/2/support-secret/"
    assert settings.read_only


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCHANNELS_SETTINGS_FILE", str(file))
    monkeypatch.setenv("OPENCHANNELS_PLAN", "self-hosted")
    monkeypatch.setenv("OPENCHANNELS_TOOLSETS", "messages")

    assert Settings().plan == "self-hosted"
    assert Settings(toolsets="channels").toolsets == {"channels"}


def test_the_word_all_switches_every_toolset_on_and_nothing_said_leaves_out_those_for_developers() -> None:
    assert Settings(sandbox=True).toolsets == {"default"}
    assert Settings(sandbox=True, toolsets="default, setup").toolsets == {"default", "setup"}
    for given in ("all", "dialogs, all"):
        assert Settings(sandbox=True, toolsets=given).toolsets == set(TOOLSETS)


def test_a_secret_of_the_environment_replaces_the_profiles_whichever_way_it_is_given(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCHANNELS_WEBHOOK_URL", "https://other.example/rest/3/other-secret/")
    settings = Settings(settings_file=file, profile="support")

    assert read_secret(settings, "webhook_url") == "https://other.example/rest/3/other-secret/"


def test_the_sandbox_needs_no_settings_file_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[broken")

    assert Settings(settings_file=path, sandbox=True).sandbox


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCHANNELS_READ_ONLY", "")
    monkeypatch.setenv("OPENCHANNELS_WEBHOOK_URL", "")

    assert Settings(sandbox=True).read_only is False
    assert read_secret(Settings(sandbox=True), "webhook_url") is None


@pytest.mark.parametrize(
    ("content", "given", "words"),
    [
        (None, {}, "there is no settings file"),
        ("[profiles", {}, "is not TOML"),
        ("", {"profile": "shop"}, "no profile shop; it has no"),
        ("[profiles.a]\n", {"profile": "shop"}, "no profile shop; there are a"),
        ('default_profile = ["a"]\n[profiles.a]\n', {}, "no profile"),
        ("read_only = true\n[profiles.a]\n", {}, "read_only belongs into a"),
        ("[profiles.a]\nreadonly = true\n", {"profile": "a"}, "no setting readonly; did you mean read_only"),
        ('[profiles.a]\nsettings_file = "x"\n', {"profile": "a"}, "no setting settings_file"),
    ],
)
def test_a_wrong_file_is_described(tmp_path: Path, content: str | None, given: dict[str, Any], words: str) -> None:
    path = tmp_path / "settings.toml"
    if content is not None:
        path.write_text(content)

    with pytest.raises(SettingsError, match=words):
        Settings(settings_file=path, **given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "no portal is configured"),
        ({"webhook_url": "https://x.example/rest/1/t0ken/", "webhook_url_file": "/f"}, "give only one of webhook_url"),
        ({"webhook_url_file": "/does/not/exist"}, "cannot be read"),
        ({"webhook_url_keyring": "openchannels"}, "should be SERVICE/USER"),
        ({"webhook_url": "https://x.example/t0ken-secret/"}, "the webhook's path should be"),
        (
            {"webhook_url": "https://x.example/rest/1/t0ken/", "portal": "https://x.example"},
            "give a webhook or an application",
        ),
        ({"portal": "https://x.example"}, "an application needs portal, client_id and client_secret"),
        ({"portal": "http://x.example", "client_id": "a", "client_secret": "t0ken-secret"}, "has to start with https"),
    ],
)
def test_a_portal_that_cannot_be_used_is_described_without_the_secret(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as wrong:
        Connection(Settings(**given))

    assert "t0ken" not in str(wrong.value)


class Keyring(ModuleType):
    """A keyring with one entry."""

    errors = ModuleType("keyring.errors")
    errors.KeyringError = KeyError  # type: ignore[attr-defined]

    @staticmethod
    def get_password(service: str, user: str) -> str | None:
        return "https://x.example/rest/1/from-keyring/" if (service, user) == ("openchannels", "shop") else None


def test_a_secret_is_read_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Keyring("keyring"))
    monkeypatch.setitem(sys.modules, "keyring.errors", Keyring.errors)

    found = read_secret(Settings(webhook_url_keyring="openchannels/shop"), "webhook_url")
    assert found == "https://x.example/rest/1/from-keyring/"
    with pytest.raises(SettingsError, match="no entry openchannels/other"):
        read_secret(Settings(webhook_url_keyring="openchannels/other"), "webhook_url")


def test_a_keyring_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(SettingsError, match="needs the extra `keyring`"):
        read_secret(Settings(webhook_url_keyring="openchannels/shop"), "webhook_url")


def test_secrets_are_not_in_the_representation() -> None:
    settings = Settings(webhook_url="https://x.example/rest/1/t0ken/", client_secret="t0ken")

    assert "t0ken" not in f"{settings!r} {settings!s}"


def test_a_misspelt_variable_is_refused() -> None:
    with pytest.raises(SettingsError, match="did you mean OPENCHANNELS_READ_ONLY"):
        check_environment(["PATH", "OPENCHANNELS_READONLY"])
    check_environment(["OPENCHANNELS_READ_ONLY", "openchannels_plan"])
