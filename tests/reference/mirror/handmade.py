"""A small documentation in the official form, made up here, and archives of it."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from reference.mirror.sync import FEWEST_PAGES, Synced, sync

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DAY = 1_767_225_600
"""1 January 2026."""

FERRY = """# Book a ferry ferry.booking.add

{% note tip "" %}

Sailors prefer boats.

{% endnote %}

> Scope: [`ferry`](../scopes.md)

The method `ferry.booking.add` reserves a place on a ferry. It never overbooks.

## Method Parameters

{% include [what the star means](../_includes/star.md) %}

#|
|| **Name**
`type` | **Meaning** ||
|| **HARBOUR_ID***
[`integer`](../types.md#integer) | Harbour of departure ||
|#

## Errors

#|
|| **Code** | **Meaning** ||
|| `NO_SUCH_HARBOUR` | The harbour is unknown ||
|#

## Continue

- [{#T}](./ferry-booking-list.md)
"""

PAGES: Mapping[str, str] = {
    "api-reference/index.md": "# Overview\n\nAll there is about ships.\n",
    "api-reference/scopes.md": "# Scopes\n\nWhat an application may do.\n",
    "api-reference/types.md": "# Types\n\n## Integer {#integer}\n\nWhole numbers.\n",
    "api-reference/ferry/ferry-booking-add.md": FERRY,
    "api-reference/ferry/ferry-booking-list.md": (
        "# List of ferry bookings ferry.booking.list\n\nThe method `ferry.booking.list` gives all bookings by page.\n"
    ),
    "api-reference/ferry/events/on-ferry-booking-add.md": (
        "# Booking made onFerryBookingAdd\n\nThe event `onFerryBookingAdd` tells of a new booking.\n"
    ),
    "api-reference/outdated/ferry-booking-create.md": (
        "# Book a ferry the old way ferry.booking.create\n\nThe method reserves a place on a ferry.\n"
    ),
    "api-reference/_includes/star.md": "A star marks what is required {.info}\n",
    "README.md": "# About this repository\n",
}
RUSSIAN = {
    "api-reference/index.md": """# Обзор

Корабли и шлюпки.
""",
    "api-reference/ferry/ferry-booking-add.md": """# Забронировать паром ferry.booking.add

Здесь бронируют место на пароме.
""",
}


def documentation(own: Mapping[str, str] = PAGES, pages: int = FEWEST_PAGES + 20) -> dict[str, str]:
    """These files, and as many fillers as it takes for a whole documentation."""
    fillers = {f"filler/page-{number}.md": f"# Filler {number}\n\nWord{number}.\n" for number in range(pages)}
    return {**fillers, **own}


def tar_gz(files: Mapping[str, str], root: str = "b24restdocs-main") -> bytes:
    """The files as the public address packs them; the same files are the same bytes at any time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", pax_headers={"comment": COMMIT}, format=tarfile.PAX_FORMAT) as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{root}/{name}")
            member.size, member.mtime = len(text.encode()), DAY
            tar.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(packed.getvalue(), mtime=DAY)


def zipped(files: Mapping[str, str], root: str = "b24restdocs-main") -> bytes:
    """The files as a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{root}/{name}", (2026, 1, 1, 0, 0, 0)), text)
    return packed.getvalue()


def quiet(_step: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


def synced(folder: Path, files: Mapping[str, str] | None = None, root: str = "b24restdocs-main") -> Synced:
    """A mirror of these files in the folder."""
    archive = folder.parent / f"{root}.tar.gz"
    archive.write_bytes(tar_gz(documentation() if files is None else files, root))
    return sync(folder, str(archive), None, quiet)


def written_state(path: Path) -> tuple[int, int, int]:
    """What is another after a file was written or replaced, and the same after it was read."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
