"""Each client that is here, over each transport and with either form of results."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import npm
from bench.clients.model import serve_model
from bench.clients.programs import PROGRAMS, Program, Server
from bench.clients.story import LOOKED_FOR, STORY, judge
from bench.served import OURS, ROOT, environment, portal, served
from bench.table import Row, Table

SECONDS = 120
"""For a whole conversation."""
FROM_ANYWHERE = (
    sys.executable,
    "-c",
    f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); runpy.run_module({OURS[-1]!r}, run_name='__main__')",
)
"""The program in another working folder; clients do not let PYTHONPATH through."""
STRUCTURED = {"OPENCHANNELS_STRUCTURED": "true"}


def measure(*, short: bool) -> Table:
    """Only over stdio and in the form that is the default where it has to be short."""
    rows: list[Row] = []
    with portal() as here:
        settings = {"OPENCHANNELS_WEBHOOK_URL": here.webhook}
        for program in PROGRAMS:
            if (folder := npm.find(program.package)) is None:
                rows.append((f"{program.name}: not installed", *[None] * (len(COLUMNS) - 1)))
                continue
            name = f"{program.name} {npm.read_version(folder)}"
            for way, server in _servers(settings, short=short):
                here.control("reset", {})
                rows.append((name, way, *_judge(program, server)))
    return Table(
        "Clients",
        "What clients show their model of the answers to one story: a page of the documentation, the inbox, a dialog, "
        "a draft and a failure. The clients are the published ones, the model is scripted.",
        COLUMNS,
        tuple(rows),
        ("Fences mark words of people outside. Advice is what to do after a failure. Read: characters of results.",),
    )


COLUMNS = ("client", "server", *LOOKED_FOR, "read")


def _servers(settings: dict[str, str], *, short: bool) -> Iterator[tuple[str, Server]]:
    with environment(**settings) as env:
        own = {name: value for name, value in env.items() if name.startswith("OPENCHANNELS_")}
        yield "stdio", Server(FROM_ANYWHERE, own)
        if not short:
            yield "stdio, structured", Server(FROM_ANYWHERE, {**own, **STRUCTURED})
            with served(*OURS, "serve", "--port", "0", **settings) as team:
                yield "HTTP", Server(url=f"{team.address}/mcp")


def _judge(program: Program, server: Server) -> Sequence[str | int]:
    with serve_model(program.dialect, STORY) as model:
        said = _run(program, server, model.address)
        if len(model.results) < len(STORY):
            raise RuntimeError(f"{program.name} answered {len(model.results)} of {len(STORY)} calls: {said}")
        came = ["yes" if arrived else "no" for arrived in judge(model.results).values()]
        return *came, sum(map(len, model.results))


def _run(program: Program, server: Server, model: str) -> str:
    """Start a client in a home of its own, for one wish; what it said, for who looks for a fault."""
    with tempfile.TemporaryDirectory(prefix="bench-client-") as folder:
        home, work = Path(folder, "home"), Path(folder, "work")
        home.mkdir()
        work.mkdir()
        start = program.configure(home, server, model, program.dialect.MODEL)
        env = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm-256color", **start.environment}
        command = (str(npm.find_binary(program.binary)), *start.arguments)
        done = subprocess.run(
            command,
            cwd=work,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
