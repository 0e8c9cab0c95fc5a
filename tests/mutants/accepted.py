"""Changes that no test can or need notice, each with the reason: module -> change -> why."""

ACCEPTED: dict[str, dict[str, str]] = {}
