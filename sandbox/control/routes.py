"""The control API: what tests and demos do to the portal that no REST call can do."""

import json
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control import events, faults, messenger
from sandbox.control.actions import Action, find_company
from sandbox.control.inspection import describe_company, describe_messages
from sandbox.control.switches import apply_patch, describe_switches
from sandbox.domain.new_clients import open_chat_for_new_client
from sandbox.domain.operator_messages import write_as_client, write_as_operator
from sandbox.domain.transfers import dismiss_employee
from sandbox.seed import bulk
from sandbox.seed.seed import create_seeded_company
from sandbox.state.company import Company
from sandbox.state.limits import PortalLimits
from sandbox.state.people import AccessKey
from sandbox.state.records import Chat, File
from sandbox.state.validation import BadInputError, is_loopback, read_required
from sandbox.wire.envelope import PortalResponse

Endpoint = Callable[[Request], Awaitable[Response]]
FILE_SIZE = 1024
LONGEST_ADVANCE = 10 * 366 * 86400
KINDS = ("webhook", "application", "session")


def make_control_routes() -> list[Route]:
    """The routes of the control API, without their common prefix `/_sandbox`.

    Each takes and answers a JSON object. What makes no sense is answered with 400 and `{"error": text}`, a client that
    is not on this machine with 403.
    """
    posts: dict[str, Action] = {
        "/client-message": _post_client_message,
        "/operator-message": _post_operator_message,
        "/disk-file": _add_disk_file,
        "/crowd": _add_dialogs,
        "/dismiss": _dismiss_employee,
        "/switches": _set_switches,
        "/advance": _advance_clock,
        "/reset": _reset_company,
        "/webhooks": _add_access_key,
        "/requests/clear": _clear_requests,
        **events.POSTS,
        **faults.POSTS,
        **messenger.POSTS,
    }
    gets: dict[str, Action] = {
        "/state": _show_state,
        "/messages": _show_messages,
        "/requests": _show_requests,
        **events.GETS,
        **faults.GETS,
        **messenger.GETS,
    }
    return [Route(path, _make_endpoint(act), methods=["POST"]) for path, act in posts.items()] + [
        Route(path, _make_endpoint(act), methods=["GET"]) for path, act in gets.items()
    ]


def _make_endpoint(act: Action) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if request.client is None or not is_loopback(request.client.host):
            return PortalResponse({"error": "the control API answers loopback clients only"}, 403)
        try:
            return PortalResponse(act(request, await _read_body(request)))
        except BadInputError as bad:
            return PortalResponse({"error": str(bad)}, 400)
        finally:
            origin = f"{request.url.scheme}://{request.url.netloc}"
            request.app.state.postman.post(find_company(request), origin)

    return endpoint


async def _read_body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        read = json.loads(raw) if raw else {}
    except ValueError:
        raise BadInputError("the body is not JSON") from None
    if not isinstance(read, dict):
        raise BadInputError("the body is not a JSON object")
    return read


def _show_state(request: Request, _body: dict[str, Any]) -> Any:
    return describe_company(find_company(request))


def _show_messages(request: Request, _body: dict[str, Any]) -> Any:
    return {"messages": describe_messages(find_company(request))}


def _add_dialogs(request: Request, body: dict[str, Any]) -> Any:
    company, wanted = find_company(request), bulk.read_dialog_counts(body)
    bulk.add_dialogs(company, wanted)
    return {"dialogs": wanted.dialogs, "waiting": wanted.waiting}


def _show_requests(request: Request, _body: dict[str, Any]) -> Any:
    return {"requests": [vars(record) for record in find_company(request).requests]}


def _clear_requests(request: Request, _body: dict[str, Any]) -> Any:
    find_company(request).requests.clear()
    return {"ok": True}


def _reset_company(request: Request, _body: dict[str, Any]) -> Any:
    timers = find_company(request).limits
    request.app.state.postman.forget()
    request.app.state.company = fresh = create_seeded_company()
    fresh.limits = PortalLimits(timers.pace, timers.wall)
    return {"ok": True}


