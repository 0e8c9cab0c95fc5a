"""Every source of events, proved against a portal in a process of its own: each event once."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, APPLICATION_PATH, OPERATOR_WEBHOOK_PATH
from server.config.settings import Settings
from server.connection import Connection
from server.events.feed.event import EventKind
from server.events.sources.bot import BotSource
from server.events.sources.offline import NO_ADMINISTRATOR, WITHOUT_FEATURE, OfflineSource
from server.events.sources.polling import OTHERS_READ, PollingSource
from tests.served import ServedSandbox
from tests.server.events.hearing import hear, wait_for_texts, wait_for_trouble

BOT_TOKEN = "a-long-random-token-of-our-own"


def _write(sandbox: ServedSandbox, text: str, chat_id: int = 201) -> Any:
    return sandbox.control("client-message", {"chat_id": chat_id, "text": text})


def _call(sandbox: ServedSandbox, method: str, params: Any = None, path: str = APPLICATION_PATH) -> Any:
    status, answer = sandbox.post(f"{path}{method}", params or {})
    assert status == 200, answer
    return answer["result"]


def _strike(sandbox: ServedSandbox, kind: str, *methods: str, **more: Any) -> None:
    sandbox.control("faults", {"rules": [{"kind": kind, "methods": list(methods), **more}]})


def test_polling_hears_messages_edits_deletions_and_sessions(sandbox: ServedSandbox, tmp_path: Path) -> None:
    async def listen() -> None:
        async with hear(f"{sandbox.address}{OPERATOR_WEBHOOK_PATH}", PollingSource(), tmp_path) as hub:
            mine = 207
            first, second = _write(sandbox, "first", mine), _write(sandbox, "second", mine)
            assert await wait_for_texts(hub, "first", "second") == ["first", "second"]
            sandbox.control("message-edit", {"message_id": first["message_id"], "text": "first, mended"})
            sandbox.control("message-delete", {"message_id": second["message_id"]})
            sandbox.control("events/trigger", {"event": "ONSESSIONFINISH", "chat_id": mine})
            _write(sandbox, "third", 208)
            await wait_for_texts(hub, "third")
            events = [(one.event.kind, one.event.text) for one in hub.feed.read()]
        assert events.count((EventKind.MESSAGE_EDITED, "first, mended")) == 1
        assert [kind for kind, _ in events].count(EventKind.MESSAGE_DELETED) == 1
        assert [kind for kind, _ in events].count(EventKind.SESSION_FINISHED) == 1

    anyio.run(listen)


def test_polling_finds_what_happened_while_nobody_listened(sandbox: ServedSandbox, tmp_path: Path) -> None:
    address = f"{sandbox.address}{OPERATOR_WEBHOOK_PATH}"

    async def listen(*expected: str) -> None:
        async with hear(address, PollingSource(), tmp_path) as hub:
            assert await wait_for_texts(hub, *expected) == [*expected]

    anyio.run(listen)
    _write(sandbox, "meanwhile", 207)
    anyio.run(listen, "meanwhile")


def test_polling_says_when_another_program_takes_the_events(sandbox: ServedSandbox, tmp_path: Path) -> None:
    async def listen() -> None:
        async with hear(f"{sandbox.address}{OPERATOR_WEBHOOK_PATH}", PollingSource(), tmp_path) as hub:
            sandbox.control("logs/faults", {"rules": [{"kind": "lost"}]})
            _write(sandbox, "unheard", 207)
            assert await wait_for_texts(hub, "unheard") == ["unheard"], "the dialogs show what the log lacks"
            await wait_for_trouble(hub, OTHERS_READ)

    anyio.run(listen)


def test_the_offline_queue_is_heard_and_emptied(sandbox: ServedSandbox, tmp_path: Path) -> None:
    async def listen() -> None:
        async with hear(f"{sandbox.address}{APPLICATION_PATH}", OfflineSource(), tmp_path) as hub:
            _write(sandbox, "one")
            _write(sandbox, "two", 207)
            assert sorted(await wait_for_texts(hub, "one", "two")) == ["one", "two"]
            assert _call(sandbox, "event.offline.list") == []

    anyio.run(listen)


@pytest.mark.parametrize(
    ("kind", "method"),
    [("drop_after", "event.offline.get"), ("status", "event.offline.clear"), ("drop_after", "event.offline.clear")],
)
def test_events_of_a_lost_answer_are_noted_once(sandbox: ServedSandbox, tmp_path: Path, kind: str, method: str) -> None:
    async def listen() -> None:
        address = f"{sandbox.address}{APPLICATION_PATH}"
        async with hear(address, OfflineSource(), tmp_path):
            pass  # it has bound its events
        _strike(sandbox, kind, method, count=1, **({"status": 503} if kind == "status" else {}))
        for text in ("one", "two"):
            _write(sandbox, text)
        async with hear(address, OfflineSource(), tmp_path) as hub:
            assert await wait_for_texts(hub, "one", "two") == ["one", "two"]
        async with hear(address, OfflineSource(), tmp_path) as hub:
            assert await wait_for_texts(hub, "one", "two") == ["one", "two"]
            assert _call(sandbox, "event.offline.list") == []

    anyio.run(listen)


def test_what_another_process_had_reserved_before_it_ended_is_fetched(sandbox: ServedSandbox, tmp_path: Path) -> None:
    async def listen() -> None:
        address = f"{sandbox.address}{APPLICATION_PATH}"
        async with hear(address, OfflineSource(), tmp_path) as hub:
            written = _write(sandbox, "written")
            await wait_for_texts(hub, "written")
        sandbox.control("message-edit", {"message_id": written["message_id"], "text": "mended"})
        assert len(_call(sandbox, "event.offline.get", {"clear": 0})["events"]) == 1
        async with hear(address, OfflineSource(), tmp_path) as hub:
            edits = [one.event.text for one in hub.feed.read() if one.event.kind is EventKind.MESSAGE_EDITED]
        assert edits == ["mended"], "an edit is in no list of dialogs"
        assert _call(sandbox, "event.offline.list") == []

    anyio.run(listen)


def test_without_the_feature_the_queue_is_read_all_the_same_and_the_loss_is_named(
    sandbox: ServedSandbox, tmp_path: Path
) -> None:
    sandbox.control("switches", {"plan": {"offline_extended": False}})

    async def listen() -> None:
        async with hear(f"{sandbox.address}{APPLICATION_PATH}", OfflineSource(), tmp_path) as hub:
            _write(sandbox, "heard")
            assert await wait_for_texts(hub, "heard") == ["heard"]
            assert hub.states[0].trouble == WITHOUT_FEATURE

    anyio.run(listen)


def test_without_the_feature_the_messages_of_a_lost_answer_are_found_by_looking_again(
    sandbox: ServedSandbox, tmp_path: Path
) -> None:
    sandbox.control("switches", {"plan": {"offline_extended": False}})

    async def listen() -> None:
        address = f"{sandbox.address}{APPLICATION_PATH}"
        async with hear(address, OfflineSource(), tmp_path):
            _write(sandbox, "lost")
            assert _call(sandbox, "event.offline.get")["events"], "as if the answer had been lost"
        async with hear(address, OfflineSource(), tmp_path) as hub:
            assert await wait_for_texts(hub, "lost") == ["lost"]

    anyio.run(listen)


def test_who_is_no_administrator_polls_in_the_place_of_the_offline_queue(
    sandbox: ServedSandbox, tmp_path: Path
) -> None:
    key = {"token": "ofanoperator", "user_id": 3, "kind": "application", "client_id": APPLICATION_ID}
    path = sandbox.control("webhooks", {**key, "scopes": ["imopenlines", "im"]})["path"]

    async def listen() -> None:
        async with hear(f"{sandbox.address}{path}", OfflineSource(), tmp_path) as hub:
            _write(sandbox, "Is anybody there?", 207)
            assert await wait_for_texts(hub, "Is anybody there?") == ["Is anybody there?"]
            assert hub.states[0].trouble == NO_ADMINISTRATOR

    anyio.run(listen)


def test_a_bot_hears_the_dialogs_that_it_serves(sandbox: ServedSandbox, tmp_path: Path) -> None:
    fields = {"code": "acme", "botToken": BOT_TOKEN, "isSupportOpenline": True, "properties": {"name": "Acme"}}
    bot = _call(sandbox, "imbot.v2.Bot.register", {"fields": fields}, ADMIN_WEBHOOK_PATH)["bot"]["id"]
    line = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": bot, "WELCOME_BOT_LEFT": "queue"}
    _call(sandbox, "imopenlines.config.update", {"CONFIG_ID": 1, "PARAMS": line}, ADMIN_WEBHOOK_PATH)

    async def listen() -> None:
        async with hear(f"{sandbox.address}{ADMIN_WEBHOOK_PATH}", BotSource(bot, BOT_TOKEN), tmp_path) as hub:
            sandbox.control("client-message", {"line_id": 1, "name": "Noah", "text": "Good evening"})
            assert "Good evening" in await wait_for_texts(hub, "Good evening")

    anyio.run(listen)


def test_a_bot_whose_log_was_empty_hears_what_came_while_nobody_listened(
    sandbox: ServedSandbox, tmp_path: Path
) -> None:
    fields = {"code": "acme", "botToken": BOT_TOKEN, "isSupportOpenline": True, "properties": {"name": "Acme"}}
    bot = _call(sandbox, "imbot.v2.Bot.register", {"fields": fields}, ADMIN_WEBHOOK_PATH)["bot"]["id"]
    line = {"WELCOME_BOT_ENABLE": "Y", "WELCOME_BOT_ID": bot, "WELCOME_BOT_LEFT": "queue"}
    _call(sandbox, "imopenlines.config.update", {"CONFIG_ID": 1, "PARAMS": line}, ADMIN_WEBHOOK_PATH)

    async def listen() -> None:
        address = f"{sandbox.address}{ADMIN_WEBHOOK_PATH}"
        async with hear(address, BotSource(bot, BOT_TOKEN), tmp_path):
            pass  # from now on everything is news
        sandbox.control("client-message", {"line_id": 1, "name": "Noah", "text": "Meanwhile"})
        async with hear(address, BotSource(bot, BOT_TOKEN), tmp_path) as hub:
            assert "Meanwhile" in await wait_for_texts(hub, "Meanwhile")

    anyio.run(listen)


def test_polling_hears_a_dialog_that_came_and_was_closed_while_nobody_listened(
    sandbox: ServedSandbox, tmp_path: Path
) -> None:
    address = f"{sandbox.address}{ADMIN_WEBHOOK_PATH}"

    async def listen() -> None:
        async with hear(address, PollingSource(), tmp_path):
            pass
        written = sandbox.control("client-message", {"line_id": 1, "name": "Noah", "text": "Never mind"})
        sandbox.control("events/trigger", {"event": "ONSESSIONFINISH", "chat_id": written["chat_id"]})
        async with hear(address, PollingSource(), tmp_path) as hub:
            await wait_for_texts(hub, "Never mind")
            kinds = [one.event.kind for one in hub.feed.read() if one.event.session_id == written["session_id"]]
        assert kinds[0] == EventKind.SESSION_STARTED
        assert kinds[-1] == EventKind.SESSION_FINISHED

    anyio.run(listen)


def test_a_server_that_only_reads_hears_without_touching_any_log(sandbox: ServedSandbox, tmp_path: Path) -> None:
    settings = Settings(
        webhook_url=SecretStr(f"{sandbox.address}{ADMIN_WEBHOOK_PATH}"), state_folder=tmp_path, read_only=True
    )

    async def listen() -> None:
        async with Connection(settings) as connection, connection.events.listen() as hub:
            assert await hub.refresh(30)
            sandbox.control("client-message", {"line_id": 1, "name": "Noah", "text": "Hello?"})
            await wait_for_texts(hub, "Hello?")
            assert "only reads" in hub.states[0].trouble

    sandbox.control("requests/clear")
    anyio.run(listen)
    asked = {request["method"] for request in sandbox.look("requests")["requests"]}
    assert "im.recent.get" in asked
    assert not {method for method in asked if method.startswith("im.v2.Event.")}
