"""An application that signs in to the sandbox and calls it with its tokens."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.seed.seed import APPLICATION_ID, APPLICATION_SECRET
from tests.sandbox.client import SandboxClient

REST = "/rest/"


def authorize(portal: SandboxClient, **asked: str) -> Any:
    return portal.send("GET", "/oauth/authorize/", params={"client_id": APPLICATION_ID, "state": "s t", **asked})


def get_code(portal: SandboxClient) -> str:
    location: str = authorize(portal).headers["location"]
    return dict(parse_qsl(urlsplit(location).query))["code"]


def ask_for_tokens(portal: SandboxClient, **asked: str) -> Any:
    credentials = {"client_id": APPLICATION_ID, "client_secret": APPLICATION_SECRET}
    return portal.send("GET", "/oauth/token/", params=credentials | asked)


def exchange_code(portal: SandboxClient, code: str) -> Any:
    return ask_for_tokens(portal, grant_type="authorization_code", code=code)


def get_tokens(portal: SandboxClient) -> Any:
    answer = exchange_code(portal, get_code(portal))
    assert answer.status_code == 200, answer.text
    return answer.json()


def refresh_tokens(portal: SandboxClient, token: str) -> Any:
    return ask_for_tokens(portal, grant_type="refresh_token", refresh_token=token)


def call_method(portal: SandboxClient, token: str, method: str = "profile") -> Any:
    return portal.send("POST", REST + method, headers={"authorization": f"Bearer {token}"})


def read_outcome(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


def read_counters(portal: SandboxClient) -> Any:
    return portal.send("GET", "/_sandbox/oauth").json()
