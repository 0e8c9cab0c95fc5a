"""What is sent to standard input byte by byte: every line that asks something is answered, and the session goes on."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from tests import spawning
from tests.assistant import PLAIN_ENVIRONMENT

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": "first",
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
}
OPENING = json.dumps(INITIALIZE).encode()
PING = b'{"jsonrpc":"2.0","id":"after","method":"ping"}'
PARSE, REQUEST, PARAMS, METHOD = -32700, -32600, -32602, -32601


class RawClient:
    """Bytes to a server's standard input, and the messages that come back."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._received: Queue[bytes] = Queue()
        self.reader = Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._received.put(line)

    def send(self, line: bytes, end: bytes = b"\n") -> None:
        """Send one line."""
        assert self._process.stdin
        self._process.stdin.write(line + end)
        self._process.stdin.flush()

    def receive(self) -> Any:
        """The next message; `queue.Empty` if there is none in time."""
        return json.loads(self._received.get(timeout=20))

    def ask(self, line: bytes, answers: int = 1, end: bytes = b"\n") -> list[Any]:
        """So many answers to a line, after which a further request has the next."""
        self.send(line, end)
        found = [self.receive() for _ in range(answers)]
        self.send(PING)
        assert self.receive() == {"jsonrpc": "2.0", "id": "after", "result": {}}
        return found


@contextmanager
def start_program() -> Iterator[RawClient]:
    process = subprocess.Popen(
        spawning.command("--sandbox"),
        cwd=spawning.ROOT,
        env=PLAIN_ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    client = RawClient(process)
    try:
        yield client
        assert process.stdin
        process.stdin.close()
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait(timeout=20)
        client.reader.join(timeout=20)


@contextmanager
def raw_client(opening: bytes = OPENING, end: bytes = b"\n") -> Iterator[RawClient]:
    with start_program() as client:
        client.send(opening, end)
        assert client.receive()["result"]["serverInfo"]["name"] == "openchannels"
        client.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}', end)
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[RawClient]:
    with raw_client() as client:
        yield client


def request(method: str, **more: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, **more}).encode()


EMPTY: list[Any] = [[], None, {}, "{}"]
TOKENS: list[Any] = [None, 1.0, 1.5, {}, [], True, ""]
ANSWERED: list[tuple[str, bytes]] = [
    ("params that are an empty list", request("tools/list", params=[])),
    ("params that are null", request("tools/list", params=None)),
    ("params that are an empty text", request("tools/list", params="")),
    ("params as text", request("tools/call", params='{"name":"revision_get"}')),
    ("arguments that are an empty list", request("tools/call", params={"name": "revision_get", "arguments": []})),
    ("arguments that are null", request("tools/call", params={"name": "revision_get", "arguments": None})),
    ("arguments that are an empty text", request("tools/call", params={"name": "revision_get", "arguments": ""})),
    ("arguments as text", request("tools/call", params={"name": "dialog_get", "arguments": '{"chat_id": 206}'})),
    ("no arguments", request("tools/call", params={"name": "revision_get"})),
    ("a prompt's number", request("prompts/get", params={"name": "answer_customer", "arguments": {"chat_id": 201}})),
    ("a prompt without", request("prompts/get", params={"name": "triage_dialogs", "arguments": []})),
    # PHP writes an empty object as a list: https://github.com/modelcontextprotocol/php-sdk/issues/284
    *((f"_meta that is {value}", request("tools/list", params={"_meta": value})) for value in EMPTY),
    *(
        (f"a token of progress that is {value}", request("tools/list", params={"_meta": {"progressToken": value}}))
        for value in TOKENS
    ),
    *((f"a cursor that is {value!r}", request("resources/list", params={"cursor": value})) for value in ("", None, 0)),
    (
        "a completion whose context is a list",
        request(
            "completion/complete",
            params={
                "ref": {"type": "ref/prompt", "name": "answer_customer"},
                "argument": {"name": "tone", "value": ""},
                "context": [],
            },
        ),
    ),
    ("an id that is a whole float", b'{"jsonrpc":"2.0","id":7.0,"method":"tools/list"}'),
    ("a mark of byte order", b"\xef\xbb\xbf" + request("ping")),
    ("blanks around", b" \t" + request("ping") + b" \r"),
    (
        "a text of five megabytes",
        request("tools/call", params={"name": "docs_search", "arguments": {"query": "x"}, "y": "z" * 5_000_000}),
    ),
]


