"""What a served team's program counts and writes down, seen from outside."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.recording import TOKEN, Recording, recording_portal
from tests.server.http.team_server import WAYS, make_bearer_header
from tests.server.telemetry.instrumented_app import METRICS_TOKEN, WORDS
from tests.server.telemetry.server_process import ServerProcess, run_server_process

ALL = ("--transport", "all")


def _read_metrics(running: ServerProcess) -> dict[str, float]:
    answer = httpx.get(f"{running.server.address}/metrics", headers=make_bearer_header(METRICS_TOKEN))
    lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def _set_answer(recording: Recording, status: int, body: Any) -> None:
    """What the portal answers next, at every attempt."""
    recording.answers[:] = [(status, json.dumps(body).encode())] * 5


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with run_server_process(tmp_path_factory.mktemp("team"), "--sandbox", *ALL) as running:
        running.server.token("somebody")
        yield running


@pytest.mark.parametrize("way", WAYS)
def test_a_call_is_counted_and_written_down_with_its_callers_name(team: ServerProcess, way: str) -> None:
    sample = 'openchannels_calls_total{outcome="ok",portal="sandbox",tool="revision_get"}'
    before = _read_metrics(team).get(sample, 0)
    with team.server.client(way, team.server.token(way)) as client:
        assert not client.call("revision_get").is_error

        sessions = _read_metrics(team)["openchannels_http_sessions"]

    assert sessions == (0 if way == "modern" else 1)
    assert _read_metrics(team)[sample] == before + 1
    (call,) = team.find_lines("tool call", caller=way)
    assert (call["outcome"], call["portal_requests"]) == ("ok", 1)
    (request,) = team.find_lines("http request", request_id=call["request_id"])
    assert (request["caller"], request["method"]) == (way, "POST")


def test_who_is_not_let_in_is_written_down_without_what_they_showed(team: ServerProcess) -> None:
    sample = 'openchannels_http_requests_total{method="POST",route="/mcp",status="401"}'
    before = _read_metrics(team).get(sample, 0)
    refused = team.server.call("dialog_get", {"chat_id": 201}, token="ocm_" + "x" * 43)

    assert _read_metrics(team)[sample] == before + 1
    (line,) = team.find_lines("http request", request_id=refused.headers["x-request-id"])
    assert (line["status"], line["route"]) == (401, "/mcp")
    assert "caller" not in line
    assert "xxxx" not in team.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_whatever_name_they_come_by_and_without_a_token(team: ServerProcess, path: str) -> None:
    assert httpx.get(f"{team.server.address}{path}", headers={"Host": "10.1.2.3:8023"}).status_code == 200


def test_figures_need_the_metrics_token_and_not_a_callers(team: ServerProcess) -> None:
    token = team.server.token("curious")

    assert httpx.get(f"{team.server.address}/metrics", headers=make_bearer_header(token)).status_code == 401


def test_lines_can_be_text_and_without_a_metrics_token_there_are_no_figures(tmp_path: Path) -> None:
    without = {"OPENCHANNELS_HTTP_METRICS_TOKEN": "", "OPENCHANNELS_HTTP_LOG_FORMAT": "text"}
    with run_server_process(tmp_path, "--sandbox", **without) as running:
        assert (
            httpx.get(f"{running.server.address}/metrics", headers=make_bearer_header(METRICS_TOKEN)).status_code == 404
        )
        running.server.call("dialog_get", {"chat_id": 201}, running.server.token("anna"), X_Request_Id="abc")

    assert running.status == 0
    (line,) = [line for line in running.text.splitlines() if "tool call" in line]
    assert "INFO openchannels.call: tool call request_id=abc caller=anna portal=sandbox tool=dialog_get" in line


def test_a_campaign_of_failures_writes_no_secret_and_nobodys_words(tmp_path: Path) -> None:
    """Secrets are planted wherever a portal, a client or a library can bring them."""
    with recording_portal() as recording:
        address = f"{recording.webhook}imopenlines.dialog.get"
        portal = {"OPENCHANNELS_WEBHOOK_URL": recording.webhook, "OPENCHANNELS_TIMEOUT": "1"}
        with run_server_process(tmp_path, *ALL, "--log-level", "debug", **portal) as running:
            token = running.server.token("anna")
            for status, body in (
                (200, {"result": True}),
                (200, {"result": {"id": WORDS, "url": address}}),
                (400, {"error": "ACCESS_DENIED", "error_description": f"{WORDS} {address}"}),
                (400, {"error": f"{WORDS} {address}", "error_description": address}),
                (401, {"error": "INVALID_CREDENTIALS", "error_description": address}),
                (500, {"error": "ERROR_CORE", "error_description": f"{WORDS} {address}"}),
                (503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": address}),
                (302, {"location": address}),
            ):
                _set_answer(recording, status, body)
                for tool, arguments in (
                    ("operator_answer", {"chat_id": 201}),
                    ("session_head_vote", {"session_id": 301, "rating": 5, "comment": f"{WORDS} {address}"}),
                    ("crm_message_add", {"message": WORDS, WORDS: address}),
                    (f"{WORDS} {address}", {}),
                ):
                    running.server.call(tool, arguments, token, X_Request_Id=TOKEN + "!")
            running.server.post(f"{{{WORDS} {address}".encode(), token)
            running.server.post({"jsonrpc": "2.0", "id": 1, "method": "x", "params": WORDS}, token)
            running.server.post(path=f"/rest/1/{TOKEN}/?auth={TOKEN}", token=token)
            running.server.raw(f"GET /rest/1/{TOKEN}/ HTTP/9.9\r\nbroken {address}\r\n\r\n".encode())

    outcomes = {line["outcome"] for line in running.find_lines("tool call")}
    assert {"ok", "refused", "auth_refused", "limited", "outcome_unknown", "arguments_refused"} <= outcomes
    assert "uvicorn.access" not in running.text
    for secret in (TOKEN, token, METRICS_TOKEN, "My card", recording.address):
        assert secret not in running.text


class Collector(BaseHTTPRequestHandler):
    """Takes spans as OpenTelemetry's collectors do."""

    spans = b""

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        Collector.spans += self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


def test_spans_reach_the_collector_that_the_environment_names(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra `telemetry` is not installed")
    with HTTPServer(("127.0.0.1", 0), Collector) as collector:
        thread = Thread(target=collector.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{collector.server_port}"
            with run_server_process(tmp_path, "--sandbox", OTEL_EXPORTER_OTLP_ENDPOINT=address) as running:
                token = running.server.token("anna")
                running.server.call("session_head_vote", {"session_id": 301, "rating": 5, "comment": WORDS}, token)
        finally:
            collector.shutdown()
            thread.join()

    for told in (
        b"tools/call session_head_vote",
        b"portal imopenlines.session.head.vote",
        b"anna",
        b"openchannels-mcp",
    ):
        assert told in Collector.spans
    assert b"My card" not in Collector.spans
    assert token.encode() not in Collector.spans
