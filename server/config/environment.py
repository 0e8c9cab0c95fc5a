"""The check that every variable of this program in the environment is a setting."""

from collections.abc import Iterable

from server.config.settings import Settings, SettingsError
from tools.suggestions import suggest


def check_environment(names: Iterable[str]) -> None:
    """Check the names of variables: a misspelt one must not quietly leave a limit off.

    Raises:
        SettingsError: A name begins with `OPENCHANNELS_` and is no setting.
    """
    known = {f"OPENCHANNELS_{name.upper()}" for name in Settings.model_fields}
    given = list(names)
    if any(name.upper().startswith("OPENCHANNELS_HTTP_") for name in given):
        from server.config.http_settings import list_variables

        known |= list_variables()
    for name in given:
        if name.upper().startswith("OPENCHANNELS_") and name.upper() not in known:
            near = suggest(name.upper(), known)
            raise SettingsError(f"{name} is no setting" + (f"; did you mean {near[0]}?" if near else ""))