@pytest.mark.parametrize("line", [line for _, line in ANSWERED], ids=[name for name, _ in ANSWERED])
def test_what_can_mean_one_thing_is_done(client: RawClient, line: bytes) -> None:
    (answer,) = client.ask(line)
    assert answer["id"] == 7
    assert not answer["result"].get("isError")


REFUSED: list[tuple[str, bytes, int, Any]] = [
    ("no JSON", b"hello", PARSE, None),
    ("half of a message", b'{"jsonrpc":"2.0","id":7,"method":', PARSE, None),
    ("brackets without end", b"[" * 10_000, PARSE, None),
    ("nested in params", b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":' + b"[" * 10_000, PARSE, None),
    ("UTF-16", '{"jsonrpc":"2.0","id":7,"method":"ping"}'.encode("utf-16"), PARSE, None),
    ("a byte that is no UTF-8", request("ping", params={"a": "?"}).replace(b"?", b"\xff"), PARSE, 7),
    ("half a surrogate", request("ping", params={"a": "?"}).replace(b"?", b"\\ud83d"), PARAMS, 7),
    ("half a surrogate as id", b'{"jsonrpc":"2.0","id":"\\ud83d","method":"ping"}', PARAMS, None),
    (
        "half a surrogate in arguments as text",
        request("tools/call", params={"name": "docs_search", "arguments": '{"query": "\\ud83d"}'}),
        PARAMS,
        7,
    ),
    (
        "brackets in arguments as text",
        request("tools/call", params={"name": "docs_search", "arguments": f'{{"query": {"[" * 300}1{"]" * 300}}}'}),
        PARSE,
        7,
    ),
    ("a number of 5000 digits as id", b'{"jsonrpc":"2.0","id":1%s,"method":"ping"}' % (b"0" * 5000), PARSE, None),
    ("an endless number as id", b'{"jsonrpc":"2.0","id":1e999,"method":"ping"}', REQUEST, None),
    ("a text", b'"ping"', REQUEST, None),
    ("a number", b"7", REQUEST, None),
    ("nothing", b"null", REQUEST, None),
    ("an empty object", b"{}", REQUEST, None),
    ("an empty batch", b"[]", REQUEST, None),
    ("no version", b'{"id":7,"method":"ping"}', REQUEST, 7),
    ("another version", b'{"jsonrpc":"1.0","id":7,"method":"ping"}', REQUEST, 7),
    ("a number as version", b'{"jsonrpc":2.0,"id":7,"method":"ping"}', REQUEST, 7),
    ("an id of null", b'{"jsonrpc":"2.0","id":null,"method":"ping"}', REQUEST, None),
    ("a fraction as id", b'{"jsonrpc":"2.0","id":7.5,"method":"ping"}', REQUEST, None),
    ("a list as id", b'{"jsonrpc":"2.0","id":[7],"method":"ping"}', REQUEST, None),
    ("true as id", b'{"jsonrpc":"2.0","id":true,"method":"ping"}', REQUEST, None),
    ("a number as method", b'{"jsonrpc":"2.0","id":7,"method":5}', REQUEST, 7),
    ("no method", b'{"jsonrpc":"2.0","id":7}', REQUEST, None),
    ("a list as params", request("tools/list", params=[5]), REQUEST, 7),
    ("a number as params", request("tools/list", params=5), REQUEST, 7),
    ("an unknown method", request("tools/lits"), METHOD, 7),
    ("a call without a name", request("tools/call", params={"arguments": {}}), PARAMS, 7),
    ("a number as name", request("tools/call", params={"name": 5}), PARAMS, 7),
    ("a number as address", request("resources/read", params={"uri": 5}), PARAMS, 7),
    ("a list as _meta", request("tools/list", params={"_meta": [5]}), PARAMS, 7),
    ("an introduction without a revision", request("initialize", params={"capabilities": {}}), PARAMS, 7),
    ("a key given twice", b'{"jsonrpc":"2.0","id":7,"method":"nothing","method":"ping"}', REQUEST, 7),
    ("a key twice as text", request("tools/call", params={"name": "x", "arguments": '{"a":1,"a":2}'}), PARAMS, 7),
    ("a list as arguments", request("tools/call", params={"name": "revision_get", "arguments": [5]}), PARAMS, 7),
]


@pytest.mark.parametrize(("line", "code", "number"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_request_is_answered_with_an_error(client: RawClient, line: bytes, code: int, number: Any) -> None:
    (answer,) = client.ask(line)
    assert (answer["error"]["code"], answer["id"]) == (code, number)
    assert "pydantic" not in str(answer)


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("tools/call", {}, "name is required"),
        ("tools/call", None, "name is required"),
        ("tools/call", {"name": 5}, "name: should be a text"),
        ("tools/call", {"name": "revision_get", "arguments": [5]}, "arguments: should be an object"),
        ("tools/list", {"_meta": 5}, "_meta: should be an object"),
        ("resources/read", {"uri": None}, "uri: should be a text"),
        ("initialize", {"capabilities": {}}, "protocolVersion is required"),
    ],
)
def test_what_is_wrong_with_params_is_named(client: RawClient, method: str, params: Any, words: str) -> None:
    (answer,) = client.ask(request(method, params=params))
    assert answer["error"]["message"] == words


INTRODUCTIONS: list[dict[str, Any]] = [
    {"capabilities": []},
    {"capabilities": None},
    {"capabilities": {"roots": [], "sampling": True, "elicitation": None, "experimental": [], "tasks": False}},
    {"capabilities": {"roots": {"listChanged": None}, "experimental": {"a": True, "b": "c"}, "elicitation": []}},
    {"clientInfo": None},
    {"clientInfo": []},
    {"clientInfo": {"name": "raw"}},
    {"clientInfo": {"name": "raw", "version": 1, "title": None}},
    {"protocolVersion": "1.0"},
    {"protocolVersion": 20250618},
    {"_meta": []},
]


@pytest.mark.parametrize("odd", INTRODUCTIONS)
def test_a_client_that_introduces_itself_oddly_is_let_in(client: RawClient, odd: dict[str, Any]) -> None:
    params: Any = {**INITIALIZE["params"], **odd}  # type: ignore[dict-item]
    (answer,) = client.ask(request("initialize", params=params))
    assert answer["result"]["serverInfo"]["name"] == "openchannels"
    without = {name: item for name, item in params.items() if name not in odd or name == "protocolVersion"}
    (answer,) = client.ask(request("initialize", params=without))
    assert answer["result"]["serverInfo"]["name"] == "openchannels"


def test_what_is_asked_before_the_introduction_is_told_so() -> None:
    with start_program() as client:
        (answer,) = client.ask(request("tools/list"))
    assert answer["error"]["message"].endswith("send initialize first")


def test_each_request_of_a_batch_is_refused_by_its_id(client: RawClient) -> None:
    answers = client.ask(b"[%s, 5, %s]" % (request("ping"), request("tools/list").replace(b"7", b'"eight"')), answers=3)
    assert [(answer["error"]["code"], answer["id"]) for answer in answers] == [
        (REQUEST, 7),
        (REQUEST, None),
        (REQUEST, "eight"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\r",
        b"   ",
        b'{"jsonrpc":"2.0","method":"notifications/unheard_of","params":[]}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}',
        b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"nonsense":1}}',
        b'{"jsonrpc":"2.0","method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":99,"result":{}}',
    ],
)
def test_what_asks_nothing_is_not_answered(client: RawClient, line: bytes) -> None:
    client.ask(line, answers=0)


def test_a_session_of_windows_lines_that_begins_with_a_mark_of_byte_order_works() -> None:
    with raw_client(b"\xef\xbb\xbf" + OPENING, end=b"\r\n") as client:
        (answer,) = client.ask(request("tools/list", params=[]), end=b"\r\n")
        assert answer["result"]["tools"]


def test_garbage_before_the_first_request_is_answered_and_does_not_end_the_session() -> None:
    with start_program() as client:
        client.send(b"\xff\xfe\x00garbage")
        assert client.receive()["error"]["code"] == PARSE
        client.send(OPENING)
        assert client.receive()["result"]["serverInfo"]["name"] == "openchannels"


def test_an_emoji_in_two_halves_is_one_character(client: RawClient) -> None:
    line = request("tools/call", params={"name": "docs_search", "arguments": {"query": "\U0001f600"}})
    assert b"\\ud83d\\ude00" in line
    (answer,) = client.ask(line)
    assert not answer["result"]["isError"]
