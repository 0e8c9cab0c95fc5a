"""What clients send as messages of JSON-RPC: put right where it can mean one thing, else told what is wrong with it."""

import json
from collections.abc import Iterator
from typing import Any

from mcp.shared.inbound import MCP_METHOD_HEADER
from mcp.types import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError
from pydantic_core import from_json

from server.protocol.habits import read_object
from server.protocol.json_reading import RepeatedKeyError, read_json
from server.protocol.params import repair_params

BOM = b"\xef\xbb\xbf"
WITH_ARGUMENTS = frozenset({"tools/call", "prompts/get"})


class MessageError(Exception):
    """A message that cannot be handled; `request_id` is None where it has none that can be repeated."""

    def __init__(self, code: int, text: str, request_id: int | str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.request_id = request_id

    def make_answer(self) -> JSONRPCError:
        """The error that answers it."""
        return JSONRPCError(jsonrpc="2.0", id=self.request_id, error=ErrorData(code=self.code, message=str(self)))


def read_line(line: bytes) -> Iterator[bytes | MessageError]:
    """The messages of one line, as the SDK reads them; an error for each that is none.

    A blank line has none, and in a batch, which MCP no longer has, none can be handled.
    """
    line = line.removeprefix(BOM)
    if not line.strip():
        return
    try:
        content = _parse(line)
        for item in content if isinstance(content, list) else []:
            yield MessageError(INVALID_REQUEST, "Batches are not supported: send each message alone", _read_id(item))
        if not isinstance(content, list) or not content:
            yield _write_message(content, line)
    except MessageError as error:
        yield error


def read_body(body: bytes, method: str | None = None) -> bytes:
    """The one message that a body is, as the SDK reads it; `method` is what its header says that it asks for, if any.

    Raises:
        MessageError: It is no JSON, no single message, or asks for something else.
    """
    body = body.removeprefix(BOM)
    content = _parse(body)
    if method is not None and (not isinstance(content, dict) or content.get("method") != method):
        text = f"{MCP_METHOD_HEADER} header does not match the request body's method"
        raise MessageError(HEADER_MISMATCH, text, _read_id(content))
    return _write_message(content, body)


def _write_message(content: Any, line: bytes) -> bytes:
    message = read_message(content)
    if message is content:
        return line
    line = json.dumps(message).encode()
    _parse(line)  # what was text before may hold what no line may
    return line


def read_message(content: Any) -> Any:
    """A message out of JSON, the very same one if there is nothing to put right.

    Empty `params` and `arguments` in any form are none, as objects they may be text, and an id may be a whole float;
    what else of params is put right, `repair_params` says.

    Raises:
        MessageError: It is no message.
    """
    if isinstance(content, dict) and isinstance(content.get("method"), str):
        content = _repair_request(content)
    try:
        jsonrpc_message_adapter.validate_python(content, by_name=False)
    except ValidationError:
        raise MessageError(INVALID_REQUEST, _describe_fault(content), _read_id(content)) from None
    return content


def _repair_request(content: dict[str, Any]) -> dict[str, Any]:
    meant = dict(content)
    if "id" in content:
        meant["id"] = _read_id(content)
        if meant["id"] is None:
            raise MessageError(INVALID_REQUEST, "Invalid request: id has to be a text or a whole number")
    if "params" in content:
        meant["params"] = params = _read_empty(content["params"])
        if isinstance(params, dict) and content["method"] in WITH_ARGUMENTS and "arguments" in params:
            params = {**params, "arguments": _read_arguments(content["method"], params["arguments"])}
        if isinstance(params, dict):
            meant["params"] = repair_params(content["method"], params)
    return content if meant == content and type(meant.get("id")) is type(content.get("id")) else meant


def _read_arguments(method: str, arguments: Any) -> Any:
    arguments = _read_empty(arguments)
    return _write_texts(arguments) if method == "prompts/get" and isinstance(arguments, dict) else arguments


def _read_empty(value: Any) -> Any:
    """An object, also where it is empty in another form or written as text; what is none stays as it is."""
    found = {} if value is None or (isinstance(value, str) and not value.strip()) else read_object(value)
    return value if found is None else found


def _write_texts(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a prompt, which MCP has as texts: numbers become texts, what is null is not given."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in arguments.items()
        if value is not None
    }


def _describe_fault(content: Any) -> str:
    if not isinstance(content, dict) or "method" not in content:
        return "Invalid request: a message is one object of JSON-RPC 2.0"
    if content.get("jsonrpc") != "2.0":
        return 'Invalid request: jsonrpc has to be "2.0"'
    return f"Invalid request: {'params has to be an object' if 'params' in content else 'method has to be a text'}"


def _read_id(content: Any) -> int | str | None:
    """The id of a request, if it is one that an answer can repeat; a client's answers have ids of ours."""
    value = content.get("id") if isinstance(content, dict) and "method" in content else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return None if isinstance(value, str) and _has_surrogates(value) else value


def _parse(line: bytes) -> Any:
    try:
        content = from_json(line)
    except ValueError:
        raise _make_parse_error(line) from None
    try:
        read_json(line)  # pydantic's reader takes the last value unsaid
    except RepeatedKeyError:
        text = "Invalid request: an object has the same key twice; each key may be there once"
        raise MessageError(INVALID_REQUEST, text, _read_id(content)) from None
    return content


def _make_parse_error(line: bytes) -> MessageError:
    """Why a line cannot be read, with the id of the request where another reader finds it."""
    try:
        content = json.loads(line.decode(errors="replace"))
    except (ValueError, RecursionError):
        return MessageError(PARSE_ERROR, "Parse error: this is not JSON in UTF-8, or nested too deeply")
    if _has_surrogates(json.dumps(content, ensure_ascii=False)):
        text = "A text holds half of a surrogate pair: send complete Unicode characters"
        return MessageError(INVALID_PARAMS, text, _read_id(content))
    text = "Parse error: this is not UTF-8, or nested too deeply"
    return MessageError(PARSE_ERROR, text, _read_id(content))


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
