import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reference.pages.examples import Example, make_examples, make_payload, write_webhook_curl
from reference.pages.literals import JAVASCRIPT, PHP, PYTHON
from tools.effect import Auth
from tools.method import Method
from tools.registry import methods

METHODS = pytest.mark.parametrize("method", methods().values(), ids=methods())


def _examples(method: type[Method]) -> tuple[Example, ...]:
    return make_examples(method.rest, make_payload(method), application=method.auth is Auth.APPLICATION)


def _code(method: type[Method], title: str) -> str:
    return next(one.code for one in _examples(method) if one.title.startswith(title))


class FakeSdk(ModuleType):
    """Stands for b24pysdk and keeps the calls."""

    def __init__(self) -> None:
        super().__init__("b24pysdk")
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def BitrixWebhook(self, *, domain: str, webhook_token: str) -> "FakeSdk":  # noqa: N802  (the SDK's name)
        assert (domain, webhook_token) == ("your-portal.bitrix24.com", "1/YOUR_WEBHOOK_SECRET")
        return self

    def BitrixApp(self, *, client_id: str, client_secret: str) -> str:  # noqa: N802
        assert (client_id, client_secret) == ("YOUR_CLIENT_ID", "YOUR_CLIENT_SECRET")
        return "application"

    def BitrixToken(self, *, domain: str, bitrix_app: str, **tokens: str) -> "FakeSdk":  # noqa: N802
        assert (domain, bitrix_app) == ("your-portal.bitrix24.com", "application")
        assert tokens == {"auth_token": "YOUR_ACCESS_TOKEN", "refresh_token": "YOUR_REFRESH_TOKEN"}
        return self

    def call_method(self, api_method: str, params: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((api_method, params))
        return {"result": True}


@METHODS
def test_there_is_an_example_for_each_way_of_calling(method: type[Method]) -> None:
    titles = [one.title for one in _examples(method)]
    assert titles == [
        *([] if method.auth is Auth.APPLICATION else ["curl, incoming webhook"]),
        "curl, OAuth application",
        "Python, b24pysdk",
        "JavaScript, @bitrix24/b24jssdk",
        "PHP, bitrix24/b24phpsdk",
    ]


@METHODS
def test_curl_sends_the_payload_as_json(method: type[Method]) -> None:
    for one in _examples(method):
        if one.language == "bash":
            words = shlex.split(one.code.replace("\\\n", " "))
            assert words[:1] == ["curl"]
            assert words[1].startswith("https://your-portal.bitrix24.com/rest/")
            assert words[1].endswith(f"/{method.rest}")
            assert "Content-Type: application/json" in words
            assert json.loads(words[words.index("-d") + 1]) == make_payload(method)


@METHODS
def test_no_example_calls_with_a_webhook_what_only_an_application_may_call(method: type[Method]) -> None:
    webhook = any("YOUR_WEBHOOK_SECRET" in one.code for one in _examples(method))
    assert webhook is (method.auth is not Auth.APPLICATION)


@METHODS
def test_the_token_of_an_application_stays_out_of_the_address(method: type[Method]) -> None:
    words = shlex.split(_code(method, "curl, OAuth").replace("\\\n", " "))
    assert words[1] == f"https://your-portal.bitrix24.com/rest/{method.rest}"
    assert "Authorization: Bearer YOUR_ACCESS_TOKEN" in words


@METHODS
def test_python_compiles_and_calls_the_method_with_the_payload(
    method: type[Method], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sdk = FakeSdk()
    monkeypatch.setitem(sys.modules, "b24pysdk", sdk)
    exec(compile(_code(method, "Python"), method.rest, "exec"), {})  # noqa: S102  (the example is what is tested)
    assert sdk.calls == [(method.rest, make_payload(method))]
    assert capsys.readouterr().out == "True\n"


@METHODS
def test_code_keeps_to_a_readable_width(method: type[Method]) -> None:
    for one in _examples(method):
        if one.language in {"python", "js"}:
            assert max(map(len, one.code.splitlines())) <= 110


def test_secrets_are_obviously_fake() -> None:
    for method in methods().values():
        for one in _examples(method):
            assert re.search(r"YOUR_(WEBHOOK_SECRET|ACCESS_TOKEN)", one.code)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_parses(tmp_path: Path) -> None:
    file = tmp_path / "all.mjs"
    for method in methods().values():
        statements = _code(method, "JavaScript").split("\n\n", 1)[1]
        with file.open("a") as code:
            code.write(f"{{\n{statements}\n}}\n")
    ran = subprocess.run(["node", "--check", str(file)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")
def test_php_arrays_are_the_payload() -> None:
    bodies = [make_payload(method) for method in methods().values()]
    code = f"echo json_encode({PHP.write(bodies)});"
    ran = subprocess.run(["php", "-r", code], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [body or [] for body in bodies]


@pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")
@pytest.mark.parametrize("tool", ["network_message_add", "imconnector_send_messages"])
def test_php_parses(tool: str, tmp_path: Path) -> None:
    file = tmp_path / "example.php"
    file.write_text(_code(methods()[tool], "PHP"))
    ran = subprocess.run(["php", "-l", str(file)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_a_quote_does_not_break_out_of_the_shell() -> None:
    body = {"MESSAGE": "it's $HOME `id`"}
    words = shlex.split(write_webhook_curl("imopenlines.crm.message.add", body).replace("\\\n", " "))
    assert json.loads(words[-1]) == body


def test_literals_follow_their_language() -> None:
    value = {"A": True, "b-c": [None, False, 1, 2.5, 'it\'s \\ "x"\n']}
    assert PYTHON.write(value) == r'{"A": True, "b-c": [None, False, 1, 2.5, "it' + r"""'s \\ \"x\"\n"]}"""
    assert JAVASCRIPT.write(value) == r'{A: true, "b-c": [null, false, 1, 2.5, "it' + r"""'s \\ \"x\"\n"]}"""
    assert PHP.write(value) == "['A' => true, 'b-c' => [null, false, 1, 2.5, 'it\\'s \\\\ \"x\"\n']]"


def test_long_literals_are_written_one_item_a_line() -> None:
    value = {"LIST": ["x" * 30, "y" * 30, "z" * 30], "EMPTY": {}}
    assert PHP.write(value) == (
        "[\n"
        "    'LIST' => [\n"
        f"        '{'x' * 30}',\n"
        f"        '{'y' * 30}',\n"
        f"        '{'z' * 30}',\n"
        "    ],\n"
        "    'EMPTY' => [],\n"
        "]"
    )
    assert PYTHON.write(value).startswith('{\n    "LIST": [\n')
