"""Calls that wait for a person: asked, approved or denied, run at most once, or expired."""

import json
import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Self

from server.storage.database import State
from server.storage.process_lock import Runner
from server.storage.seal import Seal

logger = logging.getLogger(__name__)

Outcome = Literal["executed", "failed", "unknown"]
"""What became of a call that ran; `unknown` also if its server ended meanwhile."""
Stage = Literal["pending", "approved", "denied", "expired", "running"] | Outcome

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters that look like digits: a person types the id."""
STEP_BACK = 60.0
"""Seconds by which a clock may be put back without consequences."""
KEPT = 30 * 86400.0
"""Seconds for which those that have come to an end can still be looked at; the audit log keeps what became of them."""
SEALED = ("id", "state", "portal", "caller", "tool", "arguments", "summary", "asked", "expires", "settled_by")
"""What of an approval nobody can put there or change by hand."""
BY_NOBODY = "nobody: it was put or changed there by hand"
LONGEST_RUN = 660.0
"""Seconds after which a call that is still said to run belongs to a server that has ended, where nothing else tells."""


class NotPendingError(Exception):
    """An approval that cannot be settled: there is none, or it is settled already; the message says which."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One call that waits, or what became of it."""

    id: str
    stage: Stage
    portal: str
    caller: str
    tool: str
    arguments: Mapping[str, Any]
    summary: str
    """What the person was shown."""
    asked: float
    expires: float
    settled_by: str | None
    reply: str | None
    """What the call answered, once it has run."""

    @classmethod
    def from_row(cls, row: sqlite3.Row, stage: Stage) -> Self:
        """A row as it is to be understood now."""
        return cls(
            row["id"],
            stage,
            row["portal"],
            row["caller"],
            row["tool"],
            json.loads(row["arguments"]),
            row["summary"],
            row["asked"],
            row["expires"],
            row["settled_by"],
            row["reply"],
        )


