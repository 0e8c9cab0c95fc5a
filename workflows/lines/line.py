"""The settings of a line as config.get shows them, read without surprises."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tools.channels import ConfigGet, ConfigListGet
from tools.result_types import read_number
from tools.statistics import V2OperatorList
from tools.untrusted import mark_unless_name
from workflows.core.context import Context, run_together
from workflows.core.pagination import read_count, read_pages, read_rows


@dataclass(frozen=True)
class OpenLine:
    """The settings of one line; a setting that is missing or cannot be read counts as off, 0 or empty."""

    settings: Mapping[str, Any]
    presence: Mapping[int, str] = field(default_factory=dict)
    """Operators of its queue and whether each is online, pause or offline; empty where that is not known."""

    @property
    def id(self) -> int:
        """The line's number."""
        return self.number("ID")

    @property
    def name(self) -> str:
        """The line's name, in one line."""
        return " ".join(self.text("LINE_NAME").split())

    def __str__(self) -> str:
        """For a reader; marked if it is no plain name."""
        return f"{mark_unless_name(self.name)} ({self.id})"

    @property
    def queue(self) -> list[int]:
        """Employees who get its dialogs, in order; dismissed ones are not in it."""
        return self.numbers("QUEUE")

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The queue as config_update takes it: employees and whole departments."""
        entries = read_rows(self.settings.get("CONFIG_QUEUE"))
        given = [(entry.get("ENTITY_TYPE"), entry.get("ENTITY_ID")) for entry in entries]
        return [{"entity_type": kind, "entity_id": one} for kind, one in given or [("user", one) for one in self.queue]]

    def on(self, setting: str) -> bool:
        """Whether a switch is on."""
        return self.settings.get(setting) == "Y"

    def has(self, setting: str) -> bool:
        """Whether the portal shows it at all: older ones lack some."""
        return self.settings.get(setting) is not None

    def number(self, setting: str) -> int:
        """A number; 0 where there is none."""
        return read_count(read_number(self.settings.get(setting)))

    def text(self, setting: str) -> str:
        """A text or a choice without spaces around it; empty where there is none."""
        value = self.settings.get(setting)
        return value.strip() if isinstance(value, str) else ""

    def words(self, setting: str) -> list[str]:
        """A list of texts, without the empty one that the portal shows where nothing is set."""
        value = self.settings.get(setting)
        return [word for word in value if isinstance(word, str) and word] if isinstance(value, list) else []

    def numbers(self, setting: str) -> list[int]:
        """A list of ids."""
        value = self.settings.get(setting)
        found = (
            map(read_number, value.values() if isinstance(value, dict) else value)
            if isinstance(value, list | dict)
            else ()
        )
        return [one for one in found if isinstance(one, int) and one > 0]

    def clock(self, setting: str) -> str:
        """A time of day as it is said: `9` -> `09:00`, `18.30` -> `18:30`; empty where there is none."""
        minutes = self.minutes(setting)
        return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"

    def minutes(self, setting: str) -> int | None:
        """A time of day in minutes since midnight."""
        hours, _, minutes = self.text(setting).partition(".")
        if not (hours.isdecimal() and (minutes or "0").isdecimal()):
            return None
        return int(hours) * 60 + int(minutes.ljust(2, "0") if minutes else 0)


async def read_lines(context: Context, ids: Sequence[int]) -> list[OpenLine]:
    """The settings of lines, in the order of `ids`, each with CONFIG_QUEUE: the entries of its queue.

    Raises:
        PortalError: The portal does not show one of the lines.
    """
    settings, entries = await run_together(
        lambda: context.ask_all(ConfigGet(config_id=one) for one in ids),
        partial(context.ask, ConfigListGet(select=["ID"], filter={"@ID": list(ids)}, config_queue=True, limit=200)),
    )
    put = {row.get("ID"): row.get("CONFIG_QUEUE") for row in entries}
    return [OpenLine({**line, "CONFIG_QUEUE": put.get(line.get("ID"))}) for line in settings]


async def add_presence(context: Context, lines: Sequence[OpenLine]) -> list[OpenLine]:
    """The same lines with who of their operators is online; unchanged where the plan or the rights hide it."""
    from portal.errors import RefusedError

    question = partial(V2OperatorList, config_id_list=[line.id for line in lines])
    try:
        loads = await read_pages(context, question, "operators")
    except RefusedError:
        return list(lines)
    present: dict[int, dict[int, str]] = defaultdict(dict)
    for load in loads:
        present[read_count(load.get("configId"))][read_count(load.get("userId"))] = str(load.get("status"))
    return [replace(line, presence=present[line.id]) for line in lines]
