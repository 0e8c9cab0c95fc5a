"""Who waits: through a spawned server, compared with the state of the served portal."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.seed import seed
from sandbox.state.company import START
from tests.assistant import Assistant, assistant, text_of
from tests.served import ServedSandbox, serve_sandbox
from tests.workflows.inbox.expected_waiting import ExpectedDialog, compute_waiting

CROWD = {"dialogs": 5000, "waiting": 300}


MOST_REQUESTS = 4


LONGEST_PAGE = 6000


LONGEST_ANSWER = "60000"
"""For the data of fifty dialogs."""


Filter = Callable[[ExpectedDialog, datetime, int], bool]


def _unassigned_long(one: ExpectedDialog, now: datetime, _: int) -> bool:
    return not one.owner and one.line == 1 and now - one.since >= timedelta(minutes=90)


def _mine_long(one: ExpectedDialog, now: datetime, me: int) -> bool:
    return one.owner == me and now - one.since >= timedelta(hours=1)


FILTERS: list[tuple[dict[str, Any], Filter]] = [
    ({}, lambda *_: True),
    ({"mine": True}, lambda one, _, me: one.owner == me),
    ({"unassigned": True}, lambda one, *_: not one.owner),
    ({"line": "website"}, lambda one, *_: one.line == 1),
    ({"line": "3"}, lambda one, *_: one.line == 3),
    ({"channel": "Telegram"}, lambda one, *_: one.connector == "telegrambot"),
    ({"channel": "whatsapp", "unassigned": True}, lambda one, *_: "whatsapp" in one.connector and not one.owner),
    ({"channel": "livechat", "line": "night"}, lambda one, *_: (one.connector, one.line) == ("livechat", 5)),
    ({"waiting_minutes": 120}, lambda one, now, _: now - one.since >= timedelta(minutes=120)),
    ({"state": "new"}, lambda one, *_: one.state == "new"),
    ({"state": "again"}, lambda one, *_: one.state == "again"),
    ({"unassigned": True, "line": 1, "waiting_minutes": 90}, _unassigned_long),
    ({"state": "accepted"}, lambda one, *_: one.state == "accepted"),
    ({"state": "again", "line": "Sales"}, lambda one, *_: one.state == "again" and one.line == 2),
    ({"mine": True, "waiting_minutes": 60}, _mine_long),
]


each_filter = pytest.mark.parametrize(("arguments", "wanted"), FILTERS, ids=[str(given) for given, _ in FILTERS])


class Portal:
    """A served portal, and what is known of it without the server under test."""

    def __init__(self, served: ServedSandbox) -> None:
        self.served = served
        self.known: list[ExpectedDialog] = []
        self.now = START

    def look(self) -> None:
        """Work out who waits."""
        state = self.served.look("state")
        self.now = datetime.fromisoformat(state["now"])
        self.known = compute_waiting(state, self.served.look("messages")["messages"])

    def requests(self) -> list[str]:
        """What came over HTTP since the last look: a batch is one request."""
        found = [one["method"] for one in self.served.look("requests")["requests"] if not one["in_batch"]]
        self.served.control("requests/clear")
        return found

    def webhook(self, path: str = seed.ADMIN_WEBHOOK_PATH) -> str:
        """An address to configure."""
        return f"{self.served.address}{path}"


@pytest.fixture(scope="module")
def crowded() -> Iterator[Portal]:
    with serve_sandbox() as served:
        served.control("crowd", CROWD)
        portal = Portal(served)
        portal.look()
        yield portal


@dataclass
class Administrator:
    """A client of a spawned server, and what its very first page took."""

    client: Assistant
    first: Any
    requests: list[str]

    def inbox(self, arguments: dict[str, Any] | None = None, **more: Any) -> Any:
        """Ask who waits."""
        return self.client.read("inbox", arguments, **more)


def _ask_counted(portal: Portal, client: Assistant, arguments: dict[str, Any], **more: Any) -> tuple[Any, list[str]]:
    """The page, and the requests that its text took."""
    portal.requests()
    reply = client.call("inbox", arguments, **more)
    sent = portal.requests()
    return client.add_data(reply, "inbox", arguments, **more), sent


@pytest.fixture(scope="module")
def administrator(crowded: Portal) -> Iterator[Administrator]:
    with assistant(webhook=crowded.webhook(), OPENCHANNELS_ANSWER_CHARACTERS=LONGEST_ANSWER) as client:
        yield Administrator(client, *_ask_counted(crowded, client, {}, limit=25))


each_source = pytest.mark.parametrize("reports", [True, False])


COMPARED = ExpectedDialog(START, 0, 0, "", 0, 0, "").row


def _read_data(reply: Any) -> dict[str, Any]:
    assert not reply.is_error, text_of(reply)
    data: dict[str, Any] = reply.structured_content
    return data


def _read_rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in COMPARED} for row in data["dialogs"]]


def _compare(data: dict[str, Any], expected: list[ExpectedDialog]) -> None:
    assert _read_rows(data) == [one.row for one in expected[: len(data["dialogs"])]]
    assert data["total"] == len(expected)
    assert data["by_state"] == {state: Counter(one.state for one in expected)[state] for state in data["by_state"]}


@each_filter
def test_of_five_thousand_dialogs_those_that_wait_are_listed(
    crowded: Portal, administrator: Administrator, arguments: dict[str, Any], wanted: Filter
) -> None:
    reply, sent = _ask_counted(crowded, administrator.client, arguments, limit=25)
    data = _read_data(reply)
    now = datetime.fromisoformat(data["now"])
    expected = [one for one in crowded.known if wanted(one, now, 1)]

    assert len(expected) >= 2
    _compare(data, expected)
    assert data["source"] == "statistics"
    assert data["missing"] == []
    assert len(sent) <= MOST_REQUESTS, sent
    assert len(text_of(reply).encode()) < LONGEST_PAGE


def test_the_first_page_ever_takes_no_more_requests(administrator: Administrator) -> None:
    assert len(administrator.first.structured_content["dialogs"]) == 25
    assert administrator.requests == ["batch"] * MOST_REQUESTS


def test_the_totals_are_the_same_however_long_the_page(crowded: Portal, administrator: Administrator) -> None:
    reply = administrator.inbox(limit=50)

    _compare(reply.structured_content, crowded.known)
    assert len(reply.structured_content["dialogs"]) == 50
    assert reply.structured_content["missing"] == []


def test_pages_follow_each_other_without_a_gap_to_the_very_end(crowded: Portal, administrator: Administrator) -> None:
    rows: list[dict[str, Any]] = []
    cursor, pages = None, 0
    while cursor or not pages:
        assert pages <= len(crowded.known), "the pages do not end"
        reply = administrator.inbox(cursor=cursor, limit=50)
        data, pages = _read_data(reply), pages + 1
        rows += _read_rows(data)
        cursor = data.get("next_cursor")
        assert data["total"] == len(crowded.known)
        assert f"More: cursor={cursor}" in text_of(reply) or cursor is None

    assert rows == [one.row for one in crowded.known]
    assert pages == -(-len(crowded.known) // 50)


@pytest.fixture
def without_statistics(crowded: Portal) -> Iterator[None]:
    crowded.served.control("switches", {"plan": {"reports": False}})
    yield
    crowded.served.control("switches", {"plan": {"reports": True}})


@pytest.fixture(scope="module")
def own_lists(crowded: Portal, administrator: Administrator) -> Iterator[dict[int, Assistant]]:
    """Clients of Anna, and of James, who has dialogs of most lines."""
    crowded.served.control("webhooks", {"token": "james-token", "user_id": 4, "scopes": ["imopenlines", "im"]})
    with assistant(webhook=crowded.webhook("/rest/4/james-token/")) as james:
        yield {1: administrator.client, 4: james}


def _select_own(portal: Portal, user: int, wanted: Filter, now: datetime) -> list[ExpectedDialog]:
    return [one for one in portal.known if one.seen_by(user) and wanted(one, now, user)]


@pytest.mark.usefixtures("without_statistics")
@pytest.mark.parametrize("user", [1, 4])
@each_filter
def test_without_statistics_ones_own_list_is_the_source(
    crowded: Portal, own_lists: dict[int, Assistant], user: int, arguments: dict[str, Any], wanted: Filter
) -> None:
    reply, sent = _ask_counted(crowded, own_lists[user], arguments, limit=25)
    data = _read_data(reply)

    _compare(data, _select_own(crowded, user, wanted, datetime.fromisoformat(data["now"])))
    assert data["source"] == "messenger"
    assert "dialogs of colleagues" in data["missing"][0]
    assert "TARIFF_RESTRICTION" in text_of(reply)
    assert len(sent) <= MOST_REQUESTS, sent
    assert len(text_of(reply).encode()) < LONGEST_PAGE


@each_filter
def test_each_filter_finds_something_in_one_of_these_lists(
    crowded: Portal, arguments: dict[str, Any], wanted: Filter
) -> None:
    assert any(_select_own(crowded, user, wanted, crowded.now) for user in (1, 4)), arguments


def test_an_operator_sees_what_is_theirs_and_what_the_queue_offers(crowded: Portal) -> None:
    with assistant(webhook=crowded.webhook(seed.OPERATOR_WEBHOOK_PATH)) as client:
        reply, sent = _ask_counted(crowded, client, {})

    _compare(reply.structured_content, [one for one in crowded.known if one.seen_by(3)])
    assert "ACCESS_DENIED" in text_of(reply)
    assert "queue, offered to you" in text_of(reply)
    assert len(sent) <= MOST_REQUESTS


def test_whoever_waits_hears_of_each_step(crowded: Portal, administrator: Administrator) -> None:  # noqa: ARG001
    heard: list[tuple[float, str | None]] = []

    async def story() -> None:
        async def listen(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
            heard.append((progress, message))

        await administrator.client.client.call_tool("inbox", {}, progress_callback=listen)

    administrator.client.run_async(story)

    assert [words for _, words in heard if words and " of 2: " in words] == [
        "1 of 2: looking for open dialogs",
        "2 of 2: reading 142 of 350 dialogs",
    ]
    assert [at for at, _ in heard] == sorted(at for at, _ in heard)


@pytest.fixture
def portal() -> Iterator[Portal]:
    with serve_sandbox() as served:
        yield Portal(served)


def _act(portal: Portal, method: str, path: str = seed.ADMIN_WEBHOOK_PATH, **params: Any) -> None:
    status, answer = portal.served.post(f"{path}{method}", params)
    assert status == 200, answer


def test_odd_ways_of_dialogs_are_understood(portal: Portal) -> None:
    """Back in the queue after an answer; a note in silent mode; a colleague who writes without taking; begun by us."""
    _act(portal, "imopenlines.operator.transfer", CHAT_ID=216, TRANSFER_ID="queue1")
    _act(portal, "im.message.add", seed.OPERATOR_WEBHOOK_PATH, DIALOG_ID="chat207", MESSAGE="Written to the client.")
    portal.served.control("client-message", {"chat_id": 207, "text": "And tomorrow?"})
    _act(portal, "imopenlines.session.mode.silent", CHAT_ID=207, ACTIVATE="Y")
    portal.served.control("operator-message", {"chat_id": 207, "user_id": 3, "text": "A note for colleagues."})
    portal.served.control("operator-message", {"chat_id": 202, "user_id": 4, "text": "Olga will be with you soon."})
    portal.served.control("client-message", {"chat_id": 202, "text": "When is soon?"})
    _act(portal, "imopenlines.session.start", CHAT_ID=209)
    portal.served.control("client-message", {"chat_id": 208, "text": "One more question, please."})
    portal.look()
    with assistant(webhook=portal.webhook(), OPENCHANNELS_ANSWER_CHARACTERS=LONGEST_ANSWER) as client:
        everything = client.read("inbox", limit=50)
        unassigned = client.read("inbox", unassigned=True)
        portal.served.control("switches", {"plan": {"reports": False}})
        own = client.read("inbox", limit=50)

    _compare(everything.structured_content, portal.known)
    _compare(unassigned.structured_content, [one for one in portal.known if not one.owner])
    _compare(own.structured_content, [one for one in portal.known if one.seen_by(1)])
    found = {one.chat_id: one.state for one in portal.known}
    assert (found[216], found[207], found[202], found[208]) == ("new", "again", "new", "again")
    assert 209 not in found
