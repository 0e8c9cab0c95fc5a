"""How applications bind events, and how an event finds its bindings."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.domain.event_data import WireEvent, make_events
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError
from sandbox.state.happenings import Happening
from sandbox.state.oauth import RegisteredApplication
from sandbox.state.offline_events import QueueOwner
from sandbox.state.outbox import Delivery
from sandbox.state.subscriptions import EVENTS, EventBinding

WAKE_UP = "ONOFFLINEEVENT"
WITH_REFRESH_TOKEN = frozenset({"ONAPPINSTALL", "ONAPPUPDATE", WAKE_UP})
WAKE_UP_PAUSE = timedelta(seconds=1)
LANGUAGE = "en"
MOST_LEVELS = 7


def listen_to_happenings(company: Company) -> None:
    """Let the events of a company's portal reach the applications that have bound them."""

    def listen(happening: Happening) -> None:
        for event in make_events(company, happening):
            publish_event(company, event)

    company.happenings.listeners.append(listen)


def list_events(scopes: tuple[str, ...]) -> list[str]:
    """The names of the events of some scopes; the empty scope has those that are everybody's."""
    return [name for scope, names in EVENTS.items() if scope in scopes for name in names]


def bind_event(company: Company, binding: EventBinding) -> bool:
    """Add a binding; False if there is the same already."""
    if any(binding.is_same(known) for known in company.bindings):
        return False
    company.bindings.append(binding)
    return True


def check_handler(handler: str) -> None:
    """Refuse an address that no portal would post to.

    Raises:
        RefusalError: ERROR_UNSUPPORTED_PROTOCOL for anything but http and https, ERROR_WRONG_HANDLER_URL for a host
            without a dot, such as localhost; 127.0.0.1 has dots.
    """
    try:
        parts = urlsplit(handler)
        host = parts.hostname or ""
    except ValueError:
        raise _make_address_error() from None
    if parts.scheme.lower() not in {"http", "https"}:
        raise RefusalError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
    if "." not in host:
        raise _make_address_error()


def _make_address_error() -> RefusalError:
    return RefusalError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


def publish_event(company: Company, event: WireEvent) -> None:
    """Deliver an event to the handlers that are bound to it, and record it for the applications that fetch it."""
    for binding in tuple(company.bindings):
        application = company.oauth.applications.get(binding.client_id)
        wanted = binding.event == event.name and event.application in {"", binding.client_id}
        if wanted and application and application.installed:
            if binding.offline:
                _record(company, binding, event)
            else:
                deliver(company, binding, event.data)


def _record(company: Company, binding: EventBinding, event: WireEvent) -> None:
    """Record an event, unless the application itself has brought it about over the same connection."""
    cause = company.happenings.cause
    if (cause.client_id, cause.auth_connector) == (binding.client_id, binding.connector):
        return
    owner = QueueOwner(binding.client_id, binding.connector)
    company.offline_events.record(owner, event.name, event.data, cause.user_id, company.clock())
    _wake_up(company, binding.client_id)


def _wake_up(company: Company, client_id: str) -> None:
    """Tell the handlers that wait for offline events; each at most once a second, what comes sooner is not told."""
    for binding in company.bindings:
        if (binding.client_id, binding.event) == (client_id, WAKE_UP):
            last = company.woken.get(binding.id)
            if last is None or company.clock() - last >= WAKE_UP_PAUSE:
                company.woken[binding.id] = company.clock()
                deliver(company, binding, None)


def deliver(company: Company, binding: EventBinding, data: Any, *, user_id: int = 0) -> None:
    """Queue an event for the handler of a binding, with a token of the binding's user or of whoever caused it.

    A client who caused it has no token to give, and a dismissed employee neither. What is done with an event's token
    fires events of the next level, and beyond the seventh nothing is delivered. Source: the portal's module `rest`.
    """
    level = company.happenings.cause.level + 1
    if level > MOST_LEVELS:
        return
    bearer = binding.auth_type or user_id or company.happenings.cause.user_id
    delivery = Delivery(
        binding.event,
        binding.handler,
        binding.id,
        binding.client_id,
        data,
        company.clock(),
        user_id=bearer if company.find_employee(bearer) else 0,
        refresh=binding.event in WITH_REFRESH_TOKEN,
        level=level,
    )
    company.outbox.put(delivery)


def install(company: Company, application: RegisteredApplication, handler: str) -> None:
    """Install an application, whose handler of its card is told first of all; without a handler nobody is."""
    application.installed, application.handler = True, handler
    data = {
        "VERSION": application.version,
        "ACTIVE": "Y",
        "INSTALLED": "Y",
        "LANGUAGE_ID": LANGUAGE,
    }
    _tell_card_handler(company, application, "ONAPPINSTALL", data)


def update(company: Company, application: RegisteredApplication) -> None:
    """Install the next version of an application; what it had bound is gone."""
    previous = application.version
    application.version += 1
    _forget_bindings(company, application)
    data = {"VERSION": application.version, "PREVIOUS_VERSION": previous, "LANGUAGE_ID": LANGUAGE}
    _tell_card_handler(company, application, "ONAPPUPDATE", data)


def uninstall(company: Company, application: RegisteredApplication, *, clean: bool) -> None:
    """Remove an application: its handlers of that event get the event without any token, its tokens are gone."""
    for binding in company.bindings:
        if (binding.client_id, binding.event) == (application.client_id, "ONAPPUNINSTALL"):
            data = {"LANGUAGE_ID": LANGUAGE, "CLEAN": int(clean)}
            company.outbox.put(
                Delivery(binding.event, binding.handler, binding.id, binding.client_id, data, company.clock())
            )
    application.installed = False
    _forget_bindings(company, application)
    company.oauth.revoke(application)


def _forget_bindings(company: Company, application: RegisteredApplication) -> None:
    company.bindings[:] = [binding for binding in company.bindings if binding.client_id != application.client_id]
    company.offline_events.forget(application.client_id)


def _tell_card_handler(company: Company, application: RegisteredApplication, event: str, data: Any) -> None:
    """Bind an event to the handler of an application's card and deliver it there."""
    if application.handler:
        number = company.issue_id("binding")
        binding = EventBinding(number, application.client_id, event, application.handler)
        bind_event(company, binding)
        deliver(company, binding, data, user_id=application.user_id)


def give_system_user(company: Company, application: RegisteredApplication) -> None:
    """Give an application the tokens of the portal's own user, posted to the handler of its card without a binding.

    In the sandbox that is the user whom the application acts for.
    """
    if not application.handler:
        return
    tokens = company.oauth.grant(application, application.user_id, company.clock())
    data = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires": int(tokens.access.until.timestamp()),
        "scope": ",".join(application.scopes),
        "user_id": application.user_id,
    }
    name, now = "ONAPPUSERREADY", company.clock()
    company.outbox.put(Delivery(name, application.handler, 0, application.client_id, data, now))
