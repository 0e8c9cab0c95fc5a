"""Who the server is, as clients show it."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from mcp import types

from openchannels_mcp import VERSION

NAME = "openchannels"
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><path fill="#0b7fd6" d="M8 6h32a4 4 0 0 1 4 4v22a4 4 0 0 \
1-4 4H23L12 45v-9H8a4 4 0 0 1-4-4V10a4 4 0 0 1 4-4z"/><path stroke="#fff" stroke-width="4" stroke-linecap="round" \
d="M13 16h22M13 25h14"/></svg>"""
_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwBAMAAAClLOS0AAAAGFBMVEUAAAAKftUThNn5+/4NhtYCffMA//9irOTiR0m8AAAACHRSTlMA/f3/GQ"
    "kB/8f/OaUAAAFNSURBVHjarZS7SsRAFIa/yWVsJJm1EwQbBWGL9Q3WrRVMIfsG+lI2PkIQa8HCcsFSEBWshWRBJGx0xyKb7GQyAQVTnn/O5cu5"
    "wL99AuDCMi6uel6HSeURTHTLrt7vSwRSf+/m7fDRIalg+vXQieU/EbC4jjuCOr8UchnpbvqR8vo4glU+1Vh0bghCZ0aCfC3EwghieIjPHUM4TX"
    "PAA9CbZtq7ObWgHFV5APMP0zSOASpAZSbPgJGqqpqb8Ga5emB5NIBZ67UDMG//qzVgBUcXsIL7C+C46aYFmDUdtADtchvAzG5t5kgu3MPgoXuE"
    "xUnetSqZ+hxsF4W9GxszfJ7f4mK9KgAMXpNHAcnNhJmGeK+9BoQlQaQZvNgjWnLGLWIZJrWxTFeB5TLSlgP1tAs/dAtqeOyglMHWvrNRCDU8ch"
    "0AqSl7Nr73csjfH5kfEVtdaEFluHgAAAAASUVORK5CYII="
)
_ICONS = (
    types.Icon(src=f"data:image/png;base64,{_PNG}", mime_type="image/png", sizes=["48x48"]),
    types.Icon(
        src=f"data:image/svg+xml;base64,{b64encode(_SVG.encode()).decode()}", mime_type="image/svg+xml", sizes=["any"]
    ),
)
"""Inside of the answer, so that they need no network and tell nobody that a client has connected."""
_IMPLEMENTATION = types.Implementation(
    name=NAME,
    version=VERSION,
    title="Bitrix24 Open Channels",
    description="Dialogs of clients in messengers with operators of a Bitrix24 portal: read, answer, hand over.",
    website_url="https://apidocs.bitrix24.com/api-reference/imopenlines/",
    icons=[*_ICONS],
)


def introduce_server(method: str, result: Mapping[str, Any], instructions: str) -> dict[str, Any]:
    """The answer to a client's first request, `initialize` or `server/discover`, with all of who the server is.

    The SDK puts name and version on every result of protocol revision 2026-07-28. The rest, icons included, is told
    here only: on every result it would cost more than most results are long.
    """
    server = _IMPLEMENTATION.model_dump(by_alias=True, mode="json", exclude_none=True)
    if method == "initialize":
        return {**result, "serverInfo": server, "instructions": instructions}
    meta = {**(result.get("_meta") or {}), types.SERVER_INFO_META_KEY: server}
    return {**result, "_meta": meta, "instructions": instructions}
