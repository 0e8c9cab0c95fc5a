"""Guardrails of a team's server: each credential has its own approvals and its own memory of what it read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.approvals.store import ApprovalStore
from server.storage.database import State
from tests.assistant import stage_of
from tests.server.http.team_server import TeamServer, serve_team
from tests.waiting import wait_until
from tools.effect import Effect

READ, OTHER = 201, 203
MESSAGE = {"chat_id": OTHER, "name": "DEFAULT", "message": "Hello"}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[TeamServer]:
    options = {"taint": True, "toolsets": "all", "confirm": "destructive", "deny": "operator_skip"}
    with serve_team(tmp_path, "http", options, closed=True) as team:
        yield team


def call(team: TeamServer, token: str, tool: str, **arguments: Any) -> dict[str, Any]:
    result: dict[str, Any] = team.call(tool, arguments, token).json()["result"]
    return result


def read_text(team: TeamServer, token: str, tool: str, **arguments: Any) -> str:
    return str(call(team, token, tool, **arguments)["content"][0]["text"])


def read_stage(team: TeamServer, token: str, approval_id: str) -> str:
    return stage_of(read_text(team, token, "approval_status", approval_id=approval_id))


def wait_until_executed(team: TeamServer, token: str, approval_id: str) -> None:
    wait_until(lambda: read_stage(team, token, approval_id) == "executed")


def list_pending(folder: Path) -> list[str]:
    return [
        one.id for one in ApprovalStore(State(folder / "state" / "state.sqlite")).list_all() if one.stage == "pending"
    ]


def test_what_one_token_has_read_is_remembered_for_all_its_sessions_and_for_no_other(team: TeamServer) -> None:
    reader, writer = team.token("reader"), team.token("writer")
    call(team, reader, "operator_answer", chat_id=OTHER)
    call(team, reader, "session_history_get", chat_id=READ)
    assert "a person has to approve" in read_text(team, reader, "bot_session_message_send", **MESSAGE)
    with team.client("legacy", reader) as session:
        assert session.call("bot_session_message_send", MESSAGE).is_error
    assert not call(team, writer, "bot_session_message_send", **MESSAGE)["isError"]


def test_an_approval_belongs_to_the_credential_that_asked(team: TeamServer, tmp_path: Path) -> None:
    anna, ben = team.token("anna"), team.token("ben")
    call(team, anna, "operator_spam", chat_id=OTHER)
    (approval,) = list_pending(tmp_path)
    assert read_stage(team, anna, approval) == "pending"
    assert call(team, ben, "approval_status", approval_id=approval)["isError"]
    team.file.revoke("anna")
    assert call(team, team.token("anna"), "approval_status", approval_id=approval)["isError"]


def test_a_token_called_as_the_server_at_a_desk_has_nothing_of_its_approvals(team: TeamServer, tmp_path: Path) -> None:
    state = ApprovalStore(State(tmp_path / "state" / "state.sqlite"))
    token = team.token("stdio")
    call(team, token, "operator_spam", chat_id=OTHER)
    (mine,) = state.list_all()
    other = state.ask(mine.portal, "stdio", "operator_spam", {"chat_id": READ}, summary="", seconds=60)
    assert call(team, token, "approval_status", approval_id=other.id)["isError"]


def test_a_call_that_was_approved_is_made_for_its_token(team: TeamServer, tmp_path: Path) -> None:
    token = team.token("anna", toolsets=["operators"])
    call(team, token, "operator_spam", chat_id=OTHER)
    (approval,) = list_pending(tmp_path)
    ApprovalStore(State(tmp_path / "state" / "state.sqlite")).settle(approval, approve=True, by="tests")
    wait_until_executed(team, token, approval)


@pytest.mark.parametrize("bounds", [{"toolsets": ["dialogs"]}, {"effects": "read"}, {"effects": "read,takeover"}])
def test_a_token_is_held_to_its_own_bounds_and_to_the_settings(team: TeamServer, bounds: dict[str, Any]) -> None:
    token = team.token("narrow", **bounds)
    assert "Nothing was sent" in read_text(team, token, "operator_spam", chat_id=OTHER)
    assert "operator_skip is denied" in read_text(team, team.token("wide"), "operator_skip", chat_id=OTHER)
    answer = team.call("operator_spam", {"chat_id": OTHER, "toolsets": "all", "confirm": "none"}, token)
    assert answer.json()["result"]["isError"]


@pytest.mark.parametrize("bounds", [None, {"effects": "read"}], ids=["revoked", "narrowed"])
def test_what_is_approved_for_a_token_that_is_no_longer_as_it_was_is_not_made(
    team: TeamServer, tmp_path: Path, bounds: dict[str, Any] | None
) -> None:
    token, other = team.token("anna"), team.token("ben")
    call(team, token, "operator_spam", chat_id=OTHER)
    (approval,) = list_pending(tmp_path)
    call(team, other, "operator_spam", chat_id=READ)
    (others,) = set(list_pending(tmp_path)) - {approval}
    (kept,) = [one for one in team.file.load() if one.name == "anna"]
    team.file.revoke("anna")
    if bounds:
        team.file.add(kept.model_copy(update={"effects": Effect.READ}))
    approvals = ApprovalStore(State(tmp_path / "state" / "state.sqlite"))
    for one in (approval, others):
        approvals.settle(one, approve=True, by="tests")
    wait_until_executed(team, other, others)
    asked = approvals.get(approval)
    assert asked
    assert asked.stage == "approved"
