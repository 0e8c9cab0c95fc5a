"""Answers without the secrets that a portal repeats in them."""

HIDDEN = "***"
"""In place of a secret."""
SHORTEST_SECRET = 5
"""Anything shorter is part of too many words and numbers of an answer."""


def conceal(text: bytes, *secrets: str) -> bytes:
    """A text in which none of the secrets can be read."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret.encode(), HIDDEN.encode())
    return text
