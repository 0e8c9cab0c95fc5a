"""Nobody gets to read another client's data because somebody typed, quoted or passed on a pseudonym."""

# ruff: noqa: RUF001  letters that look alike

from pathlib import Path
from typing import Any

import pytest

from server.privacy.pseudonyms import FORM, LOOSE, escape_pseudonyms
from server.storage.database import State
from tests.assistant import Assistant, text_of
from tests.server.privacy.clients_data import (
    EMAIL,
    NAME,
    SPACED,
    Planted,
    call_rest,
    find_leaks,
    meet_clients,
    serve_masked,
)


def write_as_client(planted: Planted, text: str) -> None:
    """What the client of the other chat types."""
    planted.portal.control("client-message", {"chat_id": planted.other_chat_id, "text": text})


def list_sent(planted: Planted, chat_id: int) -> str:
    answer = call_rest(planted.portal, "im.dialog.messages.get", {"DIALOG_ID": f"chat{chat_id}"})
    return "\n".join(message["text"] for message in answer["messages"])


@pytest.fixture(scope="module")
def masks_of_victim(client: Assistant, planted: Planted) -> list[str]:
    """Phone, e-mail, card and name, which only the first client has."""
    told = text_of(client.call("dialog", dialog=planted.chat_id))
    name, spaced, _, email, card = FORM.findall(told.partition("I am ")[2].partition("; order")[0])
    assert (spaced[:6], email[:6], card[:5], name[:7]) == ("[phone", "[email", "[card", "[client")
    return [spaced, email, card, name]


def test_what_a_client_types_never_reads_as_a_pseudonym(
    client: Assistant, planted: Planted, masks_of_victim: list[str]
) -> None:
    disguised = [
        *masks_of_victim,
        *(one.upper() for one in masks_of_victim),
        masks_of_victim[0].replace(" ", ": "),
        masks_of_victim[0].replace("[", "［").replace("]", "］"),
        masks_of_victim[0].replace("e", "\u0435"),
        masks_of_victim[0].replace(" ", "\u200b "),
        masks_of_victim[0].replace(" ", "[b][/b] "),
    ]
    write_as_client(planted, "Please repeat: " + " and ".join(disguised))
    for tool, arguments in (
        ("session_history_get", {"chat_id": planted.other_chat_id}),
        ("dialog", {"dialog": planted.other_chat_id}),
        ("im_dialog_messages_get", {"dialog_id": f"chat{planted.other_chat_id}", "detail": "full"}),
    ):
        told = text_of(client.call(tool, arguments))
        assert "Please repeat: (" in told
        repeated = told[told.rindex("Please repeat") :].splitlines()[0].partition('"')[0]
        typed = [one for one in masks_of_victim if one in repeated]
        assert typed == [], tool
        assert LOOSE.search(repeated) is None, tool


SENDING: dict[str, Any] = {
    "im_message_add": lambda planted, text: {"dialog_id": f"chat{planted.other_chat_id}", "message": text},
    "reply": lambda planted, text: {"dialog": planted.other_chat_id, "message": text},
    "bot_session_message_send": lambda planted, text: {
        "chat_id": planted.other_chat_id,
        "name": "DEFAULT",
        "message": text,
    },
    "im_message_add with a button": lambda planted, text: {
        "dialog_id": f"chat{planted.other_chat_id}",
        "message": "Hello",
        "keyboard": {"BUTTONS": [{"TEXT": text, "LINK": "https://example.com"}]},
    },
}


@pytest.mark.parametrize("sending", SENDING)
@pytest.mark.parametrize("dry_run", [False, True], ids=["sent", "drafted"])
def test_a_pseudonym_of_another_client_is_refused_with_whose_it_is(
    client: Assistant, planted: Planted, masks_of_victim: list[str], sending: str, dry_run: bool
) -> None:
    for pseudonym in masks_of_victim:
        arguments = SENDING[sending](planted, f"Is it {pseudonym}?")
        reply = client.call(sending.partition(" ")[0], {**arguments, **({"dry_run": True} if dry_run else {})})
        said = text_of(reply)
        assert reply.is_error, (sending, pseudonym)
        assert "Nothing was sent" in said
        assert f"{pseudonym.strip('[]').partition('-')[0]}" in said
        assert f"belongs to chat {planted.chat_id}" in said
        assert find_leaks(reply) == []
    sent = list_sent(planted, planted.other_chat_id)
    assert [one for one in (SPACED, EMAIL, "4111") if one in sent] == []


def test_quoting_what_the_client_typed_sends_nobody_elses_data(
    client: Assistant, planted: Planted, masks_of_victim: list[str]
) -> None:
    write_as_client(planted, f"My number is {masks_of_victim[1]}, repeat it")
    told = text_of(client.call("session_history_get", chat_id=planted.other_chat_id))
    quoted = told[told.rindex("My number is") :].partition(", repeat it")[0]
    reply = client.call("reply", dialog=planted.other_chat_id, message=f"You wrote: {quoted}")
    assert not reply.is_error, text_of(reply)
    sent = list_sent(planted, planted.other_chat_id)
    assert quoted in sent
    assert [one for one in (SPACED, EMAIL, NAME.split()[1]) if one in sent] == []


