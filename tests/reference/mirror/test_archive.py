"""Archives and folders: what is read of them, and what hostile or broken ones may not do."""

import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reference.mirror import archive
from reference.mirror.archive import BadArchiveError, compute_digest, read_archive
from tests.reference.mirror.handmade import COMMIT, DAY, PAGES, RUSSIAN, tar_gz, zipped

INDEX = ("b24restdocs-main/api-reference/index.md", b"# Index")


def _packed(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for member, content in members:
            member.size = member.size or len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _file(name: str, content: bytes = b"# Evil") -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), content


def _link(name: str, target: str, kind: bytes) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member, b""


@pytest.mark.parametrize("pack", [tar_gz, zipped])
def test_an_archive_is_read_without_its_outermost_folder(pack: Callable[..., bytes], tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(pack({**PAGES, "image.png": "no text"}))

    tree = read_archive(path)

    assert tree.root == "b24restdocs-main"
    assert tree.texts() == dict(PAGES)
    assert tree.dated == "2026-01-01"


def test_an_archive_of_the_public_address_names_its_commit(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(tar_gz(PAGES))

    assert read_archive(path).revision == COMMIT


def test_a_folder_is_read_and_links_in_it_are_not(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    root = tmp_path / "b24-rest-docs"
    for name, text in RUSSIAN.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "link.md").symlink_to(tmp_path / "secret.md")
    (root / "up").symlink_to(tmp_path, target_is_directory=True)

    tree = read_archive(root)

    assert tree.root == "b24-rest-docs"
    assert tree.texts() == RUSSIAN


def test_the_documentation_is_found_in_a_folder_around_it(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(tar_gz(PAGES, "download/of/today/b24restdocs"))

    assert read_archive(path).root == "b24restdocs"
    assert read_archive(path).texts() == dict(PAGES)


def test_names_that_lead_out_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    names = ("../evil.md", "b24restdocs-main/../../evil.md", "/etc/evil.md", "C:\\evil.md", "b24restdocs-main\\evil.md")
    path.write_bytes(_packed(_file(*INDEX), *map(_file, names)))

    assert list(read_archive(path).texts()) == ["api-reference/index.md"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_left_alone(kind: bytes, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(_packed(_file(*INDEX), _link("b24restdocs-main/evil.md", "/etc/passwd", kind)))

    assert list(read_archive(path).texts()) == ["api-reference/index.md"]


def test_links_in_a_zip_archive_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    link = zipfile.ZipInfo("b24restdocs-main/evil.md")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(INDEX[0], INDEX[1])
        packed.writestr(link, "/etc/passwd")

    assert list(read_archive(path).texts()) == ["api-reference/index.md"]


def _bomb(size: int) -> bytes:
    """A member of zeros that claims the size it has."""
    header = tarfile.TarInfo("b24restdocs-main/api-reference/index.md")
    header.size = size
    return gzip.compress(header.tobuf() + bytes(min(size, 2**24)))


def _long_name(size: int) -> bytes:
    """A header whose name would be that long."""
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, size
    return gzip.compress(header.tobuf() + bytes(1024))


def _many_members() -> bytes:
    return gzip.compress(tarfile.TarInfo("a").tobuf(tarfile.USTAR_FORMAT)[:512] * 300)


def _endless_tail() -> bytes:
    return tar_gz(PAGES) + gzip.compress(bytes(2**22))


SIZES = [_bomb(2**32), _bomb(archive.LARGEST_FILE + 1), _long_name(2**32)]


@pytest.mark.parametrize("content", SIZES, ids=["4 GiB", "a byte too many", "4 GiB of a name"])
def test_absurd_sizes_are_refused_before_they_are_read(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(content)

    with pytest.raises(BadArchiveError, match="absurd size"):
        read_archive(path)


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "archive"
    path.write_bytes(_many_members())
    monkeypatch.setattr(archive, "MOST_MEMBERS", 200)

    with pytest.raises(BadArchiveError, match="more than 200 members"):
        read_archive(path)


def test_what_follows_the_archive_in_its_file_is_not_read_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "archive"
    path.write_bytes(_endless_tail())
    monkeypatch.setattr(archive, "LARGEST_TOTAL", 2**21)

    with pytest.raises(BadArchiveError, match="absurd size"):
        read_archive(path)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(INDEX[0], bytes(archive.LARGEST_FILE + 1))

    with pytest.raises(BadArchiveError, match="absurd size"):
        read_archive(path)


@pytest.mark.parametrize("part", [0.2, 0.9, 0.999])
def test_a_cut_archive_is_refused(part: float, tmp_path: Path) -> None:
    whole = tar_gz(PAGES)
    path = tmp_path / "archive"
    path.write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(BadArchiveError, match="cut or corrupt"):
        read_archive(path)


def test_a_wrong_checksum_at_the_very_end_is_seen(tmp_path: Path) -> None:
    whole = bytearray(tar_gz(PAGES))
    whole[-6] ^= 1
    path = tmp_path / "archive"
    path.write_bytes(whole)

    with pytest.raises(BadArchiveError, match="cut or corrupt"):
        read_archive(path)


@pytest.mark.parametrize(
    "content", [b"", b"<html>Sign in</html>", os.urandom(4096), b"\x1f\x8b junk", b"PK\x03\x04 junk"]
)
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(content)

    with pytest.raises(BadArchiveError):
        read_archive(path)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(tar_gz({"readme.md": "# A game"}))

    with pytest.raises(BadArchiveError, match="not the documentation"):
        read_archive(path)


def test_impossible_dates_and_broken_letters_do_no_harm(tmp_path: Path) -> None:
    member, _ = _file(INDEX[0])
    member.mtime = 2**40
    path = tmp_path / "archive"
    path.write_bytes(_packed((member, b"# \xff\xfe broken")))

    (sheet,) = read_archive(path).sheets.values()

    assert sheet.text == "# \ufffd\ufffd broken"
    assert sheet.dated == "9999-01-01"


def test_the_digest_of_a_folder_changes_with_its_files_only(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("one")
    before = compute_digest(tmp_path)
    os.utime(tmp_path / "a.md", (DAY, DAY))
    (tmp_path / "picture.png").write_bytes(b"new")

    assert compute_digest(tmp_path) == before
    (tmp_path / "a.md").write_text("two")
    assert compute_digest(tmp_path) != before
