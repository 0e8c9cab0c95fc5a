"""A public address in place of the network: it marks states, resumes, and fails as it is told."""

import hashlib
from collections.abc import Iterator

import httpx


class _Cut(httpx.SyncByteStream):
    """Content that breaks off."""

    def __init__(self, content: bytes, after: int | None) -> None:
        self._content = content
        self._after = after

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._content[: self._after]), 1000):
            yield self._content[: self._after][start : start + 1000]
        if self._after is not None:
            raise httpx.ReadError("connection lost")


class Publisher:
    """What it serves and how; every request is kept."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.marks = True
        """Whether states carry an etag."""
        self.resumes = True
        self.cut_after: int | None = None
        self.status: int | None = None
        self.misplaces = False
        """Whether it answers a request for a part with another one."""
        self.requests: list[httpx.Request] = []

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()}"'

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.status:
            return httpx.Response(self.status)
        headers = {"ETag": self.etag} if self.marks else {}
        if self.marks and request.headers.get("If-None-Match") == self.etag:
            return httpx.Response(304, headers=headers)
        start = self._start(request)
        if start >= len(self.content):
            return httpx.Response(416)
        rest = self.content[start:]
        if start:
            shown = start + self.misplaces
            headers["Content-Range"] = f"bytes {shown}-{len(self.content) - 1}/{len(self.content)}"
        headers["Content-Length"] = str(len(rest))
        return httpx.Response(206 if start else 200, headers=headers, stream=_Cut(rest, self.cut_after))

    def _start(self, request: httpx.Request) -> int:
        wanted = request.headers.get("Range", "")
        same = request.headers.get("If-Range") == self.etag
        return int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and same and self.resumes else 0
