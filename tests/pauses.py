"""Pauses without the wait, for tests of what is repeated."""


async def skip_pause(_: float) -> None:
    """Return at once, whatever number of seconds somebody wanted to sleep."""
