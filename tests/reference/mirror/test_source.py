"""Downloads: complete, cut, resumed, refused."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reference.mirror import source
from reference.mirror.source import SourceError, fetch, hide_secrets
from tests.reference.mirror.handmade import quiet
from tests.reference.mirror.publisher import Publisher

ADDRESS = "https://archives.example/b24restdocs.tar.gz"
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def publisher() -> Publisher:
    return Publisher(CONTENT)


def _fetch(publisher: Publisher, folder: Path, known: str = "") -> source.Download:
    return fetch(ADDRESS, folder, known, quiet, publisher.transport)


def _cut(publisher: Publisher, folder: Path, after: int = 4000) -> str:
    publisher.cut_after = after
    with pytest.raises(SourceError) as failed:
        _fetch(publisher, folder)
    publisher.cut_after = None
    return str(failed.value)


def test_a_download_arrives_whole_with_its_mark(publisher: Publisher, tmp_path: Path) -> None:
    heard: list[tuple[str, int, int | None]] = []

    download = fetch(ADDRESS, tmp_path, "", lambda *told: heard.append(told), publisher.transport)

    assert download.path.read_bytes() == CONTENT
    assert download.etag == publisher.etag
    assert heard[-1] == ("download", len(CONTENT), len(CONTENT))


def test_a_state_that_is_known_is_not_sent_again(publisher: Publisher, tmp_path: Path) -> None:
    download = _fetch(publisher, tmp_path, known=publisher.etag)

    assert download.superfluous
    assert not download.path.exists()


def test_a_cut_download_goes_on_where_it_stopped(publisher: Publisher, tmp_path: Path) -> None:
    assert "after 4,000 bytes; the next sync goes on from there" in _cut(publisher, tmp_path)

    download = _fetch(publisher, tmp_path)

    assert publisher.requests[-1].headers["Range"] == "bytes=4000-"
    assert download.path.read_bytes() == CONTENT


def test_a_download_that_is_cut_twice_goes_on_twice(publisher: Publisher, tmp_path: Path) -> None:
    _cut(publisher, tmp_path)
    _cut(publisher, tmp_path)

    assert _fetch(publisher, tmp_path).path.read_bytes() == CONTENT
    assert publisher.requests[-1].headers["Range"] == "bytes=8000-"


def test_another_state_on_the_server_starts_the_download_anew(publisher: Publisher, tmp_path: Path) -> None:
    _cut(publisher, tmp_path)
    publisher.content = CONTENT[::-1]

    download = _fetch(publisher, tmp_path)

    assert download.path.read_bytes() == CONTENT[::-1]
    assert download.etag == publisher.etag


def test_without_a_mark_a_cut_download_starts_anew(publisher: Publisher, tmp_path: Path) -> None:
    publisher.marks = False

    assert "starts anew" in _cut(publisher, tmp_path)
    assert _fetch(publisher, tmp_path).path.read_bytes() == CONTENT
    assert "Range" not in publisher.requests[-1].headers


def test_a_server_that_cannot_resume_sends_it_all_again(publisher: Publisher, tmp_path: Path) -> None:
    _cut(publisher, tmp_path)
    publisher.resumes = False

    assert _fetch(publisher, tmp_path).path.read_bytes() == CONTENT


def test_another_part_than_asked_for_is_not_glued_on(publisher: Publisher, tmp_path: Path) -> None:
    _cut(publisher, tmp_path)
    publisher.misplaces = True

    assert _fetch(publisher, tmp_path).path.read_bytes() == CONTENT
    assert len(publisher.requests) == 3


def test_a_complete_download_that_was_never_used_is_fetched_anew(publisher: Publisher, tmp_path: Path) -> None:
    _fetch(publisher, tmp_path)

    assert _fetch(publisher, tmp_path).path.read_bytes() == CONTENT
    assert [("Range" in request.headers) for request in publisher.requests] == [False, True, False]


def test_a_refusal_keeps_what_has_arrived(publisher: Publisher, tmp_path: Path) -> None:
    _cut(publisher, tmp_path)
    publisher.status = 503

    with pytest.raises(SourceError, match="answered 503"):
        _fetch(publisher, tmp_path)
    publisher.status = None
    _fetch(publisher, tmp_path)

    assert publisher.requests[-1].headers["Range"] == "bytes=4000-"


def test_a_part_that_nobody_asked_for_is_a_refusal(publisher: Publisher, tmp_path: Path) -> None:
    publisher.status = 206

    with pytest.raises(SourceError, match="answered 206"):
        _fetch(publisher, tmp_path)


def test_a_download_without_end_is_ended(publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST_DOWNLOAD", 3000)

    with pytest.raises(SourceError, match="more than the documentation can be"):
        _fetch(publisher, tmp_path)


@pytest.mark.parametrize("address", ["http://", "https://[", "https://exa mple/"])
def test_what_is_no_address_is_said_to_be_none(address: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no address|cannot be reached"):
        fetch(address, tmp_path, "", quiet)


def test_an_address_is_shown_without_its_secrets() -> None:
    assert hide_secrets("https://user:secret@host.example:8443/a/b.tar.gz?token=secret#secret") == (
        "https://host.example:8443/a/b.tar.gz"
    )


def _redirect_without_end(read: list[int], leads_to: str) -> httpx.Response:
    def content() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 2**20

    return httpx.Response(302, headers={"Location": leads_to}, content=content())


def test_a_redirect_is_followed_and_its_page_is_not_read(publisher: Publisher, tmp_path: Path) -> None:
    read: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "archives.example":
            return _redirect_without_end(read, "https://elsewhere.example/b24restdocs.tar.gz")
        return publisher.transport.handle_request(request)

    download = fetch(ADDRESS, tmp_path, "", quiet, httpx.MockTransport(answer))
    assert download.path.read_bytes() == CONTENT
    assert read == []


def test_an_address_that_leads_on_for_ever_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="it leads on too often"):
        fetch(ADDRESS, tmp_path, "", quiet, httpx.MockTransport(lambda _: _redirect_without_end([], ADDRESS)))
