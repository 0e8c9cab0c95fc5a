"""What a name leads to when somebody reads the documentation."""

from collections.abc import Callable

import pytest

from reference.pages.addresses import error_address
from reference.pages.errors import list_codes
from reference.pages.guides import list_described_methods, read_guides
from reference.pages.registry import pages
from server.catalogue.documentation import Documentation, PageNotFoundError
from server.catalogue.registry import every_tool
from tests.reference.mirror.handmade import PAGES, documentation, synced
from tools.event import events
from tools.registry import methods

CASES: list[Callable[[str], str]] = [str, str.upper, str.lower]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Documentation:
    """Without the official pages."""
    return Documentation(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Documentation:
    """With made-up official pages."""
    folder = tmp_path_factory.mktemp("mirror") / "pages"
    own = {
        "api-reference/chats/im-counters-get.md": "# Count im.counters.get\n\nThe method `im.counters.get` counts.\n",
        "api-reference/boats/boat-add.md": "# Book a boat boat.add\n\nReserves a place.\n",
        "api-reference/outdated/a.md": "# Book the old way boat.add\n\nReserves a place.\n",
        "api-reference/ferry/on-ferry-left.md": "# Ferry left onFerryLeft\n\nTells of a ferry.\n",
        "api-reference/ferry/mine.md": "# Another dialog imopenlines.dialog.get\n\nThe same.\n",
    }
    synced(folder, documentation({**PAGES, **own}))
    return Documentation(folder)


@pytest.mark.parametrize("spell", CASES, ids=["as written", "upper", "lower"])
def test_every_name_of_a_method_tool_event_and_code_leads_to_its_page(
    spell: Callable[[str], str], alone: Documentation
) -> None:
    wanted = {
        **{method.rest: method.page() for method in methods().values()},
        **{name: tool.page() for name, tool in every_tool().items()},
        **{name: f"openchannels://docs/events/{name}" for name in events()},
    }
    codes = {code or "empty": error_address(code) for code in list_codes()}
    for name, uri in {**codes, **wanted}.items():
        assert alone.read(spell(name)).uri == uri, name
        assert alone.read(f" `{spell(name)}` ").uri == uri, name


def test_the_code_that_is_named_in_the_description_is_found(alone: Documentation) -> None:
    assert alone.read("CHAT_TYPE").uri == "openchannels://docs/errors/CHAT_TYPE"
    assert "`imopenlines.operator.answer`" in alone.read("CHAT_TYPE").text


def test_the_name_of_a_guide_leads_to_it(alone: Documentation) -> None:
    for name in read_guides():
        assert alone.read(name).uri == f"openchannels://docs/guides/{name}" or name == "errors"
        assert alone.read(f"guides/{name}").uri == f"openchannels://docs/guides/{name}"


def test_every_address_leads_to_its_own_page(alone: Documentation) -> None:
    for uri in pages():
        assert alone.read(uri).uri == uri
        assert alone.read(uri.upper() + "/").uri == uri


def test_a_method_that_only_a_guide_describes_leads_to_that_guide(alone: Documentation) -> None:
    for name in ("im.counters.get", "IM.V2.Sync.list"):
        assert alone.read(name).uri.startswith("openchannels://docs/guides/events-"), name
    for name, guide in list_described_methods().items():
        if name not in {rest.lower() for rest in (method.rest for method in methods().values())}:
            assert alone.read(name).uri == f"openchannels://docs/guides/{guide}", name


@pytest.mark.parametrize("name", ["boat.add", "BOAT.Add", "`boat.add`", "boat_add", "boat-add"])
def test_the_name_of_an_official_method_leads_to_its_page(name: str, mirrored: Documentation) -> None:
    page = mirrored.read(name)
    assert page.uri == "openchannels://official/en/api-reference/boats/boat-add"
    assert "Reserves a place." in page.text
    assert "as of" in page.text


def test_the_name_of_an_official_event_leads_to_its_page(mirrored: Documentation) -> None:
    assert mirrored.read("ONFERRYLEFT").uri.endswith("/on-ferry-left")
    assert mirrored.read("onFerryLeft").uri.endswith("/on-ferry-left")


def test_an_official_page_names_the_guide_that_tells_of_the_same(mirrored: Documentation) -> None:
    page = mirrored.read("im.counters.get")
    assert page.uri == "openchannels://official/en/api-reference/chats/im-counters-get"
    assert "openchannels://docs/guides/events-polling" in page.text


def test_our_page_goes_before_the_official_one_of_the_same_name(mirrored: Documentation) -> None:
    assert mirrored.read("imopenlines.dialog.get").uri == "openchannels://docs/methods/imopenlines.dialog.get"


def test_what_is_nowhere_is_said_with_the_way_to_more(alone: Documentation, mirrored: Documentation) -> None:
    with pytest.raises(PageNotFoundError, match="docs sync"):
        alone.read("crm.lead.add")
    with pytest.raises(PageNotFoundError, match="docs_search") as refused:
        mirrored.read("crm.lead.add")
    assert "docs sync" not in str(refused.value)
    with pytest.raises(PageNotFoundError, match=r"did you mean openchannels://docs/methods/imopenlines.dialog.get\?"):
        alone.read("dialog_gett")


def test_plain_words_are_no_name_of_an_official_page(mirrored: Documentation) -> None:
    with pytest.raises(PageNotFoundError):
        mirrored.read("ferry")