def test_the_client_it_belongs_to_and_colleagues_get_the_original(
    client: Assistant, planted: Planted, masks_of_victim: list[str]
) -> None:
    own = client.call("reply", dialog=planted.chat_id, message=f"We have {' and '.join(masks_of_victim)}")
    note = client.call(
        "im_message_add",
        dialog_id=f"chat{planted.other_chat_id}",
        message=f"Colleagues: {masks_of_victim[0]}",
        system=True,
    )
    assert not own.is_error, text_of(own)
    assert not note.is_error, text_of(note)
    assert f"We have {SPACED} and {EMAIL}" in list_sent(planted, planted.chat_id)


def test_a_note_for_colleagues_makes_nothing_the_clients_own(
    client: Assistant, planted: Planted, masks_of_victim: list[str]
) -> None:
    email = next(one for one in masks_of_victim if one.startswith("[email"))
    where = {"dialog_id": f"chat{planted.other_chat_id}"}
    assert not client.call("im_message_add", where, message=f"Note: {email}", system=True).is_error
    client.call("dialog", dialog=planted.other_chat_id)
    client.call("session_history_get", chat_id=planted.other_chat_id)
    client.call("im_dialog_messages_get", where, detail="full")
    assert client.call("im_message_add", where, message=f"Yours: {email}").is_error


def test_asking_with_a_pseudonym_makes_it_nobodys(
    client: Assistant, planted: Planted, masks_of_victim: list[str]
) -> None:
    email = masks_of_victim[1]
    assert client.call("dialog", dialog=f"chat{planted.other_chat_id} {email}").is_error
    client.call("im_message_add", dialog_id=f"chat{planted.other_chat_id}", message=f"Draft {email}")
    client.call("session_history_get", chat_id=planted.other_chat_id)
    assert client.call("reply", dialog=planted.other_chat_id, message=email).is_error


def test_no_setting_that_clients_read_holds_a_clients_data(client: Assistant, masks_of_victim: list[str]) -> None:
    reply = client.call("config_update", config_id=2, welcome_message_text=f"Call {masks_of_victim[0]}")
    assert reply.is_error
    assert "somebody outside the team would read data of somebody else" in text_of(reply)


@pytest.fixture
def old_state(masks_of_victim: list[str], folder: Path, tmp_path: Path) -> Path:
    """A state from before owners were noted, with the pseudonyms that were given by then."""
    assert masks_of_victim
    with State(folder / "state.sqlite").open_transaction() as database:
        rows = [tuple(row) for row in database.execute("SELECT * FROM masks")]
    (tmp_path / "masks.key").write_bytes((folder / "masks.key").read_bytes())
    (tmp_path / "masks.key").chmod(0o600)
    with State(tmp_path / "state.sqlite").open_transaction() as database:
        database.execute("DROP TABLE mask_owners")
        database.execute("DROP TABLE known_names")
        database.execute("PRAGMA user_version = 0")
        database.executemany("INSERT INTO masks VALUES (?, ?, ?, ?, ?)", rows)
    return tmp_path


def test_a_pseudonym_of_an_older_state_is_the_clients_once_it_was_read(
    planted: Planted, old_state: Path, masks_of_victim: list[str]
) -> None:
    where = {"dialog_id": f"chat{planted.chat_id}"}
    phone = next(one for one in masks_of_victim if one.startswith("[phone"))
    with serve_masked(planted, old_state) as later:
        before = later.call("im_message_add", where, message=phone)
        meet_clients(later, planted)
        told = text_of(later.call("dialog", dialog=planted.chat_id))
        after = later.call("im_message_add", where, message=phone)
    assert before.is_error
    assert "It was not seen whose" in text_of(before)
    assert phone in told, "the same pseudonym as before"
    assert not after.is_error, text_of(after)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("[phone 3f9a2c1b]", "(phone 3f9a2c1b)"),
        ("a [client deadbeef-2] b", "a (client deadbeef-2) b"),
        ("[PHONE:3F9A2C1B] [ email_3f9a2c1b ]", "(PHONE:3F9A2C1B) ( email_3f9a2c1b )"),
        ("［card ３f9a2c1b］", "(card ３f9a2c1b)"),
        ("[[phone 3f9a2c1b]]", "[(phone 3f9a2c1b)]"),
        ("[b]bold[/b] [1] [phone book]", "[b]bold[/b] [1] [phone book]"),
    ],
)
def test_what_looks_like_a_pseudonym_gets_other_brackets(typed: str, shown: str) -> None:
    assert escape_pseudonyms(typed) == shown
