"""Channels by the names that people know."""

import pytest

from workflows.directory.channels import find_connectors, is_known_connector, name_channel


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("Telegram", {"telegrambot"}),
        (" telegram ", {"telegrambot"}),
        ("telegrambot", {"telegrambot"}),
        ("TelegramBot", {"telegrambot"}),
        ("Live chat", {"livechat"}),
        ("livechat", {"livechat"}),
        ("whatsapp", {"whatsappbyedna", "whatsappbytwilio"}),
        ("WhatsApp (edna)", {"whatsappbyedna"}),
        ("twilio", {"whatsappbytwilio"}),
        ("Facebook", {"facebook"}),
        ("facebook", {"facebook"}),
        ("comments", {"facebookcomments"}),
        ("instagram", {"fbinstagram"}),
        ("VK", {"vkgroup"}),
        ("sandbox_chat", {"sandbox_chat"}),
        ("olx", {"olx"}),
    ],
)
def test_a_name_or_a_code_stands_for_these_connectors(named: str, meant: set[str]) -> None:
    assert find_connectors(named) == meant


@pytest.mark.parametrize(("connector", "shown"), [("livechat", "Live chat"), ("sandbox_chat", "sandbox_chat")])
def test_a_connector_is_shown_by_its_name_if_it_has_one(connector: str, shown: str) -> None:
    assert name_channel(connector) == shown
    assert is_known_connector(connector) is (shown != connector)
