"""Rules between arguments, and the words in which they are refused."""

from datetime import datetime, timedelta

from pydantic import BaseModel

LONGEST_PERIOD = timedelta(days=366)
LATEST_START = 23 * 60 + 30
"""Minute of the day."""


def _find_given(call: BaseModel, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(call, name) is not None]


def check_exactly_one(call: BaseModel, *names: str) -> None:
    """Refuse none and refuse two."""
    if len(_find_given(call, names)) != 1:
        raise ValueError(f"give exactly one of {', '.join(names)}")


def check_at_least_one(call: BaseModel, *names: str) -> None:
    """Refuse none."""
    if not _find_given(call, names):
        raise ValueError(f"give at least one of {', '.join(names)}")


def check_at_most_one(call: BaseModel, *names: str) -> None:
    """Refuse two."""
    if len(_find_given(call, names)) > 1:
        raise ValueError(f"give only one of {', '.join(names)}")


def check_both_or_neither(call: BaseModel, first: str, second: str) -> None:
    """Refuse one without the other."""
    if len(_find_given(call, (first, second))) == 1:
        raise ValueError(f"{first} and {second} go together: give both or neither")


def check_beside(call: BaseModel, needed: str, name: str) -> None:
    """Refuse an argument that the server reads only beside another one."""
    if getattr(call, name) is not None and getattr(call, needed) is None:
        raise ValueError(f"{name}: read only together with {needed} in the same call")


def check_working_hours(call: BaseModel, start: str, end: str) -> None:
    """Refuse hours that the server would replace: half a pair, a late start, an end that is not after the start."""
    check_both_or_neither(call, start, end)
    if getattr(call, start) is None:
        return
    first, last = (_count_minutes(getattr(call, name)) for name in (start, end))
    if first > LATEST_START:
        raise ValueError(f"{start}: the portal takes no start after 23:30")
    if last <= first:
        raise ValueError(f"{end}: has to be later than {start}; hours over midnight are not possible")


def _count_minutes(time: str) -> int:
    hours, minutes = map(int, time.split(":"))
    return hours * 60 + minutes


def check_only_with_switch(call: BaseModel, switch: str, *names: str) -> None:
    """Refuse arguments that the server drops unless the switch is on in the same call."""
    if getattr(call, switch) is not True and (given := _find_given(call, names)):
        raise ValueError(f"{', '.join(given)}: stored only together with {switch}=true in the same call")


def check_period(call: BaseModel, start: str, end: str) -> None:
    """Refuse a period that ends before it starts, or is longer than a leap year."""
    first, last = getattr(call, start), getattr(call, end)
    if first is None or last is None:
        return
    length = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    if length < timedelta():
        raise ValueError(f"{end} is before {start}")
    if length > LONGEST_PERIOD:
        raise ValueError(f"{start} to {end} is longer than {LONGEST_PERIOD.days} days: split it")


def check_order(call: BaseModel, low: str, high: str) -> None:
    """Refuse an empty range of numbers."""
    first, last = getattr(call, low), getattr(call, high)
    if first is not None and last is not None and last < first:
        raise ValueError(f"{high} is below {low}")
