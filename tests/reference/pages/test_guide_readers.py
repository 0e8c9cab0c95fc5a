"""The programs in the guides that fetch events: what they hear, what they answer, and that they lose nothing."""

from typing import Any

import pytest

from tests.reference.handwritten import run_code


class Queue:
    """The portal's queue of offline events: what is read without clear=0 is gone."""

    def __init__(self, count: int) -> None:
        self.waiting = [{"MESSAGE_ID": f"{number:032}"} for number in range(count)]
        self.reserved: dict[str, list[dict[str, str]]] = {}
        self.failed: list[str] = []

    def call(self, method: str, params: dict[str, Any]) -> Any:
        process = str(params.get("process_id", ""))
        if method == "event.offline.get":
            assert params["clear"] == 0, "this would delete what it returns"
            if not process:
                process = f"process-{len(self.reserved)}"
                self.reserved[process], self.waiting = self.waiting[:50], self.waiting[50:]
            return {"process_id": process, "events": list(self.reserved.get(process, []))}
        assert params["message_id"], "this would clear the whole process"
        assert not params.keys() & {"id"}
        kept = [one for one in self.reserved[process] if one["MESSAGE_ID"] not in params["message_id"]]
        self.reserved[process] = kept
        if method == "event.offline.error":
            self.failed += params["message_id"]
        return True


def test_the_reader_of_offline_events_loses_nothing_when_it_dies_half_way() -> None:
    queue, journal, worked = Queue(120), set[str](), list[str]()
    guide = run_code("events-offline", "def work_off")

    def die_at_seventy(record: dict[str, str]) -> None:
        if len(worked) == 70:
            raise KeyboardInterrupt
        worked.append(record["MESSAGE_ID"])

    with pytest.raises(KeyboardInterrupt):
        guide.work_off(queue.call, journal, die_at_seventy)
    assert journal
    guide.work_off(queue.call, journal, lambda record: worked.append(record["MESSAGE_ID"]))
    assert set(worked) == {f"{number:032}" for number in range(120)}
    assert not journal
    assert not any(queue.reserved.values())


def test_the_reader_of_offline_events_marks_what_it_cannot_handle() -> None:
    queue, journal = Queue(3), set[str]()

    def refuse_the_second(record: dict[str, str]) -> None:
        if record["MESSAGE_ID"].endswith("1"):
            raise ValueError

    run_code("events-offline", "def work_off").work_off(queue.call, journal, refuse_the_second)
    assert queue.failed == [f"{1:032}"]
    assert not any(queue.reserved.values())


class Log:
    """The log of a user or a bot: an offset that is sent deletes what is below it."""

    def __init__(self, method: str, events: list[dict[str, Any]], page: int = 2) -> None:
        self.method, self.page = method, page
        self.rows = [{"eventId": number, "date": "", **event} for number, event in enumerate(events, 1)]
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, method: str, params: dict[str, Any]) -> Any:
        if method != self.method:
            self.calls.append((method, params))
            return {}
        if offset := params.get("offset"):
            self.rows = [row for row in self.rows if row["eventId"] >= offset]
        shown = self.rows[: self.page]
        following = shown[-1]["eventId"] + 1 if shown else params.get("offset", 0)
        return {"events": shown, "nextOffset": following, "hasMore": len(shown) == self.page}


def _message(kind: str, text: str, *, client: bool = True, lines: bool = True) -> dict[str, Any]:
    chat = {"id": 2043, "dialogId": "chat2043", "entityType": "LINES" if lines else "CRM"}
    return {"type": kind, "data": {"message": {"text": text}, "chat": chat, "user": {"connector": client}}}


def test_the_reader_of_the_log_hears_clients_only_and_acknowledges_after_the_work() -> None:
    add = "ONIMV2MESSAGEADD"
    log = Log(
        "im.v2.Event.get",
        [
            _message(add, "one"),
            _message(add, "mine", client=False),
            _message("ONIMV2MESSAGEUPDATE", "edited"),
            _message(add, "elsewhere", lines=False),
            _message(add, "two"),
        ],
    )
    heard, store = list[str](), dict[str, int]()
    guide = run_code("events-polling", "def read_log")

    def die_at_two(data: dict[str, Any]) -> None:
        if data["message"]["text"] == "two":
            raise KeyboardInterrupt
        heard.append(data["message"]["text"])

    with pytest.raises(KeyboardInterrupt):
        guide.read_log(log.call, store, die_at_two)
    guide.read_log(log.call, store, lambda data: heard.append(data["message"]["text"]))
    assert heard == ["one", "two"]
    guide.read_log(log.call, store, lambda _: heard.append("again"))
    assert heard == ["one", "two"]


def test_the_bot_of_the_guide_answers_clients_and_hands_over_what_it_cannot() -> None:
    add = "ONIMBOTV2MESSAGEADD"
    log = Log(
        "imbot.v2.Event.get",
        [_message(add, "hours"), _message(add, "an operator writes", client=False), _message(add, "a person please")],
    )
    bot, store = {"botId": 456, "botToken": "token"}, dict[str, int]()
    answers = {"hours": "From 9 to 18."}
    run_code("chatbots", "def serve").serve(log.call, bot, store, lambda text, _: answers.get(text, ""))
    assert log.calls == [
        ("imbot.v2.Chat.Message.send", {**bot, "dialogId": "chat2043", "fields": {"message": "From 9 to 18."}}),
        ("imopenlines.bot.session.operator", {"CHAT_ID": 2043}),
    ]
