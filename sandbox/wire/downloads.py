"""Files over HTTP: the answer to an address that a method gave."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from sandbox.domain.file_contents import find_media_type, read_content
from sandbox.domain.identity import RequestCredentials, identify
from sandbox.methods.result import CallResult
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError
from sandbox.state.records import File
from sandbox.wire.envelope import respond

DOWNLOAD = "download"
"""What stands at a method's place in such an address."""
FORBIDDEN = 403


def answer_download(company: Company, params: Mapping[str, Any], credentials: RequestCredentials) -> Response:
    """The file of a token, which is good for one download, or a refusal.

    Source: the page of `im.v2.File.download`: the address is good for once.
    """
    try:
        identify(company, credentials)
        return _send(_take_file(company, str(params.get("token"))))
    except RefusalError as refusal:
        return respond(CallResult(refusal=refusal), company.clock)


def _take_file(company: Company, token: str) -> File:
    file = company.files.get(company.download_tokens.pop(token, 0))
    if file is None:
        raise RefusalError("ACCESS_DENIED", "Link check failed", FORBIDDEN)
    return file


def _send(file: File) -> Response:
    name = quote(file.name)
    disposition = f"attachment; filename=\"{name}\"; filename*=utf-8''{name}"
    return Response(
        read_content(file), headers={"Content-Disposition": disposition}, media_type=find_media_type(file.name)
    )
