"""Searching and reading the local copy."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.mirror.mirror import Mirror
from tests.reference.mirror.handmade import PAGES, RUSSIAN, documentation, synced, written_state

ADD = "api-reference/ferry/ferry-booking-add"
LIST = "api-reference/ferry/ferry-booking-list"
EVENT = "api-reference/ferry/events/on-ferry-booking-add"


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    folder = tmp_path_factory.mktemp("search") / "mirror"
    synced(folder)
    synced(folder, documentation(RUSSIAN), "b24-rest-docs")
    return Mirror(folder)


@pytest.mark.parametrize(
    "query",
    [
        "ferry.booking.add",
        "FERRY_BOOKING_ADD",
        "ferryBookingAdd",
        "ferry booking add",
        "ferry/booking/add",
        "booking.add",
        "what does ferry.bookings.add need",
        "https://apidocs.bitrix24.com/api-reference/ferry/ferry-booking-add.html",
    ],
)
def test_a_method_is_found_first_however_its_name_is_spelt(query: str, mirror: Mirror) -> None:
    assert mirror.search(query)[0].path == ADD


@pytest.mark.parametrize("query", ["onFerryBookingAdd", "ONFERRYBOOKINGADD event", "on_ferry_booking_add"])
def test_an_event_is_found_first_however_its_name_is_spelt(query: str, mirror: Mirror) -> None:
    assert EVENT in {hit.path for hit in mirror.search(query)[:2]}


def test_a_question_in_words_finds_the_page_that_answers_it(mirror: Mirror) -> None:
    hit = mirror.search("How can I reserve places on the ferries?")[0]

    assert (hit.path, hit.lang) == (ADD, "en")
    assert hit.title == "Book a ferry ferry.booking.add"
    assert hit.summary == "The method `ferry.booking.add` reserves a place on a ferry."
    assert hit.excerpt == "The method `ferry.booking.add` reserves a place on a ferry. It never overbooks."
    assert hit.uri == f"openchannels://official/en/{ADD}"
    assert hit.address == f"https://apidocs.bitrix24.com/{ADD}.html"


def test_a_hit_shows_the_section_and_the_line(mirror: Mirror) -> None:
    hit = mirror.search("NO_SUCH_HARBOUR")[0]

    assert (hit.path, hit.heading) == (ADD, "Errors")
    assert hit.excerpt == "`NO_SUCH_HARBOUR` · The harbour is unknown"


@pytest.mark.parametrize(
    ("query", "first"),
    [("create a ferry", "ferry-add"), ("remove ferry", "ferry-delete"), ("завести ferry", "ferry-add")],
)
def test_a_title_that_is_just_the_question_goes_first_whatever_the_verb(query: str, first: str, tmp_path: Path) -> None:
    crew = "Each ferry has a crew: ferry by ferry, the ferry comes first.\n\n## Ferry\n\nA ferry.\n"
    pages = {
        "ferry-crew-add": f"# Crew of a ferry ferry.crew.add\n\n{crew}",
        "ferry-crew-delete": f"# Crew of no ferry ferry.crew.delete\n\n{crew}",
        "ferry-add": "# Add ferry ferry.add\n\nOne more.\n",
        "ferry-delete": "# Delete ferry ferry.delete\n\nOne less.\n",
    }
    files = {f"api-reference/{name}.md": text for name, text in pages.items()}
    synced(tmp_path / "mirror", documentation({"api-reference/index.md": "# Overview\n", **files}))

    assert Mirror(tmp_path / "mirror").search(query, lang="en")[0].path == f"api-reference/{first}"


def _find_first(query: str, folder: Path, **pages: str) -> str:
    """The name of the first page among these and a hundred others with the same words."""
    others = {f"other-{n}": f"# Ferry ferry place{n} other.ferry{n}\n\nA ferry, a ferry.\n" for n in range(250)}
    files = {f"api-reference/{name}.md": text for name, text in {**others, **pages}.items()}
    synced(folder, documentation({"api-reference/index.md": "# Overview\n", **files}))
    return Mirror(folder).search(query, lang="en")[0].path.rpartition("/")[2]


def test_a_title_with_every_word_is_found_among_many_that_repeat_one_of_them(tmp_path: Path) -> None:
    assert _find_first("add a ferry", tmp_path / "1", add="# Add Ferry lake.ferry.add\n\nOne more.\n") == "add"


def test_a_method_goes_before_events_and_texts_unless_events_are_asked_for(tmp_path: Path) -> None:
    pages = {
        "method": "# Create a New Ferry ferry.add\n\nThe method makes a ferry.\n",
        "event": "# Event When Creating a Ferry onFerryAdd\n\nA ferry is made.\n",
        "text": "# How to Create a Ferry\n\nSomebody makes a ferry.\n",
    }
    assert _find_first("create a ferry", tmp_path / "1", **pages) == "method"
    assert _find_first("event when creating a ferry", tmp_path / "2", **pages) == "event"
    assert _find_first("how to create a ferry", tmp_path / "3", text=pages["text"]) == "text"


def test_an_old_page_comes_after_the_new_one(mirror: Mirror) -> None:
    paths = [hit.path for hit in mirror.search("reserve a place on a ferry")]

    assert paths.index(ADD) < paths.index("api-reference/outdated/ferry-booking-create")


def test_an_old_page_still_goes_first_where_its_name_is_the_question(mirror: Mirror) -> None:
    assert mirror.search("ferry.booking.create")[0].path == "api-reference/outdated/ferry-booking-create"


def test_the_alphabet_of_the_question_chooses_the_language_unless_it_is_given(mirror: Mirror) -> None:
    assert mirror.search("забронировать место на паромах")[0].lang == "ru"
    assert mirror.search("ferry.booking.add")[0].lang == "en"
    assert mirror.search("ferry.booking.add", lang="ru")[0].lang == "ru"
    assert mirror.search("паром", lang="en") == []


def test_the_other_language_is_searched_where_one_is_missing(tmp_path: Path) -> None:
    synced(tmp_path / "mirror", documentation(RUSSIAN), "b24-rest-docs")

    assert Mirror(tmp_path / "mirror").search("ferry.booking.add")[0].lang == "ru"


def test_no_more_than_asked_for_comes_best_first(mirror: Mirror) -> None:
    scores = [hit.score for hit in mirror.search("ferry booking", limit=3)]

    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("query", ["", "   ", "?!", '"', "the", "🛥", "x" * 100_000])
def test_a_question_without_words_finds_nothing_or_little(query: str, mirror: Mirror) -> None:
    assert len(mirror.search(query)) <= 10


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.text(max_size=60) | st.sampled_from(['a" OR name:b', "NEAR(a b)", "a*", "^a", "{name}: a", "-a", "a AND"])
)
def test_no_question_breaks_the_search(query: str, mirror: Mirror) -> None:
    assert all(hit.title for hit in mirror.search(query))


def test_pages_of_what_is_ours_are_kept_as_they_are_written(tmp_path: Path) -> None:
    ours = {
        "api-reference/imopenlines/index.md": "# Lines {#top}\n",
        "api-reference/user/user-get.md": "# Users user.get\n\n{% note %}\n\nSee [fields](../types.md#integer)\n",
    }
    synced(tmp_path / "mirror", documentation({**PAGES, **ours}))

    kept = Mirror(tmp_path / "mirror").originals("en")

    assert kept == {**ours, "api-reference/types.md": PAGES["api-reference/types.md"]}


@pytest.mark.parametrize("path", [ADD, f"/{ADD}", f"{ADD}.md", f"{ADD}.html", f"{ADD}/"])
def test_a_page_is_read_by_its_path(path: str, mirror: Mirror) -> None:
    page = mirror.page("en", path)

    assert page is not None
    assert (page.path, page.lang, page.dated) == (ADD, "en", "2026-01-01")
    assert page.text.startswith("# Book a ferry ferry.booking.add\n\n> Sailors prefer boats.\n")
    assert "A star marks what is required" in page.text
    assert f"- [List of ferry bookings ferry.booking.list](openchannels://official/en/{LIST})" in page.text


def test_a_folder_reads_as_its_overview(mirror: Mirror) -> None:
    page = mirror.page("en", "api-reference")

    assert page is not None
    assert page.path == "api-reference/index"


@pytest.mark.parametrize(
    ("lang", "path"),
    [
        ("en", "nothing"),
        ("en", ""),
        ("de", ADD),
        ("../en", ADD),
        ("en", "../" + ADD),
        ("en", "api-reference/_includes/star"),
    ],
)
def test_what_is_not_there_is_none(lang: str, path: str, mirror: Mirror) -> None:
    assert mirror.page(lang, path) is None


def test_the_states_tell_what_there_is(mirror: Mirror, tmp_path: Path) -> None:
    english, russian = mirror.states()

    assert (english.lang, english.state, russian.state) == ("en", "ready", "ready")
    assert english.message.startswith(f"{english.pages:,} pages, as of 2026-01-01, synced 20")
    assert {state.state for state in Mirror(tmp_path).states()} == {"absent"}


def test_reading_never_writes(tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    synced(folder)
    (folder / "sync.lock").unlink()
    before = {path: written_state(path) for path in folder.iterdir()}

    assert Mirror(folder).search("ferry")
    assert {path: written_state(path) for path in folder.iterdir()} == before


def test_the_program_serves_where_sqlite_cannot_search(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("no such module: fts5")

    monkeypatch.setattr(sqlite3, "connect", broken)

    assert mirror.search("ferry") == []
    assert mirror.page("en", ADD) is None
    assert mirror.states()[0].state == "damaged"
