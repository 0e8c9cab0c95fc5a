"""The settings of a line as config.get shows them, read without surprises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.fields import MAX_ID
from tools.result_types import find_number, read_flag, read_items, read_list, read_number, read_text
from tools.untrusted import mark_unless_name

NO_VALUE: tuple[Any, ...] = (None, "")
NO_ITEMS: tuple[Any, ...] = (*NO_VALUE, [], {}, [""])
"""What the portal shows where nothing is set, or nothing is in a list."""
LONGEST_DAY = 24 * 60


class UnreadableSettingError(Exception):
    """A setting that is needed has a form that is not understood; `setting` is its name."""

    def __init__(self, setting: str) -> None:
        super().__init__(setting)
        self.setting = setting


@dataclass(frozen=True)
class OpenLine:
    """The settings of one line; one that is missing counts as off, 0 or empty.

    Whoever reads a setting of a form that is not understood gets an UnreadableSettingError.
    """

    settings: Mapping[str, Any]
    presence: Mapping[int, str] = field(default_factory=dict)
    """Operators of its queue and whether each is online, pause or offline; empty text where that could not be read,
    and empty as a whole where it is not known."""

    @property
    def id(self) -> int:
        """The line's number."""
        return _read_id(self.settings.get("ID"))

    @property
    def name(self) -> str:
        """The line's name, in one line; empty where it cannot be read."""
        return " ".join(read_text(self.settings.get("LINE_NAME")).split())

    def __str__(self) -> str:
        """For a reader; marked if it is no plain name."""
        return f"{mark_unless_name(self.name)} ({self.id})" if self.name else f"line {self.id}"

    @property
    def queue(self) -> list[int]:
        """Employees who get its dialogs, in order; dismissed ones are not in it."""
        return self.numbers("QUEUE")

    @property
    def readable_queue(self) -> list[int]:
        """Those of them whose ids can be read."""
        return read_ids(self.settings.get("QUEUE"))

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The queue as config_update takes it: employees and whole departments."""
        rows = self._read_list("CONFIG_QUEUE")
        given = [(row.get("ENTITY_TYPE"), _read_id(row.get("ENTITY_ID"))) for row in rows if isinstance(row, dict)]
        if len(given) < len(rows) or any(kind not in ("user", "department") or not one for kind, one in given):
            raise UnreadableSettingError("CONFIG_QUEUE")
        return [{"entity_type": kind, "entity_id": one} for kind, one in given or [("user", one) for one in self.queue]]

    def on(self, setting: str) -> bool:
        """Whether a switch is on."""
        return self._read_switch(setting) or False

    def off(self, setting: str) -> bool:
        """Whether a switch is there, and off."""
        return self._read_switch(setting) is False

    def has(self, setting: str) -> bool:
        """Whether the portal shows it at all: older ones lack some."""
        return self.settings.get(setting) is not None

    def number(self, setting: str) -> int:
        """A number; 0 where there is none."""
        value = self.settings.get(setting)
        found = 0 if value in NO_VALUE else find_number(value)
        if found is None or not 0 <= found <= MAX_ID:
            raise UnreadableSettingError(setting)
        return round(found)

    def text(self, setting: str) -> str:
        """A text or a choice without spaces around it; empty where there is none."""
        value = self.settings.get(setting)
        found = read_text(value)
        if not found and value not in NO_VALUE:
            raise UnreadableSettingError(setting)
        return found.strip()

    def words(self, setting: str) -> list[str]:
        """A list of texts, without the empty one that the portal shows where nothing is set."""
        found = self._read_list(setting)
        if not all(isinstance(word, str) for word in found):
            raise UnreadableSettingError(setting)
        return [word for word in found if word]

    def numbers(self, setting: str) -> list[int]:
        """A list of ids."""
        found = [_read_id(one) for one in self._read_list(setting)]
        if 0 in found:
            raise UnreadableSettingError(setting)
        return found

    def objects(self, setting: str) -> dict[str, dict[str, Any]]:
        """A map of objects."""
        value = self.settings.get(setting)
        found = {} if value in NO_ITEMS else value
        if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
            raise UnreadableSettingError(setting)
        return found

    def clock(self, setting: str) -> str:
        """A time of day as it is said: `9` -> `09:00`, `18.30` -> `18:30`; empty where there is none."""
        minutes = self.minutes(setting)
        return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"

    def minutes(self, setting: str) -> int | None:
        """A time of day in minutes since midnight."""
        text = self.text(setting)
        if not text:
            return None
        hours, _, minutes = text.partition(".")
        if not (hours.isdecimal() and (minutes or "0").isdecimal()):
            raise UnreadableSettingError(setting)
        found = int(hours[:9]) * 60 + int(minutes.ljust(2, "0")[:9] if minutes else 0)
        if found > LONGEST_DAY:
            raise UnreadableSettingError(setting)
        return found

    def _read_switch(self, setting: str) -> bool | None:
        value = self.settings.get(setting)
        found = None if value in NO_VALUE else read_flag(value)
        if found is not None and not isinstance(found, bool):
            raise UnreadableSettingError(setting)
        return found

    def _read_list(self, setting: str) -> list[Any]:
        value = self.settings.get(setting)
        found = [] if value in NO_ITEMS else read_list(value)
        if not isinstance(found, list):
            raise UnreadableSettingError(setting)
        return found


def read_ids(value: Any) -> list[int]:
    """The ids in a list that can be read."""
    return [one for one in map(_read_id, read_items(value)) if one]


def _read_id(value: Any) -> int:
    """An id; 0 for anything else."""
    found = read_number(value)
    is_id = isinstance(found, int) and not isinstance(found, bool) and 0 < found <= MAX_ID
    return found if is_id else 0
