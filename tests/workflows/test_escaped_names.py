"""Names that a portal escapes for HTML are shown as people write them; what people say stays as it is."""

import html
from collections.abc import Mapping
from typing import Any

import anyio
import pytest

from sandbox.seed import seed
from sandbox.state.company import Company
from server.privacy.client_names import find_people
from tests.assistant import text_of, words_of
from tests.callers import answer
from tests.mutated_answers import Mutate, open_mutated
from tools.result_types import decode_name

CLIENT, OPERATOR, LINE = "Tom & <Jerry>", 'Carter "JC" O\'Neil', "R&D 'East'"
TYPED = "Is &amp;quot; in <b> the same as &quot;?"
NAMES = frozenset(
    {
        *("name", "title", "first_name", "last_name", "firstName", "lastName"),
        *("NAME", "LAST_NAME", "SECOND_NAME", "WORK_POSITION", "LINE_NAME", "USER_NAME"),
    }
)
"""Fields of the portal that hold what people, chats and lines are called."""


def make_company() -> Company:
    company = seed.create_seeded_company()
    chat = company.chats[206]
    client = company.clients[chat.client_id]
    client.first_name, client.last_name = CLIENT, ""
    chat.name = f"{CLIENT} - {LINE}"
    company.employees[4].last_name = OPERATOR
    for line in company.lines.values():
        if 4 in line.user_fields:
            line.user_fields[4]["USER_NAME"] = company.employees[4].name
    company.lines[1].settings["LINE_NAME"] = LINE
    company.say(chat, chat.client_id, TYPED)
    return company


def escape_names(_method: str, result: Any, _params: Mapping[str, Any]) -> Any:
    """As PHP's `htmlspecialchars` does."""
    if isinstance(result, dict):
        return {
            name: _escape(item) if name in NAMES and isinstance(item, str) else escape_names("", item, {})
            for name, item in result.items()
        }
    return [escape_names("", item, {}) for item in result] if isinstance(result, list) else result


def _escape(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#039;")


def read(tool: str, arguments: Mapping[str, Any], mutate: Mutate) -> str:
    async def call() -> str:
        async with open_mutated(mutate, company=make_company()) as (anybody, _):
            reply = await answer(anybody, tool, arguments)
        assert not reply.is_error, text_of(reply)
        return words_of(reply)

    return anyio.run(call)


@pytest.mark.parametrize(
    ("tool", "arguments", "shown"),
    [
        ("inbox", {}, [CLIENT, LINE]),
        ("dialog_list", {"operator": "James"}, [LINE, OPERATOR]),
        ("dialog", {"dialog": "206"}, [CLIENT, LINE]),
        ("dialog", {"dialog": "Tom & <Jerry>"}, [CLIENT, TYPED]),
        ("dialog_get", {"chat_id": 206}, [CLIENT]),
        ("session_history_get", {"chat_id": 206}, [CLIENT, TYPED]),
        ("im_dialog_messages_get", {"dialog_id": "chat206"}, [CLIENT, TYPED]),
        ("im_recent_list", {}, [CLIENT, TYPED]),
        ("user_get", {}, [OPERATOR]),
        ("config_get", {"config_id": 1}, [LINE]),
        ("config_list_get", {}, [LINE]),
        ("channel_overview", {"line": LINE}, [LINE, OPERATOR]),
        ("channel_audit", {}, [LINE]),
        ("team_load", {}, [OPERATOR]),
        ("v2_operator_list", {}, [OPERATOR]),
        ("hand_over", {"dialog": "206", "to": "James", "even_if_offline": True, "dry_run": True}, [CLIENT, OPERATOR]),
    ],
)
def test_escaped_names_read_as_they_were_written(tool: str, arguments: dict[str, Any], shown: list[str]) -> None:
    usual = read(tool, arguments, lambda _, result, __: result)
    escaped = read(tool, arguments, escape_names)

    assert escaped == usual
    for name in shown:
        assert name in escaped.replace('\\"', '"'), name


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("O&#039;Neil &#39;x&#39; &apos;", "O'Neil 'x' '"),
        ("&quot;R&amp;D&quot; &lt;x&gt;", '"R&D" <x>'),
        ("&amp;quot;", "&quot;"),
        ("&amp;amp;lt;", "&amp;lt;"),
        ("AT&T &copy; &nbsp; &#xe0f0; &#57584; &amp", "AT&T &copy; &nbsp; &#xe0f0; &#57584; &amp"),
    ],
)
def test_a_name_is_read_back_once_and_nothing_but_what_php_escapes(escaped: str, plain: str) -> None:
    assert decode_name(escaped) == plain


def test_a_decoded_name_stays_marked_as_from_outside() -> None:
    async def call() -> str:
        async with open_mutated(escape_names, company=make_company()) as (anybody, _):
            return text_of(await answer(anybody, "dialog_get", {"chat_id": 206}))

    assert f">{CLIENT} - " in anyio.run(call)
    assert "<client " in anyio.run(call)


def test_an_escaped_name_is_hidden_as_it_is_shown() -> None:
    chat = {"name": "Tom &amp; Jerry - Sales", "entity_id": "livechat|1|9206|106"}

    assert find_people(chat).clients == {"Tom & Jerry"}
