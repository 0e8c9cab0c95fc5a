import pytest

from sandbox.seed.seed import NO_RIGHTS_WEBHOOK_PATH, OPERATOR_WEBHOOK_PATH, SUPERVISOR_WEBHOOK_PATH
from tests.sandbox.client import SandboxClient

GATED = (
    "imopenlines.operator.answer",
    "imopenlines.operator.skip",
    "imopenlines.operator.spam",
    "imopenlines.operator.finish",
    "imopenlines.operator.another.finish",
    "imopenlines.session.mode.silent",
    "imopenlines.session.mode.pin",
    "imopenlines.session.join",
    "imopenlines.session.start",
    "imopenlines.message.session.start",
    "imopenlines.crm.lead.create",
)
MASKED = ("imopenlines.operator.transfer", "imopenlines.session.intercept")


@pytest.mark.parametrize("method", GATED)
def test_the_gate_refuses_in_its_order(portal: SandboxClient, method: str) -> None:
    portal.switch(anonymous=True, modules={"pull": False})
    assert portal.expect_refusal(method, {"CHAT_ID": -1}) == (400, "IM_LOAD_ERROR")
    portal.switch(modules={"pull": True})
    assert portal.expect_refusal(method, {"CHAT_ID": -1}) == (400, "CHAT_ID")
    assert portal.expect_refusal(method, {"CHAT_ID": 999}) == (400, "USER_ID")
    portal.switch(anonymous=False)
    assert portal.expect_refusal(method, {"CHAT_ID": 999}) == (400, "CHAT_ID")
    assert portal.expect_refusal(method, {"CHAT_ID": 220}) == (400, "CHAT_TYPE")
    assert portal.expect_refusal(method, {"CHAT_ID": 220}, path=NO_RIGHTS_WEBHOOK_PATH) == (400, "CHAT_TYPE")
    assert portal.expect_refusal(method, {"CHAT_ID": 206}, path=NO_RIGHTS_WEBHOOK_PATH) == (400, "ACCESS_DENIED")


@pytest.mark.parametrize("method", MASKED)
def test_some_methods_mask_every_reason(portal: SandboxClient, method: str) -> None:
    for chat_id in (999, 220):
        assert portal.expect_refusal(method, {"CHAT_ID": chat_id, "USER_ID": 3}) == (400, "OPERATOR_WRONG")
    denied = portal.expect_refusal(method, {"CHAT_ID": 206, "USER_ID": 3}, path=NO_RIGHTS_WEBHOOK_PATH)
    assert denied == (400, "OPERATOR_WRONG")
    assert portal.expect_refusal(method, {"CHAT_ID": 0, "USER_ID": 3}) == (400, "CHAT_ID_EMPTY")


def test_an_operator_reaches_the_dialogs_of_their_lines_only(portal: SandboxClient) -> None:
    assert portal.call("imopenlines.dialog.get", {"CHAT_ID": 206}, path=OPERATOR_WEBHOOK_PATH)["role"] == "guest"
    assert portal.expect_refusal("imopenlines.session.join", {"CHAT_ID": 214}, path=OPERATOR_WEBHOOK_PATH) == (
        400,
        "ACCESS_DENIED",
    )


def test_an_invited_user_passes_without_being_a_member(portal: SandboxClient) -> None:
    portal.company.recents.add((8, 206))
    assert portal.call("imopenlines.session.join", {"CHAT_ID": 206}, path=NO_RIGHTS_WEBHOOK_PATH) is True
    assert 8 in portal.read_chat(206)["members"]


def test_reading_the_bound_crm_object_opens_the_chat(portal: SandboxClient) -> None:
    denied = portal.expect_refusal("imopenlines.session.join", {"CHAT_ID": 215}, path=OPERATOR_WEBHOOK_PATH)
    assert denied == (400, "ACCESS_DENIED")
    portal.company.chats[215].crm_main = ("LEAD", 501)
    assert portal.call("imopenlines.session.join", {"CHAT_ID": 215}, path=OPERATOR_WEBHOOK_PATH) is True


def test_after_a_move_to_another_line_the_original_line_decides(portal: SandboxClient) -> None:
    portal.call("imopenlines.operator.transfer", {"CHAT_ID": 206, "QUEUE_ID": 3}, path=SUPERVISOR_WEBHOOK_PATH)
    assert portal.call("imopenlines.session.join", {"CHAT_ID": 206}, path=OPERATOR_WEBHOOK_PATH) is True


def test_whoever_changed_a_line_last_reaches_it_with_any_permission_at_all(portal: SandboxClient) -> None:
    dialog = {"CHAT_ID": 214}
    portal.company.lines[3].modified_by = 3
    assert portal.call("imopenlines.session.join", dialog, path=OPERATOR_WEBHOOK_PATH) is True
    portal.company.lines[3].modified_by = 8
    assert portal.expect_refusal("imopenlines.session.join", dialog, path=NO_RIGHTS_WEBHOOK_PATH) == (
        400,
        "ACCESS_DENIED",
    )
