"""The page of an event, rendered from its class."""

import json
import re
from collections.abc import Iterator

from reference.pages.addresses import official_event_page
from reference.pages.examples import curl_oauth
from reference.pages.markdown import bullets, fence, page, section, table
from tools.events import COMMON_TRAPS, ENVELOPE, SUBSCRIBING, Event, Variant, encode_form
from tools.registry import methods

HANDLER = "https://app.example.com/openchannels/events"
_NAME = re.compile(r"[a-z][a-z0-9_]*[a-z0-9]")


def event_page(event: type[Event]) -> str:
    """Everything that is known about an event."""
    return page(
        f"# {event.name}: {event.title}",
        event.description(),
        bullets(
            (
                f"Fires: {event.fires}",
                f"Name in the request: `{event.name.upper()}`",
                "Scope: `imopenlines`",
                f"Official page (where it differs, this is what arrives): {official_event_page(event)}",
            )
        ),
        section("Request", _request(event)),
        *(section(f"data: {variant.title}", _variant(variant)) for variant in event.variants),
        section("Traps", bullets((*event.traps, *COMMON_TRAPS))),
        section("Subscribing", _subscribing(event)),
        section("Related", bullets(_related(event))),
    )


def _request(event: type[Event]) -> str:
    pairs = encode_form(event.body(event.variants[0]))
    return "\n\n".join(
        (
            table(("Field", "Meaning"), ((f"`{name}`", meaning) for name, meaning in ENVELOPE.items())),
            "On the wire, before percent-encoding, one field a line:",
            fence("text", "\n".join(f"{name}={value}" for name, value in pairs)),
        )
    )


def _variant(variant: Variant) -> str:
    return "\n\n".join(
        (
            variant.when,
            table(("Path in data", "Meaning"), ((f"`{path}`", meaning) for path, meaning in variant.fields.items())),
            "`data` after the form is decoded:",
            fence("json", json.dumps(variant.data, ensure_ascii=False, indent=1)),
        )
    )


def _subscribing(event: type[Event]) -> str:
    bind = curl_oauth("event.bind", {"event": event.name, "handler": HANDLER})
    return f"{bullets(SUBSCRIBING)}\n\n{fence('bash', bind)}"


def _related(event: type[Event]) -> Iterator[str]:
    names = dict.fromkeys(_NAME.findall(" ".join((*event.traps, *COMMON_TRAPS))))
    for name in names:
        if name in methods():
            yield f"`{name}`: {methods()[name].page()}"
