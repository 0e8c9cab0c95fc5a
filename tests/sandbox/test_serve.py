import json
import re
import subprocess
import urllib.request
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox.app import install_application
from sandbox.state.oauth import APPLICATION_TOKEN
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.sandbox.client import SandboxClient
from tests.sandbox.event_handler import serve_handler
from tests.served import TIMEOUT, allow, kill_after_timeout
from tests.spawning import command


def fetch(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:  # noqa: S310  the sandbox that was started
        return json.load(answer)


def test_the_first_lines_are_enough_to_sign_the_application_in_and_it_is_told_of_its_installation() -> None:
    with serve_handler() as handler:
        served = command("sandbox", "--port", "0", "--handler", handler.address)
        with subprocess.Popen(served, cwd=ROOT, env=PLAIN_ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            with kill_after_timeout(process):
                lines = [process.stdout.readline() for _ in range(4)]
            try:
                known = dict(re.findall(r"OPENCHANNELS_(\w+)=(\S+)", lines[2]))
                allowed = re.search(r"http://\S+/oauth/authorize/\?client_id=\S+", lines[3])
                assert allowed
                came_back = dict(parse_qsl(urlsplit(allow(allowed[0])).query))
                asked = {
                    "grant_type": "authorization_code",
                    "client_id": known["CLIENT_ID"],
                    "client_secret": known["CLIENT_SECRET"],
                    "code": came_back["code"],
                }
                tokens = fetch(f"{known['OAUTH_SERVER']}/oauth/token/?{urlencode(asked)}")
                profile = fetch(f"{known['PORTAL']}/rest/profile?auth={tokens['access_token']}")
                assert profile["result"]["ID"] == "1"
                (form,) = handler.wait_for(1)
            finally:
                process.kill()
                process.wait(TIMEOUT)
    assert form["event"] == "ONAPPINSTALL"
    assert form["auth"]["client_endpoint"] == f"{known['PORTAL']}/rest/"


def test_an_installation_at_the_start_brings_the_application_token(portal: SandboxClient) -> None:
    with serve_handler() as handler:
        install_application(portal.app, handler.address, "http://portal")
        (form,) = handler.wait_for(1)
    assert form["auth"]["application_token"] == APPLICATION_TOKEN