def _advance_clock(request: Request, body: dict[str, Any]) -> Any:
    seconds = read_required(body, "seconds", (int, float))
    if not 0 <= seconds <= LONGEST_ADVANCE:
        raise BadInputError(f"seconds: from 0 to {LONGEST_ADVANCE}; the clock does not run backwards")
    company = find_company(request)
    company.clock.advance(seconds)
    return {"now": company.clock().isoformat()}


def _set_switches(request: Request, body: dict[str, Any]) -> Any:
    switches = find_company(request).switches
    apply_patch(switches, body)
    return describe_switches(switches)


def _add_access_key(request: Request, body: dict[str, Any]) -> Any:
    kind = body.get("kind", "webhook")
    if kind not in KINDS:
        raise BadInputError(f"kind: one of {', '.join(KINDS)}")
    scopes = body.get("scopes", ["imopenlines"])
    if not isinstance(scopes, list):
        raise BadInputError("scopes: a list of names")
    key = AccessKey(
        token=read_required(body, "token", (str,)),
        user_id=read_required(body, "user_id", (int,)),
        scopes=tuple(map(str, scopes)),
        kind=kind,
        client_id=str(body.get("client_id", "")),
        active=bool(body.get("active", True)),
    )
    find_company(request).access_keys.append(key)
    return {"path": f"/rest/{key.user_id}/{key.token}/"}


def _find_chat(company: Company, body: dict[str, Any]) -> Chat:
    if "user_code" in body:
        found = company.find_chat_by_code(read_required(body, "user_code", (str,)))
    else:
        found = company.chats.get(read_required(body, "chat_id", (int,)))
    if found is None or found.entity_type != "LINES":
        raise BadInputError("no such open-line chat")
    return found


def _post_client_message(request: Request, body: dict[str, Any]) -> Any:
    company = find_company(request)
    text, files = read_required(body, "text", (str,)), _read_files(body)
    chat = open_chat_for_new_client(company, body) if "line_id" in body else _find_chat(company, body)
    company.clock.advance(1)
    message = write_as_client(company, chat, text, [_add_file(company, chat, *file) for file in files])
    return {
        "chat_id": chat.id,
        "user_code": chat.user_code,
        "message_id": message.id,
        "session_id": message.session_id or chat.session_id,
    }


def _read_files(body: dict[str, Any]) -> list[tuple[str, int, bytes | None]]:
    """Name and size of each file, and its bytes where they are given in Base64."""
    files = body.get("files", [])
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
        raise BadInputError("files: a list of {name, size, content}")
    return [(read_required(file, "name", (str,)), *_read_content(file)) for file in files]


def _read_content(file: dict[str, Any]) -> tuple[int, bytes | None]:
    if "content" not in file:
        return read_required({"size": FILE_SIZE} | file, "size", (int,)), None
    try:
        content = b64decode(read_required(file, "content", (str,)), validate=True)
    except ValueError:
        raise BadInputError("content: Base64") from None
    return len(content), content


def _add_file(company: Company, chat: Chat, name: str, size: int, content: bytes | None) -> int:
    number = company.issue_id("file")
    company.files[number] = File(number, chat.id, chat.client_id, company.clock(), name, size, content)
    return number


def _add_disk_file(request: Request, body: dict[str, Any]) -> Any:
    """Put a file on an employee's disk."""
    company, user_id = find_company(request), _read_employee(find_company(request), body)
    number, name = company.issue_id("file"), read_required(body, "name", (str,))
    company.files[number] = File(number, 0, user_id, company.clock(), name, *_read_content(body))
    return {"file_id": number}


def _post_operator_message(request: Request, body: dict[str, Any]) -> Any:
    company = find_company(request)
    text, user_id = read_required(body, "text", (str,)), _read_employee(company, body)
    chat = _find_chat(company, body)
    company.clock.advance(1)
    with company.happenings.caused_by(user_id):
        message = write_as_operator(company, chat, user_id, text)
    return {"chat_id": message.chat_id, "message_id": message.id, "session_id": message.session_id}


def _dismiss_employee(request: Request, body: dict[str, Any]) -> Any:
    company = find_company(request)
    dismiss_employee(company, _read_employee(company, body))
    return {"ok": True}


def _read_employee(company: Company, body: dict[str, Any]) -> int:
    user_id: int = read_required(body, "user_id", (int,))
    if company.find_employee(user_id) is None:
        raise BadInputError("user_id: no such employee")
    return user_id