class ApprovalStore:
    """The approvals of all servers that share a state file."""

    def __init__(self, state: State, now: Callable[[], float] = time.time, keys: tuple[bytes, ...] = ()) -> None:
        self.state = state
        self._now = now
        self._seal = Seal(state.path.with_name("approvals.key"), keys)
        self._runner = Runner(state.path.parent)

    def ask(
        self, portal: str, caller: str, tool: str, arguments: Mapping[str, Any], *, summary: str, seconds: float
    ) -> Approval:
        """A new pending approval, or the pending one of the very same call."""
        now = self._now()
        text = json.dumps(arguments, ensure_ascii=False, sort_keys=True)
        with self._open_transaction() as database:
            same = database.execute(
                "SELECT * FROM approvals WHERE state = 'pending' AND portal = ? AND caller = ? AND tool = ?"
                " AND arguments = ? AND expires > ?",
                (portal, caller, tool, text, now),
            ).fetchone()
            if same is not None:
                return self._read(same)
            database.execute(
                "DELETE FROM approvals WHERE asked < ? AND state NOT IN ('pending', 'approved', 'running')",
                (now - KEPT,),
            )
            database.execute("DELETE FROM approval_seals WHERE id NOT IN (SELECT id FROM approvals)")
            new = "".join(secrets.choice(ALPHABET) for _ in range(8))
            database.execute(
                "INSERT INTO approvals (id, state, portal, caller, tool, arguments, summary, asked, expires)"
                " VALUES (?, 'pending', ?, ?, ?, ?, ?, ?, ?)",
                (new, portal, caller, tool, text, summary, now, now + seconds),
            )
            self._put_seal(database, new)
            return self._read(_get_row(database, new))

    def get(self, approval_id: str) -> Approval | None:
        """One of them."""
        with self._open_transaction() as database:
            row = _find_row(database, approval_id)
        return None if row is None else self._read(row)

    def list_all(self) -> list[Approval]:
        """All of them, newest first."""
        with self._open_transaction() as database:
            rows = database.execute("SELECT * FROM approvals ORDER BY asked DESC").fetchall()
        return [self._read(row) for row in rows]

    def settle(
        self, approval_id: str, *, approve: bool, by: str, note: Callable[[Approval], None] = lambda _: None
    ) -> Approval:
        """A person's decision; only the first one counts, only before it expires, and only if it could be noted."""
        with self._open_transaction() as database:
            settled = self._settle_row(database, approval_id, "approved" if approve else "denied", by)
            note(settled)
        return settled

    def begin(self, approval_id: str, *, by: str) -> Approval:
        """A person's agreement and the right to make the call, in one: no other server comes in between."""
        with self._open_transaction() as database:
            self._settle_row(database, approval_id, "approved", by)
            database.execute(
                "UPDATE approvals SET state = 'running', started = ?, runner = ? WHERE id = ?",
                (self._now(), self._runner.name, approval_id),
            )
            _remove_seal(database, approval_id)
            return self._read(_get_row(database, approval_id))

    def claim(self, approval_id: str) -> Approval | None:
        """The right to run an approved call, given once; None if it is not approved, has expired or was claimed."""
        now = self._now()
        with self._open_transaction() as database:
            changed = database.execute(
                "UPDATE approvals SET state = 'running', started = ?, runner = ?"
                " WHERE id = ? AND state = 'approved' AND expires > ?",
                (now, self._runner.name, approval_id, now),
            ).rowcount
            if changed:
                _remove_seal(database, approval_id)
            return self._read(_get_row(database, approval_id)) if changed else None

    def end_lost(self, portal: str, caller: str) -> list[Approval]:
        """Calls of a caller whose server ended while it made them: from now on their outcome is unknown."""
        with self._open_transaction() as database:
            rows = database.execute(
                "SELECT * FROM approvals WHERE state = 'running' AND portal = ? AND caller = ?", (portal, caller)
            ).fetchall()
            lost = [found for found in map(self._read, rows) if found.stage == "unknown"]
            ended = [(self._now(), found.id) for found in lost]
            database.executemany("UPDATE approvals SET state = 'unknown', ended = ? WHERE id = ?", ended)
        return lost

    def list_waiting(self, portal: str, caller: str) -> dict[str, bool]:
        """Calls of a caller to a portal that are not settled or not made yet, and whether each is approved."""
        with self._open_transaction() as database:
            rows = database.execute(
                "SELECT id, state FROM approvals WHERE state IN ('pending', 'approved') AND portal = ? AND caller = ?"
                " AND expires > ? ORDER BY asked",
                (portal, caller, self._now()),
            ).fetchall()
        return {row["id"]: row["state"] == "approved" for row in rows}

    def finish(self, approval_id: str, outcome: Outcome, reply: str) -> None:
        """What became of a call that ran."""
        with self._open_transaction() as database:
            database.execute(
                "UPDATE approvals SET state = ?, ended = ?, reply = ? WHERE id = ? AND state = 'running'",
                (outcome, self._now(), reply, approval_id),
            )

    @contextmanager
    def _open_transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction; what has expired by then stays so, and a clock that was put back brings nothing to life."""
        now = self._now()
        with self.state.open_transaction() as database:
            self._seal.open()
            database.execute(
                "UPDATE approvals SET state = 'expired' WHERE state IN ('pending', 'approved')"
                " AND (expires <= ? OR asked > ?)",
                (now, now + STEP_BACK),
            )
            self._deny_forged(database)
            yield database

    def _deny_forged(self, database: sqlite3.Connection) -> None:
        """What waits and was not written by this program is denied: nobody has asked for it, or nobody approved it."""
        rows = database.execute(
            "SELECT approvals.*, seal FROM approvals LEFT JOIN approval_seals USING (id)"
            " WHERE state IN ('pending', 'approved')"
        ).fetchall()
        for row in rows:
            if self._seal.find_key("approval", _list_sealed(row), row["seal"] or "") is None:
                logger.error("Approval %s is denied: it was put there or changed by hand", row["id"])
                database.execute(
                    "UPDATE approvals SET state = 'denied', settled = ?, settled_by = ? WHERE id = ?",
                    (self._now(), BY_NOBODY, row["id"]),
                )

    def _put_seal(self, database: sqlite3.Connection, approval_id: str) -> None:
        seal = self._seal.sign("approval", _list_sealed(_get_row(database, approval_id)))
        database.execute("INSERT OR REPLACE INTO approval_seals (id, seal) VALUES (?, ?)", (approval_id, seal))

    def _settle_row(self, database: sqlite3.Connection, approval_id: str, state: Stage, by: str) -> Approval:
        changed = database.execute(
            "UPDATE approvals SET state = ?, settled = ?, settled_by = ? WHERE id = ? AND state = 'pending'",
            (state, self._now(), by, approval_id),
        ).rowcount
        row = _find_row(database, approval_id)
        if row is None:
            raise NotPendingError(f"there is no approval {approval_id[:40]}")
        approval = self._read(row)
        if not changed:
            raise NotPendingError(f"approval {approval.id} is {approval.stage} already")
        self._put_seal(database, approval_id)
        return approval

    def _read(self, row: sqlite3.Row) -> Approval:
        """What is past its time has expired; what a server began that has ended since is unknown."""
        now = self._now()
        stage: Stage = row["state"]
        if stage in {"pending", "approved"} and row["expires"] <= now:
            stage = "expired"
        if stage == "running" and (row["started"] + LONGEST_RUN < now or self._runner.has_ended(row["runner"])):
            stage = "unknown"
        return Approval.from_row(row, stage)


def _list_sealed(row: sqlite3.Row) -> bytes:
    return json.dumps([row[name] for name in SEALED]).encode()


def _remove_seal(database: sqlite3.Connection, approval_id: str) -> None:
    """What is made once has no seal any more, so that nobody can set it back to approved."""
    database.execute("DELETE FROM approval_seals WHERE id = ?", (approval_id,))


def _find_row(database: sqlite3.Connection, approval_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = database.execute("SELECT * FROM approvals WHERE id = ?", (approval_id,)).fetchone()
    return row


def _get_row(database: sqlite3.Connection, approval_id: str) -> sqlite3.Row:
    row = _find_row(database, approval_id)
    if row is None:
        raise LookupError(approval_id)
    return row
