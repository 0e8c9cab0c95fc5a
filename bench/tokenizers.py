"""Tokens of texts by OpenAI's o200k and by Anthropic's tokenizer of Claude 2, both from the npm registry."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from bench import npm

PACKAGES = ("js-tiktoken", "@anthropic-ai/tokenizer")
SECONDS = 300
SCRIPT = """
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const encoding = require("js-tiktoken").getEncoding("o200k_base");
const { countTokens } = require("@anthropic-ai/tokenizer");
console.log(JSON.stringify(texts.map(text => [encoding.encode(text, [], []).length, countTokens(text)])));
"""


@dataclass(frozen=True)
class Tokens:
    """Of one text."""

    openai: int
    """o200k, of the GPT models since 4o."""
    claude: int
    """Of Claude 2; those of later models are not published."""


def describe_missing() -> str:
    """What has to be installed first; empty if nothing."""
    missing = [package for package in PACKAGES if npm.find(package) is None]
    return ", ".join([*missing, *([] if shutil.which("node") else ["node"])])


def count_tokens(texts: Sequence[str]) -> list[Tokens]:
    """Of each text.

    Raises:
        RuntimeError: a tokenizer is not installed.
    """
    if missing := describe_missing():
        raise RuntimeError(f"not installed: {missing}")
    env = {"PATH": os.environ["PATH"], "NODE_PATH": str(npm.FOLDER / "node_modules")}
    done = subprocess.run(
        ("node", "-e", SCRIPT),
        input=json.dumps(texts),
        env=env,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return [Tokens(*counts) for counts in json.loads(done.stdout)]
