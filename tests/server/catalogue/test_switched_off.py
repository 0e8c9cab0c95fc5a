"""Searching the documentation says which of the tools that it finds are off here, and how they are switched on."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.assistant import assistant, text_of
from tests.callers import answer, caller
from tools.effect import Effect

UPDATE, SKIP, REGISTER = "imopenlines.config.update", "imopenlines.operator.skip", "imconnector.register"
OFF = "is switched off here; to switch it on: "
SETUP = "--toolsets default,setup (OPENCHANNELS_TOOLSETS=default,setup)"


def _search(query: str, bound: Policy | None = None, **settings: Any) -> dict[str, Any]:
    """The first hit as data with the whole text beside it."""

    async def ask() -> dict[str, Any]:
        given = Settings(sandbox=True, state_folder=Path("none"), **settings)
        policy = Policy.from_settings(given)
        async with Connection(given) as connection:
            of = caller(policy.narrow(bound) if bound else policy, connection)
            answered = await answer(of, "docs_search", {"query": query, "limit": 1})
        return {**(answered.structured_content or {})["hits"][0], "text": text_of(answered)}

    return anyio.run(ask)


@pytest.mark.parametrize(
    ("query", "settings", "changes"),
    [
        (UPDATE, {}, SETUP),
        (REGISTER, {}, "--toolsets default,connectors (OPENCHANNELS_TOOLSETS=default,connectors)"),
        (SKIP, {"toolsets": "dialogs"}, "--toolsets dialogs,operators (OPENCHANNELS_TOOLSETS=dialogs,operators)"),
        (
            "imopenlines.operator.finish",
            {"toolsets": "default,setup"},
            "--toolsets default,setup,operators (OPENCHANNELS_TOOLSETS=default,setup,operators)",
        ),
        (UPDATE, {"mode": "gateway"}, SETUP),
        (SKIP, {"read_only": True}, "no --read-only (OPENCHANNELS_READ_ONLY=false)"),
        (SKIP, {"deny": "takeover,customer"}, "without takeover in --deny (OPENCHANNELS_DENY)"),
        (SKIP, {"deny": "operators,operator_skip"}, "without operator_skip, operators in --deny (OPENCHANNELS_DENY)"),
        (SKIP, {"allow": "read"}, "with operator_skip in --allow (OPENCHANNELS_ALLOW)"),
        ("tools/reply", {"deny": "reply"}, "without reply in --deny (OPENCHANNELS_DENY)"),
        (
            UPDATE,
            {"read_only": True, "deny": "setup"},
            f"{SETUP}; no --read-only (OPENCHANNELS_READ_ONLY=false); without setup in --deny (OPENCHANNELS_DENY)",
        ),
    ],
)
def test_a_hit_says_that_its_tool_is_off_and_every_setting_that_switches_it_on(
    query: str, settings: dict[str, Any], changes: str
) -> None:
    hit = _search(query, **settings)

    assert hit["switched_off"].endswith(f" {OFF}{changes}.")
    assert f"   {hit['switched_off']}\n" in hit["text"]


def test_the_bounds_of_a_token_are_named_beside_the_settings() -> None:
    hit = _search(SKIP, Policy(frozenset({"operators"}), Effect.READ), read_only=True)

    assert hit["switched_off"] == (
        f"operator_skip {OFF}no --read-only (OPENCHANNELS_READ_ONLY=false), if the caller's token allows it."
    )


@pytest.mark.parametrize(
    ("query", "settings"),
    [
        (SKIP, {}),
        (UPDATE, {"toolsets": "default,setup"}),
        (UPDATE, {"toolsets": "all", "mode": "gateway"}),
        ("OnSessionStart", {"read_only": True}),
        ("guides/limits", {"read_only": True}),
        ("errors/CHAT_TYPE", {"toolsets": "dialogs"}),
    ],
    ids=["default", "switched on", "behind a gateway", "an event", "a guide", "an error code"],
)
def test_nothing_is_said_where_the_tool_is_on_or_the_page_is_that_of_no_tool(
    query: str, settings: dict[str, Any]
) -> None:
    hit = _search(query, **settings)

    assert "switched_off" not in hit
    assert OFF not in hit["text"]


def test_a_client_reads_it_in_the_text_of_the_answer() -> None:
    with assistant("--sandbox", "--toolsets", "default") as client:
        found = text_of(client.call("docs_search", query="change the settings of a line"))
        listed = {tool.name for tool in client.run("list_tools").tools}

    assert "config_update" not in listed
    assert f"   config_update {OFF}{SETUP}.\n" in found
    assert found.count(OFF) < found.count("(method)"), "config_get is on"
