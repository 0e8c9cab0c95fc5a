"""What the audit log can say of a call."""

from typing import Literal

Event = Literal[
    "asked", "refused", "pending", "approved", "denied", "begun", "executed", "failed", "unknown", "repaired"
]
"""`begun`: a server goes on with what was approved elsewhere; `failed`: the portal refused, nothing happened;
`unknown`: it may have happened; `repaired` is of no call: what was wrong with the log itself."""
