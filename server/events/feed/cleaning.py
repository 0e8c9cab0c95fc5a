"""What keeps the feed from growing without end: the oldest events go, and it is noted up to where."""

import sqlite3

KEPT = 7 * 86400.0
"""Seconds for which events are kept."""
CLEAN_EVERY = 1_000
"""Events after which the oldest are taken away."""
CLEAN_AFTER = 3600.0
"""Seconds after which they are, however few came."""
CUT = "cut"
"""The position that says up to which number events were taken away."""


def clean_events(database: sqlite3.Connection, portal: str, most_kept: int, most_characters: int, now: float) -> None:
    """Take away events of all portals that are too old, and of this one those that are too many or too long together.

    `most_kept` is a number of events, `most_characters` the sum of their lengths; `now` is in Unix seconds.
    """
    too_old = database.execute(
        "SELECT portal, max(number) AS last FROM events WHERE noted < ? GROUP BY portal", (now - KEPT,)
    )
    cuts = {row["portal"]: row["last"] for row in too_old.fetchall()}
    too_many = database.execute(
        "SELECT number FROM events WHERE portal = ? ORDER BY number DESC LIMIT 1 OFFSET ?", (portal, most_kept)
    ).fetchone()
    too_long = database.execute(
        "SELECT max(number) AS number FROM (SELECT number,"
        " sum(length(event)) OVER (ORDER BY number DESC) AS characters FROM events WHERE portal = ?)"
        " WHERE characters > ?",
        (portal, most_characters),
    ).fetchone()
    surplus = [row["number"] for row in (too_many, too_long) if row and row["number"]]
    if surplus:
        cuts[portal] = max([*surplus, cuts.get(portal, 0)])
    for name, last in cuts.items():
        database.execute("DELETE FROM events WHERE portal = ? AND number <= ?", (name, last))
        database.execute(
            "INSERT OR REPLACE INTO event_positions (portal, source, position) VALUES (?, ?, ?)", (name, CUT, str(last))
        )
