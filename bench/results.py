"""What a whole run found, as a page and as JSON."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import machine, versions
from bench.table import Table

FOLDER = Path(__file__).resolve().parent
PREFACE = """# Results

Written by `make bench`, which measures all of this anew beside its peers in a few minutes. Ratios and differences hold
from run to run; seconds are this machine's.
"""


class Results:
    """The machine as it was at the beginning, and the tables."""

    def __init__(self) -> None:
        self._began = datetime.now(UTC).isoformat(timespec="minutes")
        self._machine = machine()
        self._tables: dict[str, Table] = {}

    def add(self, name: str, table: Table) -> None:
        """One more."""
        self._tables[name] = table

    def write(self) -> None:
        """RESULTS.md and results.json."""
        (FOLDER / "RESULTS.md").write_text(self.markdown(), encoding="utf-8")
        text = json.dumps(self.data(), ensure_ascii=False, indent=1)
        (FOLDER / "results.json").write_text(f"{text}\n", encoding="utf-8")

    def markdown(self) -> str:
        """As a page."""
        facts = [f"- measured: {self._began}", f"- {_listed(self._machine)}", f"- versions: {_listed(versions())}"]
        tables = [table.markdown() for table in self._tables.values()]
        return "\n\n".join([PREFACE.strip(), "\n".join(facts), *tables]) + "\n"

    def data(self) -> dict[str, object]:
        """For programs."""
        tables = {name: table.data() for name, table in self._tables.items()}
        return {"measured": self._began, "machine": self._machine, "versions": versions(), "tables": tables}


def _listed(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())
