"""Examples of one REST call in several languages, all from the same payload."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reference.pages.literals import JAVASCRIPT, PHP, PYTHON
from tools.method import Method

PORTAL = "your-portal.bitrix24.com"
WEBHOOK = "1/YOUR_WEBHOOK_SECRET"
TOKEN = "YOUR_ACCESS_TOKEN"  # noqa: S105  (the reader's own goes here)
_STEP = "    "
LANGUAGES = ("curl", "Python, b24pysdk", "JavaScript, @bitrix24/b24jssdk", "PHP, bitrix24/b24phpsdk")
"""What the examples are in: language and library."""


@dataclass(frozen=True, slots=True)
class ClientSetup:
    """How each library is told who calls."""

    python: str
    javascript: str
    php: str


WEBHOOK_SETUP = ClientSetup(
    python=(
        f'from b24pysdk import BitrixWebhook\n\nportal = BitrixWebhook(domain="{PORTAL}", webhook_token="{WEBHOOK}")\n'
    ),
    javascript=(
        "import { B24Hook } from '@bitrix24/b24jssdk'\n\n"
        f"const $b24 = B24Hook.fromWebhookUrl('https://{PORTAL}/rest/{WEBHOOK}')\n"
    ),
    php=(
        "use Bitrix24\\SDK\\Services\\ServiceBuilderFactory;\n\n"
        f"$b24 = ServiceBuilderFactory::createServiceBuilderFromWebhook('https://{PORTAL}/rest/{WEBHOOK}/');\n"
    ),
)
APPLICATION_SETUP = ClientSetup(
    python=(
        "from b24pysdk import BitrixApp, BitrixToken\n\n"
        "portal = BitrixToken(\n"
        f'{_STEP}domain="{PORTAL}",\n'
        f'{_STEP}auth_token="{TOKEN}",\n'
        f'{_STEP}refresh_token="YOUR_REFRESH_TOKEN",\n'
        f'{_STEP}bitrix_app=BitrixApp(client_id="YOUR_CLIENT_ID", client_secret="YOUR_CLIENT_SECRET"),\n'
        ")\n"
    ),
    javascript=(
        "import { B24OAuth } from '@bitrix24/b24jssdk'\n\n"
        "const tokens = {\n"
        f"{_STEP}domain: '{PORTAL}',\n"
        f"{_STEP}memberId: 'YOUR_MEMBER_ID',\n"
        f"{_STEP}accessToken: '{TOKEN}',\n"
        f"{_STEP}refreshToken: 'YOUR_REFRESH_TOKEN',\n"
        "}\n"
        "const $b24 = new B24OAuth(tokens, { clientId: 'YOUR_CLIENT_ID', clientSecret: 'YOUR_CLIENT_SECRET' })\n"
    ),
    php=(
        "use Bitrix24\\SDK\\Core\\Credentials\\{ApplicationProfile, AuthToken, DefaultOAuthServerUrl};\n"
        "use Bitrix24\\SDK\\Services\\ServiceBuilderFactory;\n"
        "use Psr\\Log\\NullLogger;\n"
        "use Symfony\\Component\\EventDispatcher\\EventDispatcher;\n\n"
        "$application = ApplicationProfile::initFromArray([\n"
        f"{_STEP}'BITRIX24_PHP_SDK_APPLICATION_CLIENT_ID' => 'YOUR_CLIENT_ID',\n"
        f"{_STEP}'BITRIX24_PHP_SDK_APPLICATION_CLIENT_SECRET' => 'YOUR_CLIENT_SECRET',\n"
        f"{_STEP}'BITRIX24_PHP_SDK_APPLICATION_SCOPE' => 'imopenlines',\n"
        "]);\n"
        f"$token = new AuthToken('{TOKEN}', 'YOUR_REFRESH_TOKEN', time() + 3600, 3600);\n"
        "$b24 = (new ServiceBuilderFactory(new EventDispatcher(), new NullLogger()))\n"
        f"{_STEP}->init($application, $token, '{PORTAL}', DefaultOAuthServerUrl::default());\n"
    ),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of code that makes a call."""

    title: str
    language: str
    code: str


def make_payload(method: type[Method]) -> dict[str, Any]:
    """The request body of a method's example."""
    return method.from_tool(dict(method.example)).to_wire()


def make_examples(rest: str, body: Mapping[str, Any], *, application: bool = False) -> tuple[Example, ...]:
    """The same call in every language: with a webhook, or with an application's tokens where nothing else is taken."""
    parameters = dict(body)
    portal = APPLICATION_SETUP if application else WEBHOOK_SETUP
    in_curl, with_python, with_javascript, with_php = LANGUAGES
    curl = [Example(f"{in_curl}, OAuth application", "bash", write_oauth_curl(rest, parameters))]
    if not application:
        curl.insert(0, Example(f"{in_curl}, incoming webhook", "bash", write_webhook_curl(rest, parameters)))
    return (
        *curl,
        Example(with_python, "python", write_python(rest, parameters, portal)),
        Example(with_javascript, "js", write_javascript(rest, parameters, portal)),
        Example(with_php, "php", write_php(rest, parameters, portal)),
    )


def write_webhook_curl(rest: str, body: dict[str, Any]) -> str:
    """The secret is part of the address."""
    return _write_curl(f"https://{PORTAL}/rest/{WEBHOOK}/{rest}", body)


def write_oauth_curl(rest: str, body: dict[str, Any]) -> str:
    """The token goes into a header, not into addresses that get logged."""
    return _write_curl(f"https://{PORTAL}/rest/{rest}", body, f"Authorization: Bearer {TOKEN}")


def _write_curl(url: str, body: dict[str, Any], *headers: str) -> str:
    options = [f"-H {shlex.quote(header)}" for header in ("Content-Type: application/json", *headers)]
    options.append(f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    return " \\\n  ".join([f"curl {shlex.quote(url)}", *options])


def write_python(rest: str, body: dict[str, Any], setup: ClientSetup) -> str:
    """The token object calls any method by its name; a refusal raises BitrixAPIError."""
    return (
        f"{setup.python}"
        "response = portal.call_method(\n"
        f'{_STEP}"{rest}",\n'
        f"{_STEP}{PYTHON.write(body, _STEP)},\n"
        ")\n"
        'print(response["result"])'
    )


def write_javascript(rest: str, body: dict[str, Any], setup: ClientSetup) -> str:
    """Most refusals throw, some only mark the response: both end in an exception here."""
    return (
        f"{setup.javascript}"
        "const response = await $b24.actions.v2.call.make({\n"
        f"{_STEP}method: '{rest}',\n"
        f"{_STEP}params: {JAVASCRIPT.write(body, _STEP)},\n"
        "})\n"
        "if (!response.isSuccess) {\n"
        f"{_STEP}throw new Error(response.getErrorMessages().join('; '))\n"
        "}\n"
        "console.log(response.getData().result)"
    )


def write_php(rest: str, body: dict[str, Any], setup: ClientSetup) -> str:
    """The core object calls any method by its name; a refusal throws a BaseException of the SDK."""
    return (
        "<?php\n"
        "require_once 'vendor/autoload.php';\n\n"
        f"{setup.php}"
        f"$response = $b24->core->call('{rest}', {PHP.write(body)});\n"
        "// A plain value such as true arrives as [true].\n"
        "print_r($response->getResponseData()->getResult());"
    )
