"""A developer's tasks: pages that are true of the portal, advice for code, calls that are tried first."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.facts import without_clock
from tests.workflows.stories.offers import read_part
from tests.workflows.stories.story import State, Story, check_nothing, find_chat

STAFF_CHAT = 220


def search(calls: CountedCalls, query: str, *, kind: str) -> str:
    """The page of this kind that comes first among the answers to a question."""
    found = calls.tell("docs_search", query=query)
    return read_part(found, rf"\d+\. .* \({kind}\)\n +(openchannels://\S+)")


def _look_up_code(calls: CountedCalls) -> None:
    page = calls.tell("docs_read", uri="CHAT_TYPE")
    refused = calls.ask_portal("imopenlines.session.join", CHAT_ID=STAFF_CHAT)
    assert refused["error"] in page.splitlines()[0]
    assert f"HTTP status: {refused['status']}" in page
    assert "`imopenlines.session.join`" in page
    assert "not an Open Channels dialog" in page


def _look_up_names(calls: CountedCalls) -> None:
    assert calls.tell("docs_read", uri="hand_over").startswith("# hand_over")
    event = calls.tell("docs_read", uri="onopenlinemessageadd")
    assert event.startswith("# OnOpenLineMessageAdd")
    assert "Outgoing webhooks do not offer these events" in event
    method = calls.tell("docs_read", uri="imopenlines.session.join")
    for code in ("CHAT_TYPE", "ACCESS_DENIED"):
        assert f"`{code}`" in method


def _look_up_expired_token(calls: CountedCalls) -> None:
    page = calls.tell("docs_read", uri=search(calls, "expired_token: what does my code do?", kind="error"))
    own_code = page.partition("## In your own code")[2]
    assert "HTTP status: 401" in page
    assert re.search(r"Renew once.*repeat the call once", own_code)
    assert "openchannels-mcp" not in own_code.partition("##")[0]


def _read_of_events(calls: CountedCalls) -> None:
    uri = search(calls, "How do I subscribe to events and check who sent them?", kind="guide")
    guide = calls.tell("docs_read", uri=uri)
    assert "/rest/event.bind" in guide
    assert "application_token" in guide
    assert "**outgoing webhook does not offer these events**" in guide
    assert re.search(r"(never|not|no) .{0,40}(retr|second attempt|again)", guide)


def _avoid_losing_events(calls: CountedCalls) -> None:
    uri = search(calls, "event.offline.get", kind="guide")
    methods = calls.tell("docs_read", uri=uri, section="Methods")
    assert re.search(r"nothing given, or `clear` = 1 \| returned \*\*and deleted\*\*", methods)
    fetching = calls.tell("docs_read", uri=uri, section="Fetching without loss")
    order = [fetching.index(f"`{step}`") for step in ("event.offline.get", "event.offline.clear")]
    assert "`clear` = 0" in fetching
    assert order == sorted(order)


def _compare_results(calls: CountedCalls) -> None:
    page = calls.tell("docs_read", uri="im.recent.list", section="Result")
    rest, _, tool = page.partition("Tool `im_recent_list`")
    answer = calls.ask_portal("im.recent.list")["result"]
    assert "REST, `result` as it comes" in rest
    assert set(re.findall(r"\w+", read_part(rest, r"`(\{.*?\})`"))) <= set(_list_names(answer))
    assert "`dialogs`, each with kind (line, group, person), dialog_id, chat_id" in tool


def _list_names(answer: Any) -> Iterator[str]:
    """The names of all fields."""
    if isinstance(answer, dict):
        yield from answer
    for inner in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        yield from _list_names(inner)


def _try_before_calling(calls: CountedCalls) -> None:
    before = without_clock(calls.look("state"))
    draft = calls.tell("session_intercept", chat_id=204, dry_run=True)
    assert without_clock(calls.look("state")) == before
    assert "operator: James Carter (4) -> you (1)" in draft
    method, params = re.findall(r"As session_intercept sends it: (\S+) (\{.*\})", draft)[0]
    assert calls.ask_portal(method, **json.loads(params))["result"] is True


def _check_intercepted(state: State) -> None:
    assert find_chat(state, 204)["owner"] == 1


def _connect_channel(calls: CountedCalls) -> None:
    uri = search(calls, "Building a connector: register it, send a client's message", kind="guide")
    guide = calls.tell("docs_read", uri=uri)
    steps = re.findall(r"^\| \d+ .*?\[(imconnector_\w+)\]", guide, re.MULTILINE)
    example = json.loads(read_part(guide, r"(?s)## Client to operator.*?```json\n(.*?)```"))
    connector, line = example["CONNECTOR"], example["LINE"]
    given: dict[str, dict[str, Any]] = {
        "imconnector_register": {
            "id": connector,
            "name": "Acme chat",
            "icon": {"DATA_IMAGE": "data:image/svg+xml;base64,AAAA"},
            "placement_handler": "https://app.example/settings",
        },
        "imconnector_activate": {"connector": connector, "line": line, "active": True},
        "imconnector_connector_data_set": {"connector": connector, "line": line, "data": {"name": "Acme chat"}},
        "imconnector_status": {"connector": connector, "line": line},
        "imconnector_send_messages": {"connector": connector, "line": line, "messages": example["MESSAGES"]},
    }
    assert "It would be:" in calls.tell("imconnector_register", **given["imconnector_register"], dry_run=True)
    told = {step: calls.tell(step, **given[step]) for step in steps if step in given}
    assert list(told) == list(given)
    (message,) = example["MESSAGES"]
    chat = next(chat for chat in calls.look("state")["chats"] if chat["user_code"].startswith(f"{connector}|{line}|"))
    assert str(chat["id"]) in told["imconnector_send_messages"]
    assert message["message"]["text"] in calls.tell("dialog", dialog=chat["id"])


def _check_connected(state: State) -> None:
    (connector,) = [one for one in state["connectors"] if one["id"] == "acme_chat"]
    assert connector["lines"]["3"]["active"]


def _build_bot(calls: CountedCalls) -> None:
    uri = search(calls, "Chat bot of a line with imbot.v2, from register to hand-over", kind="guide")
    guide = calls.tell("docs_read", uri=uri)
    for part in ("imbot.v2.Bot.register", "fetch", "bot_session_operator", "bot_session_transfer"):
        assert part in guide
    off = calls.tell("docs_search", query="bot_session_operator", limit=1)
    assert "bot_session_operator is switched off here; to switch it on: --toolsets default," in off
    refused = calls.call_refused("bot_session_operator", chat_id=217)
    assert "toolset chatbots" in refused


def _find_limits_of_api(calls: CountedCalls) -> None:
    uri = search(calls, "bind an existing deal to a dialog", kind="guide")
    page = calls.tell("docs_read", uri=uri)
    assert re.search(r"bind an existing deal[^|]*\| no method", page)
    missing = calls.call_refused("docs_read", uri="crm.lead.add")
    assert "openchannels-mcp docs sync" in missing


STORIES = (
    Story("error code", "What does CHAT_TYPE mean?", _look_up_code, None, check_nothing),
    Story("pages by name", "Show me a tool, an event and a method.", _look_up_names, None, check_nothing),
    Story("advice for expired_token", "My code gets expired_token.", _look_up_expired_token, None, check_nothing),
    Story("events", "How do I get events, and from whom are they?", _read_of_events, None, check_nothing),
    Story("offline events", "I fetch events offline and lose some.", _avoid_losing_events, None, check_nothing),
    Story(
        "both results of a page",
        "Which fields does im.recent.list give over REST, and which the tool?",
        _compare_results,
        None,
        check_nothing,
    ),
    Story(
        "try before calling",
        "What would intercepting chat 204 do, and what is sent? I shall send just that.",
        _try_before_calling,
        None,
        _check_intercepted,
    ),
    Story(
        "connect a channel",
        "Connect my chat to a line.",
        _connect_channel,
        None,
        _check_connected,
    ),
    Story("chat bot", "How does a bot answer and hand over? Let me try.", _build_bot, None, check_nothing),
    Story(
        "what cannot be done",
        "Can I bind an existing deal to a dialog? Else show me crm.lead.add.",
        _find_limits_of_api,
        None,
        check_nothing,
    ),
)
