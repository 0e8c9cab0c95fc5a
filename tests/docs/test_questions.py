"""The ways in which people ask for each page, held against the pages there are."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tools.events import events
from tools.registry import methods

QUESTIONS = Path(__file__).resolve().parents[2] / "docs" / "search" / "questions.toml"
CONNECTOR_METHODS = {
    "imconnector.list",
    "imconnector.status",
    "imconnector.register",
    "imconnector.unregister",
    "imconnector.activate",
    "imconnector.connector.data.set",
    "imconnector.send.messages",
    "imconnector.update.messages",
    "imconnector.delete.messages",
    "imconnector.send.status.delivery",
    "imconnector.send.status.reading",
    "imconnector.chat.name.set",
}
CONNECTOR_EVENTS = {
    "OnImConnectorMessageAdd",
    "OnImConnectorMessageUpdate",
    "OnImConnectorMessageDelete",
    "OnImConnectorDialogStart",
    "OnImConnectorDialogFinish",
    "OnImConnectorLineDelete",
    "OnImConnectorStatusDelete",
}
SECTIONS = {
    "channels",
    "dialogs",
    "operators",
    "messages",
    "crm-chats",
    "chatbots",
    "statistics",
    "connectors",
    "events",
}
GUIDES = {
    "getting-started",
    "auth-webhook",
    "auth-oauth",
    "limits",
    "errors",
    "batch",
    "events-subscribe",
    "events-offline",
    "identifiers",
    "dialog-life",
    "channel-settings",
    "working-hours",
    "transfers",
    "closing",
    "chatbots",
    "crm-binding",
    "statistics",
    "connectors",
    "differences",
}
COUNTS = {"en": range(14, 26), "ru": range(10, 19)}

Questions = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def questions() -> Questions:
    return tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))


def test_every_page_has_its_questions_and_nothing_else_has(questions: Questions) -> None:
    called = {method.rest for method in methods().values()} | CONNECTOR_METHODS
    heard = set(events()) | CONNECTOR_EVENTS
    written = {f"sections/{name}" for name in SECTIONS} | {f"guides/{name}" for name in GUIDES}
    assert set(questions) == called | heard | written | {"errors"}


def test_each_page_has_enough_phrases_in_both_languages_and_not_too_many(questions: Questions) -> None:
    for page, phrases in questions.items():
        assert set(phrases) == set(COUNTS), page
        for language, allowed in COUNTS.items():
            assert len(phrases[language]) in allowed, (page, language)


def test_no_phrase_stands_twice(questions: Questions) -> None:
    uses = Counter(
        " ".join(phrase.casefold().split())
        for phrases in questions.values()
        for of_language in phrases.values()
        for phrase in of_language
    )
    assert [phrase for phrase, count in uses.items() if count > 1] == []
