"""Events on the wire: the form of each, posted to its handler in the background, once and never again."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from threading import Condition, Thread
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.state.company import Company
from sandbox.state.event_faults import EventFaultKind
from sandbox.state.oauth import ACCESS_LIFE
from sandbox.state.outbox import Delivery
from sandbox.wire.oauth_routes import LOCAL, MEMBER_ID

TIMEOUT = 5
"""Seconds that a handler has to answer in."""
IDLE = 2
"""Seconds after which the thread of a handler that gets nothing ends."""
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "Bitrix24 Webhook Engine",
    "Connection": "close",
}


def flatten(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The fields of a form that PHP makes of a value: all are texts; null and what is empty have none."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from flatten(item, f"{name}[{key}]")
    elif value is not None:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)


def make_form(company: Company, delivery: Delivery, origin: str) -> str:
    """The body that a handler is posted, with what shows that it comes from the portal at `origin`.

    Tokens are in it only if the event is tied to a user. Source: the official pages on events.
    """
    fields = {
        "event": delivery.event,
        "event_handler_id": delivery.handler_id,
        "data": delivery.data,
        "ts": int(delivery.at.timestamp()),
        "auth": _make_authorization(company, delivery, origin),
    }
    return urlencode([pair for name, value in fields.items() for pair in flatten(value, name)])


def _make_authorization(company: Company, delivery: Delivery, origin: str) -> dict[str, Any]:
    application = company.oauth.applications.get(delivery.client_id)
    own = f"{origin}/rest/"
    always = {
        "domain": urlsplit(origin).netloc,
        "client_endpoint": own if company.oauth.endpoint is None else company.oauth.endpoint,
        "server_endpoint": own,
        "member_id": MEMBER_ID,
        "application_token": application.application_token if application else delivery.application_token,
    }
    if application is None or not delivery.user_id:
        return always
    tokens = company.oauth.grant(application, delivery.user_id, company.clock(), delivery.level)
    given = {
        "access_token": tokens.access_token,
        "expires": int(tokens.access.until.timestamp()),
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "scope": ",".join(application.scopes),
        "status": LOCAL,
        "user_id": delivery.user_id,
    }
    return given | always | ({"refresh_token": tokens.refresh_token} if delivery.refresh else {})


@dataclass(order=True)
class Letter:
    """One post that is due at a moment of the monotonic clock; one `held` goes out after the next that is not."""

    due: float
    number: int
    delivery: Delivery = field(compare=False)
    form: str = field(compare=False, repr=False)
    held: bool = field(compare=False, default=False)


class Mailbox:
    """The letters of one handler, sent one after the other by a thread that lives while there are any."""

    def __init__(self) -> None:
        self._letters: list[Letter] = []
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False

    def add(self, letter: Letter) -> None:
        """Send a letter when it is due."""
        with self._changed:
            heappush(self._letters, letter)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="sandbox events", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Send nothing any more."""
        with self._changed:
            self._closed = True
            self._letters.clear()
            self._changed.notify()

    def _run(self) -> None:
        while letter := self._wait_for_letter():
            post(letter.delivery, letter.form)
            if not letter.held:
                self._release_held()

    def _release_held(self) -> None:
        with self._changed:
            for letter in self._letters:
                letter.due = 0 if letter.held else letter.due
            heapify(self._letters)

    def _wait_for_letter(self) -> Letter | None:
        """The next letter; None when none came for a while, or the mailbox was closed."""
        with self._changed:
            end = monotonic() + IDLE
            while not self._closed:
                now = monotonic()
                if self._letters and self._letters[0].due <= now:
                    return heappop(self._letters)
                if not self._letters and now >= end:
                    break
                self._changed.wait((self._letters[0].due if self._letters else end) - now)
            self._thread = None
            return None


def post(delivery: Delivery, form: str) -> None:
    """Post a form to a handler and note what came of it; what the handler answers is not looked at."""
    target = urlsplit(delivery.handler)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    connect = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection: http.client.HTTPConnection | None = None
    try:
        connection = connect(target.hostname or "", target.port, timeout=TIMEOUT)
        connection.request("POST", path, form, HEADERS)
        delivery.status = connection.getresponse().status
        delivery.state = "answered"
    except (OSError, ValueError, http.client.HTTPException) as error:
        delivery.state, delivery.error = "failed", type(error).__name__
    finally:
        if connection:
            connection.close()


class Postman:
    """Brings the events of the company's outbox to their handlers, with the faults that strike them on the way."""

    def __init__(self) -> None:
        self._boxes: dict[str, Mailbox] = {}
        self._number = 0

    def post(self, company: Company, origin: str) -> None:
        """Send what a hit has left in the outbox; `origin` is the portal's own address as the caller knows it."""
        for delivery in company.outbox.take():
            rule = company.outbox.faults.strike(delivery.event)
            kind = rule.kind if rule else None
            if kind is EventFaultKind.LOST:
                delivery.state = "lost"
                continue
            form = make_form(company, delivery, origin)
            late = kind in {EventFaultKind.LATE, EventFaultKind.REORDERED}
            due = monotonic() + (rule.seconds if rule and late else 0)
            for _ in range(2 if kind is EventFaultKind.DOUBLED else 1):
                self._send(delivery, form, due, held=kind is EventFaultKind.REORDERED)

    def _send(self, delivery: Delivery, form: str, due: float, *, held: bool) -> None:
        self._number += 1
        box = self._boxes.setdefault(delivery.handler, Mailbox())
        box.add(Letter(due, self._number, delivery, form, held))

    def forget(self) -> None:
        """Send nothing of what has not been sent yet."""
        for box in self._boxes.values():
            box.close()
        self._boxes.clear()
