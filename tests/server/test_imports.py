"""What is loaded only by those who use it."""

import subprocess
import sys

import pytest

from server.telemetry import tracing
from tests.assistant import PLAIN_ENVIRONMENT, ROOT

COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


def _loaded(code: str) -> set[str]:
    """The modules that a program has loaded when it ends."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        cwd=ROOT,
        env=PLAIN_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stdout.split())


def test_stdio_loads_no_metrics_no_database_and_nothing_that_asks_the_portal() -> None:
    loaded = _loaded("import openchannels_mcp, server.cli.main, server.app, server.calls")

    assert loaded.isdisjoint({"prometheus_client", "opentelemetry.sdk", "httpx", "portal.client", "sqlite3"})
    assert not [name for name in loaded if name.startswith("server.http.")]


def test_nobody_who_has_no_collector_loads_the_sdk_of_opentelemetry() -> None:
    loaded = _loaded("import server.http.operations as o; o.Operations(None, {})")

    assert "prometheus_client" in loaded
    assert "opentelemetry.sdk" not in loaded


def test_a_collector_without_the_extra_is_a_clear_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    assert not tracing.set_up(COLLECTOR)
    assert "bitrix24-openchannels-mcp[telemetry]" in caplog.text


@pytest.mark.parametrize(
    "environment",
    [{}, {**COLLECTOR, "OTEL_SDK_DISABLED": "true"}, {**COLLECTOR, "OTEL_TRACES_EXPORTER": "none"}],
)
def test_spans_are_off_where_the_environment_says_so(
    environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert not tracing.set_up(environment)
    assert caplog.text == ""
