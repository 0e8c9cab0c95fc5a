"""The documentation from a public address, brought here so that a cut download goes on where it stopped."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

Watch = Callable[[str, int, int | None], None]
"""Hears the name of a step, how much of it is done, and of how much where that is known."""
Transport = httpx.BaseTransport
"""What tests replace: the network."""
LARGEST_DOWNLOAD = 256 * 2**20
_MOST_REDIRECTS = 5
_TIMEOUT = httpx.Timeout(30)
_NOT_THAT_PART = {httpx.codes.PARTIAL_CONTENT, httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE}
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class SourceError(Exception):
    """Nothing usable came; the message says why and what to do."""


class Download:
    """A file that arrives in pieces, and the server's mark of the state that it belongs to."""

    superfluous = False
    """The server still has the state that is known already."""

    def __init__(self, address: str, folder: Path) -> None:
        self.path = folder / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.download"
        self._mark = self.path.with_suffix(".etag")

    @property
    def etag(self) -> str:
        """The mark; empty where the server gave none."""
        return self._mark.read_text(encoding="utf-8") if self._mark.exists() else ""

    @property
    def have(self) -> int:
        """How many bytes a server could add to: those of a state that it can recognise without doubt."""
        return self.path.stat().st_size if self.path.exists() and self.etag.startswith('"') else 0

    def begin(self, etag: str) -> None:
        """Forget what is there and take another state."""
        self.discard()
        self._mark.write_text(etag, encoding="utf-8")

    def discard(self) -> None:
        """Forget what is there."""
        self.path.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)


def is_address(origin: str) -> bool:
    """Whether it is to be fetched, rather than a place on this machine."""
    return origin.lower().startswith(("http://", "https://"))


def hide_secrets(origin: str) -> str:
    """The origin as it may be printed and kept: an address without credentials and keys."""
    if not is_address(origin):
        return origin
    scheme, _, rest = origin.partition("://")
    return f"{scheme}://{re.split('[?#]', rest)[0].rpartition('@')[2]}"


def fetch(address: str, folder: Path, known: str, watch: Watch, transport: Transport | None = None) -> Download:
    """Bring an archive into the folder, unless the server still has the state whose etag is `known`.

    Raises SourceError, and OSError where the folder cannot be written.
    """
    download = Download(address, folder)
    with httpx.Client(transport=transport, timeout=_TIMEOUT) as client:
        try:
            _complete(client, address, download, known, watch)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(_explain_failure(address, download, error)) from None
    return download


def _complete(client: httpx.Client, address: str, download: Download, known: str, watch: Watch) -> None:
    have = download.have
    with _ask(client, address, _make_headers(known, have, download.etag)) as answer:
        if answer.status_code == httpx.codes.NOT_MODIFIED and known:
            download.discard()
            download.superfluous = True
            return
        if answer.status_code == httpx.codes.OK or _continues(answer, have):
            _receive(answer, download, watch)
            return
        if not (have and answer.status_code in _NOT_THAT_PART):
            raise SourceError(
                f"{hide_secrets(address)} answered {answer.status_code}; try again later, or give --from a file"
            )
    download.discard()
    _complete(client, address, download, known, watch)


@contextmanager
def _ask(client: httpx.Client, address: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    """The answer where the redirects end, as a stream; pages that only lead on may have any size, and are not read."""
    request = client.build_request("GET", address, headers=headers)
    for _ in range(_MOST_REDIRECTS + 1):
        with closing(client.send(request, stream=True)) as answer:
            if answer.next_request is None:
                yield answer
                return
            request = answer.next_request
    raise httpx.TooManyRedirects("it leads on too often")


def _make_headers(known: str, have: int, etag: str) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity", "User-Agent": "bitrix24-openchannels-mcp"}
    headers |= {"If-None-Match": known} if known else {}
    return headers | ({"Range": f"bytes={have}-", "If-Range": etag} if have else {})


def _continues(answer: httpx.Response, have: int) -> bool:
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    return answer.status_code == httpx.codes.PARTIAL_CONTENT and found is not None and 0 < have == int(found[1])


def _receive(answer: httpx.Response, download: Download, watch: Watch) -> None:
    if answer.status_code == httpx.codes.OK:
        download.begin(answer.headers.get("ETag", ""))
    done = download.path.stat().st_size if download.path.exists() else 0
    length = answer.headers.get("Content-Length", "")
    total = done + int(length) if length.isdecimal() else None
    with download.path.open("ab") as file:
        for piece in answer.iter_raw():
            done += len(piece)
            if done > LARGEST_DOWNLOAD:
                raise SourceError(
                    f"{hide_secrets(str(answer.url))} sends more than the documentation can be; check --from"
                )
            file.write(piece)
            watch("download", done, total)
    if total is not None and done != total:
        raise httpx.RemoteProtocolError("the connection closed early")


def _explain_failure(address: str, download: Download, error: Exception) -> str:
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return f"{hide_secrets(address)} is no address"
    arrived = download.path.stat().st_size if download.path.exists() else 0
    if not arrived:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return f"{hide_secrets(address)} cannot be reached ({reason}); check the network, or give --from a file"
    goes_on = "goes on from there" if download.have else "starts anew, as this server cannot go on from there"
    return f"the download of {hide_secrets(address)} was cut after {arrived:,} bytes; the next sync {goes_on}"
