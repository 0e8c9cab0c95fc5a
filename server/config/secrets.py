"""Where secrets come from: a setting, a file, or the keyring of the operating system."""

from pathlib import Path

from pydantic_settings import BaseSettings

from portal.private_file import UnsafeFileError, check_secret_file
from server.config.settings import SettingsError


def read_secret(settings: BaseSettings, name: str) -> str | None:
    """The secret called `name` (`webhook_url`, `client_secret` or `metrics_token`); None where it is not set at all.

    Raises:
        SettingsError: It is given in two ways, its file or keyring has none, or others can write the file.
    """
    ways = {
        name: getattr(settings, name),
        f"{name}_file": getattr(settings, f"{name}_file"),
        f"{name}_keyring": getattr(settings, f"{name}_keyring"),
    }
    given = {way: value for way, value in ways.items() if value is not None}
    if len(given) > 1:
        raise SettingsError(f"give only one of {', '.join(given)}")
    for way, value in given.items():
        if way.endswith("_file"):
            return _read_from_file(value)
        if way.endswith("_keyring"):
            return _read_from_keyring(way, value)
        return str(value.get_secret_value())
    return None


def _read_from_file(path: Path) -> str:
    try:
        check_secret_file(path.expanduser())
        return path.expanduser().read_text(encoding="utf-8").strip()
    except UnsafeFileError as error:
        raise SettingsError(str(error)) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"the secret's file {path} cannot be read") from None


def _read_from_keyring(way: str, entry: str) -> str:
    service, slash, user = entry.partition("/")
    if not (service and slash and user):
        raise SettingsError(f"{way} should be SERVICE/USER")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise SettingsError(f"{way} needs the extra `keyring`: install bitrix24-openchannels-mcp[keyring]") from None
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise SettingsError(f"the keyring cannot be used: {type(error).__name__}") from None
    if found is None:
        raise SettingsError(f"the keyring has no entry {entry}; make it with: keyring set {service} {user}")
    return str(found)
