"""Sending a client a file: of this machine from the one folder, or of the portal's disk."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.assistant import Assistant, assistant, text_of, words_of
from tests.served import ServedSandbox, serve_sandbox

CHAT = 206
BILL = b"%PDF-1.4 bill"
SCOPES = ["imopenlines", "im", "disk"]


@pytest.fixture(scope="module")
def served() -> Iterator[ServedSandbox]:
    with serve_sandbox() as served:
        yield served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "bill.pdf").write_bytes(BILL)
    (folder / "sub").mkdir()
    (folder / "sub" / "список.txt").write_text("one\r\ntwo")
    return folder


def use_key(served: ServedSandbox, *scopes: str) -> str:
    key = {"token": "-".join(("key", *scopes)), "user_id": 1, "scopes": list(scopes)}
    return f"{served.address}{served.control('webhooks', key)['path']}"


@pytest.fixture
def anna(served: ServedSandbox, folder: Path) -> Iterator[Assistant]:
    served.control("reset")
    with assistant(webhook=use_key(served, *SCOPES), OPENCHANNELS_FILES_FOLDER=str(folder)) as client:
        yield client


def list_sent(served: ServedSandbox, chat: int = CHAT) -> list[tuple[str, list[str]]]:
    """Texts that Anna sent into a dialog, with the names of files."""
    messages = served.look("messages")["messages"]
    return [
        (one["text"], one["files"])
        for one in messages
        if one["chat_id"] == chat and one["author_id"] == 1 and one["created"] > "2026-03-16T10:00:00"
    ]


@pytest.mark.parametrize(
    ("file", "name"),
    [("bill.pdf", "bill.pdf"), ("sub/список.txt", "список.txt"), ("./sub/../bill.pdf", "bill.pdf")],
)
def test_a_file_of_the_folder_goes_with_the_message(
    served: ServedSandbox, anna: Assistant, folder: Path, file: str, name: str
) -> None:
    reply = anna.call("reply", dialog=str(CHAT), message="Here it is.", file=file)

    size = (folder / file).stat().st_size
    assert f"with the file {name} ({size} bytes) into chat {CHAT}" in words_of(reply)
    assert list_sent(served) == [("Here it is.", [name])]
    back = anna.read("file_get", dialog=str(CHAT))
    assert (back.structured_content or {})["size"] == size
    methods = [one["method"] for one in served.look("requests")["requests"]]
    assert methods.count("im.v2.File.upload") == 1
    assert "im.message.add" not in methods


def test_a_path_of_the_whole_machine_that_leads_into_the_folder_is_taken(
    served: ServedSandbox, anna: Assistant, folder: Path
) -> None:
    assert not anna.call("reply", dialog=str(CHAT), message="Here.", file=str(folder / "bill.pdf")).is_error
    assert list_sent(served) == [("Here.", ["bill.pdf"])]


def _link(folder: Path) -> str:
    outside = folder.parent / "secret.txt"
    outside.write_text("secret")
    (folder / "link.txt").unlink(missing_ok=True)
    (folder / "link.txt").symlink_to(outside)
    return "link.txt"


def _link_folder(folder: Path) -> str:
    (folder / "up").unlink(missing_ok=True)
    (folder / "up").symlink_to(folder.parent)
    (folder.parent / "secret.txt").write_text("secret")
    return "up/secret.txt"


def _pipe(folder: Path) -> str:
    if not (folder / "pipe").exists():
        os.mkfifo(folder / "pipe")
    return "pipe"


def _write(name: str, content: bytes) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        (folder / name).write_bytes(content)
        return name

    return write


REFUSED: list[tuple[str, Callable[[Path], str], str]] = [
    ("link out", _link, "only files in the folder"),
    ("folder that leads out", _link_folder, "only files in the folder"),
    ("up", lambda folder: f"../{folder.parent.name}", "there is no"),
    ("the folder above", lambda _: "..", "only files in the folder"),
    ("of the system", lambda _: "/etc/passwd", "only files in the folder"),
    ("device", lambda _: "/dev/zero", "only files in the folder"),
    ("pipe", _pipe, "no plain file"),
    ("folder", lambda _: "sub", "no plain file"),
    ("missing", lambda _: "none.pdf", "there is no"),
    ("odd", lambda _: "a\x00b", "there is no"),
    ("home", lambda _: "~/.ssh/id_rsa", "there is no"),
    ("empty", _write("empty.txt", b""), "it is empty"),
    ("large", _write("large.bin", bytes(20_000_001)), "more than 20 MB"),
    ("changed", lambda _: f"bill.pdf#sha256={'0' * 64}", "has changed"),
]


@pytest.mark.parametrize(("make", "why"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_may_not_be_sent_is_refused_before_anything_is_changed(
    served: ServedSandbox, anna: Assistant, folder: Path, make: Callable[[Path], str], why: str
) -> None:
    for dry_run in (False, True):
        reply = anna.call("reply", dialog="203", message="Here.", file=make(folder), dry_run=dry_run)
        assert reply.is_error
        assert why in words_of(reply)
    assert list_sent(served, 203) == []
    chat = next(one for one in served.look("state")["chats"] if one["id"] == 203)
    assert chat["owner"] == 0


def test_without_a_folder_no_file_of_the_machine_is_sent(served: ServedSandbox, folder: Path) -> None:
    served.control("reset")
    with assistant(webhook=use_key(served, *SCOPES)) as client:
        reply = client.call("reply", dialog=str(CHAT), message="Here.", file=str(folder / "bill.pdf"))
    assert reply.is_error
    assert "OPENCHANNELS_FILES_FOLDER" in text_of(reply)
    assert list_sent(served) == []


def put_on_disk(served: ServedSandbox, user: int = 1) -> int:
    number: int = served.control("disk-file", {"user_id": user, "name": "prices.txt", "size": 4200})["file_id"]
    return number


def test_a_file_of_the_disk_goes_with_the_message(served: ServedSandbox, anna: Assistant) -> None:
    number = put_on_disk(served)
    reply = anna.call("reply", dialog="203", message="Our prices.", file=f"disk {number}")

    assert "with the file prices.txt (4 kB) into chat 203" in words_of(reply)
    assert list_sent(served, 203) == [("Our prices.", ["prices.txt"])]


def test_files_of_the_disk_that_may_not_be_read_are_not_sent(served: ServedSandbox, anna: Assistant) -> None:
    for number in (put_on_disk(served, user=3), 99_999):
        reply = anna.call("reply", dialog="203", message="Our prices.", file=f"disk {number}")
        assert reply.is_error
        assert f"no file {number}, or you may not read it" in text_of(reply)
    assert list_sent(served, 203) == []


@pytest.mark.parametrize(
    ("scopes", "file", "missing"), [(("im",), "disk 1", "(disk)"), (("disk",), "bill.pdf", "(im)")], ids=["disk", "im"]
)
def test_a_missing_scope_is_named(
    served: ServedSandbox, folder: Path, scopes: tuple[str, ...], file: str, missing: str
) -> None:
    served.control("reset")
    with assistant(webhook=use_key(served, "imopenlines", *scopes), OPENCHANNELS_FILES_FOLDER=str(folder)) as client:
        reply = client.call("reply", dialog=str(CHAT), message="Here.", file=file)
    assert reply.is_error
    assert missing in text_of(reply)
    assert "Nothing was sent" in text_of(reply)
    assert list_sent(served) == []


def test_a_draft_names_the_file_and_sends_nothing(served: ServedSandbox, anna: Assistant) -> None:
    for file, shown in (("bill.pdf", "bill.pdf (13 bytes)"), (f"disk {put_on_disk(served)}", "prices.txt (4 kB)")):
        reply = anna.call("reply", dialog=str(CHAT), message="Here.", file=file, dry_run=True)
        assert not reply.is_error
        assert f"With the file {shown}." in words_of(reply)
    assert list_sent(served) == []


def test_an_upload_whose_message_was_not_sent_says_so(served: ServedSandbox, anna: Assistant) -> None:
    served.control("switches", {"message_storage_fails": True})
    reply = anna.call("reply", dialog=str(CHAT), message="Here.", file="bill.pdf")
    served.control("switches", {"message_storage_fails": False})
    assert reply.is_error
    assert "The portal has stored the file, but no message with it was sent" in text_of(reply)


@pytest.mark.parametrize("executed", [True, False])
def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(
    served: ServedSandbox, anna: Assistant, *, executed: bool
) -> None:
    rule = {"kind": "html", "methods": ["im.v2.File.upload"], "count": 1, "executed": executed}
    rule = {**rule, "kind": "drop_after"} if executed else rule
    served.control("faults", {"rules": [rule], "seed": 1})
    reply = anna.call("reply", dialog=str(CHAT), message="Here.", file="bill.pdf")
    assert reply.is_error is not executed
    assert len(list_sent(served)) == executed
    assert executed or "It is not known whether the message was sent" in text_of(reply)


def test_only_the_file_that_was_agreed_to_is_sent(served: ServedSandbox, folder: Path, tmp_path: Path) -> None:
    served.control("reset")
    offer = folder / "offer.txt"
    offer.write_text("10 %")
    environment = {
        "OPENCHANNELS_FILES_FOLDER": str(folder),
        "OPENCHANNELS_CONFIRM": "customer",
        "OPENCHANNELS_STATE_FOLDER": str(tmp_path),
    }
    with assistant(webhook=use_key(served, *SCOPES), **environment) as client:
        asked = client.call("reply", dialog=str(CHAT), message="Our offer.", file="offer.txt")
        assert "approval" in text_of(asked).lower()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"offer.txt#sha256=" in kept
    assert list_sent(served) == []


def test_whoever_may_write_no_messages_sends_no_files(served: ServedSandbox, folder: Path) -> None:
    served.control("reset")
    options = ("--deny", "im_message_add")
    with assistant(*options, webhook=use_key(served, *SCOPES), OPENCHANNELS_FILES_FOLDER=str(folder)) as client:
        reply = client.call("reply", dialog=str(CHAT), message="Here.", file="bill.pdf")
    assert reply.is_error
    assert "im_message_add is denied here" in text_of(reply)
    assert list_sent(served) == []


def test_a_draft_in_words_of_a_program_names_the_file(anna: Assistant) -> None:
    data: Any = anna.program.call("reply", dialog=str(CHAT), message="Here.", file="bill.pdf", dry_run=True)
    assert data.structured_content["file"] == "bill.pdf (13 bytes)"
