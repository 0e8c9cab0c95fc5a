"""What the audit log can say of a call."""

from typing import Literal

Event = Literal["asked", "refused", "pending", "approved", "denied", "begun", "executed", "failed", "unknown"]
"""`begun`: a server goes on with what was approved elsewhere; `failed`: the portal refused, nothing happened;
`unknown`: it may have happened."""
