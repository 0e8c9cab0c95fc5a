import subprocess
import sys

import pytest

from reference.search.vocabulary import list_vocabulary, read_terms, read_tokens
from reference.search.words import normalise_name, split_words, stem_word, stem_words


@pytest.mark.parametrize(
    "name", ["crm.chat.getLastId", "crm_chat_get_last_id", "CRM.CHAT.GetLastID", "crm chat get last id"]
)
def test_all_spellings_of_a_name_have_the_same_words(name: str) -> None:
    assert split_words(name) == ["crm", "chat", "get", "last", "id"]
    assert normalise_name(name) == "crmchatgetlastid"


@pytest.mark.parametrize(
    "forms",
    [
        "transfer transfers transferred transferring",
        "диалог диалога диалогу диалогом диалоги диалогов диалогам",
        "оператор оператора операторами операторах",
        "еще ещё",
    ],
)
def test_inflections_of_a_word_have_one_stem(forms: str) -> None:
    assert len(set(stem_words(forms))) == 1


def test_words_of_other_alphabets_stay_as_they_are() -> None:
    assert list(stem_words("聊天 😀 ١٢٣")) == ["聊天", "١٢٣"]


def test_only_the_stemmers_of_two_languages_are_loaded() -> None:
    code = "import sys; from reference.search.words import stem_word as s; s('chats'), s('чаты'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.rpartition(".")[2] for name in ran.stdout.split() if name.endswith("_stemmer")}
    assert loaded == {"english_stemmer", "russian_stemmer"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ticket", "conversation"),
        ("agent", "operator"),
        ("open channel", "line"),
        ("canned reply", "quick answer"),
        ("hand over", "forward"),
        ("throttled", "503"),
        ("закрыть", "finish"),
        ("переадресовать", "transfer"),
        ("шаблон ответа", "quick answer"),
        ("выходные дни", "working hours"),
    ],
)
def test_words_of_one_meaning_share_a_group(one: str, other: str) -> None:
    assert set.intersection(*({token for token in read_tokens(text) if token.startswith("~")} for text in (one, other)))


def test_a_known_phrase_goes_before_the_words_in_it() -> None:
    together, apart = read_tokens("quick answer"), read_tokens("quick and short answer")
    assert "~quick_answer" in together
    assert "~take" not in together
    assert "~quick_answer" not in apart
    assert "~take" in apart


def test_words_that_say_nothing_are_left_out() -> None:
    assert [term.stem for term in read_terms("How can I do this with the API, и как это сделать?")] == ["сдела"]


def test_the_vocabulary_holds_both_languages() -> None:
    assert {stem_word("handover"), stem_word("переадресация")} <= set(map(stem_word, list_vocabulary()))
