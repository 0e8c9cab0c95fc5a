"""What masks need is named at the start, where it is missing."""

import sys
from pathlib import Path

import pytest

from server.config.guard_settings import MASKING, GuardSettings
from server.config.settings import Settings, SettingsError


@pytest.mark.parametrize("missing", MASKING)
def test_masks_without_their_libraries_say_what_to_install(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SettingsError, match=r"bitrix24-openchannels-mcp\[masking\]"):
        GuardSettings.from_settings(Settings(sandbox=True, mask_pii=True, state_folder=tmp_path))
    assert not GuardSettings.from_settings(Settings(sandbox=True, state_folder=tmp_path)).masks
