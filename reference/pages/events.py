"""The page of an event, rendered from its class."""

import json
import re
from collections.abc import Iterator

from reference.pages.addresses import official_event_page
from reference.pages.examples import write_oauth_curl
from reference.pages.markdown import render_code, render_list, render_page, render_section, render_table
from tools.event import COMMON_TRAPS, ENVELOPE, SUBSCRIBING, Event, Variant, encode_form
from tools.registry import methods

HANDLER = "https://app.example.com/openchannels/events"
_NAME = re.compile(r"[a-z][a-z0-9_]*[a-z0-9]")


def render_event_page(event: type[Event]) -> str:
    """Everything that is known about an event."""
    return render_page(
        f"# {event.name}: {event.title}",
        event.description(),
        render_list(
            (
                f"Fires: {event.fires}",
                f"Name in the request: `{event.name.upper()}`",
                "Scope: `imopenlines`",
                f"Official page (where it differs, this is what arrives): {official_event_page(event)}",
            )
        ),
        render_section("Request", _render_request(event)),
        *(render_section(f"data: {variant.title}", _render_variant(variant)) for variant in event.variants),
        render_section("Traps", render_list((*event.traps, *COMMON_TRAPS))),
        render_section("Subscribing", _render_subscribing(event)),
        render_section("Related", render_list(_list_related(event))),
    )


def _render_request(event: type[Event]) -> str:
    pairs = encode_form(event.body(event.variants[0]))
    return "\n\n".join(
        (
            render_table(("Field", "Meaning"), ((f"`{name}`", meaning) for name, meaning in ENVELOPE.items())),
            "On the wire, before percent-encoding, one field a line:",
            render_code("text", "\n".join(f"{name}={value}" for name, value in pairs)),
        )
    )


def _render_variant(variant: Variant) -> str:
    return "\n\n".join(
        (
            variant.when,
            render_table(
                ("Path in data", "Meaning"), ((f"`{path}`", meaning) for path, meaning in variant.fields.items())
            ),
            "`data` after the form is decoded:",
            render_code("json", json.dumps(variant.data, ensure_ascii=False, indent=1)),
        )
    )


def _render_subscribing(event: type[Event]) -> str:
    bind = write_oauth_curl("event.bind", {"event": event.name, "handler": HANDLER})
    return f"{render_list(SUBSCRIBING)}\n\n{render_code('bash', bind)}"


def _list_related(event: type[Event]) -> Iterator[str]:
    names = dict.fromkeys(_NAME.findall(" ".join((*event.traps, *COMMON_TRAPS))))
    for name in names:
        if name in methods():
            yield f"`{name}`: {methods()[name].page()}"
