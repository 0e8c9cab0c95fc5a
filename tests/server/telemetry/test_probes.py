"""Whether the process lives, and whether calls should be sent to it."""

import anyio
import httpx
import pytest

from server.config.settings import SettingsError
from server.http.operations import Operations
from tests.server.telemetry.instrumented_app import serve_instrumented_app


def _probe(path: str, *, ready: bool) -> httpx.Response:
    def portal(_: httpx.Request) -> httpx.Response:
        raise AssertionError("a probe asked the portal")

    async def run() -> httpx.Response:
        async with serve_instrumented_app(portal, ready=lambda: ready) as served:
            return await served.http.get(path)

    return anyio.run(run)


@pytest.mark.parametrize(
    ("path", "ready", "status", "said"),
    [
        ("/healthz", True, 200, "ok"),
        ("/healthz", False, 200, "ok"),
        ("/readyz", True, 200, "ready"),
        ("/readyz", False, 503, "not ready"),
    ],
)
def test_a_server_that_stops_lives_but_takes_nothing_new(path: str, ready: bool, status: int, said: str) -> None:
    answer = _probe(path, ready=ready)

    assert (answer.status_code, answer.json()) == (status, {"status": said})


@pytest.mark.parametrize("disguise", ["/healthz/", "/HEALTHZ", "//healthz", "/healthz%2f..%2fmcp", "/healthz;a"])
def test_only_the_exact_paths_are_in_front_of_what_turns_requests_away(disguise: str) -> None:
    assert _probe(disguise, ready=True).status_code == 404


def test_a_metrics_token_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(SettingsError, match="at least 16"):
        Operations("secret", {})
