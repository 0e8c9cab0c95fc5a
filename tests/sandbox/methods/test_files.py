"""Files of dialogs and of the disk: addresses, rights, and how they are sent."""

from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, NO_RIGHTS_WEBHOOK_PATH, OPERATOR_WEBHOOK_PATH
from tests.sandbox.client import SandboxClient

FIND, DISK, UPLOAD, COMMIT = "im.v2.File.download", "disk.file.get", "im.v2.File.upload", "im.disk.file.commit"
SEEDED = {"dialogId": "chat219", "fileId": 5001}


def use_disk(portal: SandboxClient, user: int, *scopes: str) -> str:
    key = {"token": f"disk-{user}", "user_id": user, "scopes": ["imopenlines", "im", "disk", *scopes]}
    path: str = portal.control("webhooks", key)["path"]
    return path


def fetch(portal: SandboxClient, address: str) -> Any:
    parts = urlsplit(address)
    return portal.send("GET", f"{parts.path}?{parts.query}")


def test_an_address_holds_the_webhook_and_is_good_for_once(portal: SandboxClient) -> None:
    address = portal.call(FIND, SEEDED)["downloadUrl"]

    assert address.startswith(f"http://portal{ADMIN_WEBHOOK_PATH}download/?token=disk%7C")
    first, second = fetch(portal, address), fetch(portal, address)
    assert first.content.startswith(b"\x89PNG")
    assert len(first.content) == portal.company.files[5001].size
    assert first.headers["content-type"] == "image/png"
    assert "checkout-error.png" in first.headers["content-disposition"]
    assert (second.status_code, second.json()["error"]) == (403, "ACCESS_DENIED")


def test_a_token_is_no_use_without_the_webhook(portal: SandboxClient) -> None:
    address = portal.call(FIND, SEEDED)["downloadUrl"]
    stranger = address.replace(ADMIN_WEBHOOK_PATH.split("/")[3], "wrong")
    assert fetch(portal, stranger).status_code == 401


@pytest.mark.parametrize(
    ("params", "path", "refused"),
    [
        ({"dialogId": "chat219", "fileId": 5999}, ADMIN_WEBHOOK_PATH, (400, "FILE_NOT_FOUND")),
        ({"dialogId": "chat201", "fileId": 5001}, ADMIN_WEBHOOK_PATH, (400, "FILE_NOT_FOUND")),
        ({"dialogId": "chat999", "fileId": 5001}, ADMIN_WEBHOOK_PATH, (400, "CHAT_NOT_FOUND")),
        (SEEDED, NO_RIGHTS_WEBHOOK_PATH, (403, "ACCESS_DENIED")),
    ],
)
def test_whom_a_file_is_kept_from(
    portal: SandboxClient, params: dict[str, Any], path: str, refused: tuple[int, str]
) -> None:
    assert portal.expect_refusal(FIND, params, path=path) == refused


def test_the_disk_wants_its_scope_and_the_right_to_read(portal: SandboxClient) -> None:
    assert portal.expect_refusal(DISK, {"id": 5001})[1] == "insufficient_scope"
    anna, tom = use_disk(portal, 1), use_disk(portal, 8)
    found = portal.call(DISK, {"id": 5001}, path=anna)
    assert (found["NAME"], found["SIZE"]) == ("checkout-error.png", str(portal.company.files[5001].size))
    assert fetch(portal, found["DOWNLOAD_URL"]).status_code == 200
    assert portal.expect_refusal(DISK, {"id": 5001}, path=tom) == (403, "ACCESS_DENIED")
    assert portal.expect_refusal(DISK, {"id": 5999}, path=anna) == (400, "ERROR_NOT_FOUND")
    assert portal.expect_refusal(DISK, {}, path=anna) == (400, "ERROR_ARGUMENT")


def test_whoever_has_read_a_history_may_read_its_files(portal: SandboxClient) -> None:
    portal.company.employees[8].role = portal.company.employees[1].role
    portal.company.lines[1].queue.clear()
    tom = use_disk(portal, 8)
    portal.call("imopenlines.session.history.get", {"CHAT_ID": 219}, path=tom)
    assert portal.call(DISK, {"id": 5001}, path=tom)["NAME"] == "checkout-error.png"


def make_upload(name: str = "bill.pdf", content: bytes = b"%PDF-", **more: str) -> dict[str, Any]:
    fields = {"name": name, "content": b64encode(content).decode(), **more}
    return {"dialogId": "chat208", "fields": fields}


def test_an_upload_is_a_message_with_the_file(portal: SandboxClient) -> None:
    sent = portal.call(UPLOAD, make_upload(message="Here it is"), path=OPERATOR_WEBHOOK_PATH)

    message = portal.company.messages[sent["messageId"]]
    assert (message.text, message.to_client, message.file_ids) == ("Here it is", True, [sent["file"]["id"]])
    assert (sent["file"]["name"], sent["file"]["size"], sent["dialogId"]) == ("bill.pdf", 5, "chat208")
    address = portal.call(FIND, {"dialogId": "chat208", "fileId": sent["file"]["id"]})["downloadUrl"]
    assert fetch(portal, address).content == b"%PDF-"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"dialogId": "chat208", "fields": {"name": "x"}}, "FILE_EMPTY"),
        ({"dialogId": "chat208", "fields": {"name": "x", "content": "%%"}}, "FILE_INVALID_CONTENT"),
        ({**make_upload(), "dialogId": "chat999"}, "CHAT_NOT_FOUND"),
        ({**make_upload(), "dialogId": "chat203"}, "FILE_SEND_FAILED"),
    ],
)
def test_uploads_that_are_refused(portal: SandboxClient, params: dict[str, Any], code: str) -> None:
    before = len(portal.company.messages)
    assert portal.expect_refusal(UPLOAD, params)[1] == code
    assert len(portal.company.messages) == before


def test_a_file_of_the_disk_is_sent_by_a_member(portal: SandboxClient) -> None:
    number = portal.control("disk-file", {"user_id": 3, "name": "prices.txt", "size": 50})["file_id"]
    olga = use_disk(portal, 3)

    sent = portal.call(COMMIT, {"CHAT_ID": 208, "FILE_ID": number, "MESSAGE": "Prices"}, path=olga)

    message = portal.company.messages[sent["MESSAGE_ID"]]
    assert (message.text, message.to_client) == ("Prices", True)
    assert portal.company.files[message.file_ids[0]].name == "prices.txt"
    for params, code in (
        ({"CHAT_ID": 203, "FILE_ID": number}, "ACCESS_ERROR"),
        ({"CHAT_ID": 208}, "FILES_ERROR"),
        ({"FILE_ID": number}, "CHAT_ID_EMPTY"),
        ({"CHAT_ID": 208, "FILE_ID": 5999}, "SAVE_ERROR"),
    ):
        assert portal.expect_refusal(COMMIT, params, path=olga)[1] == code
