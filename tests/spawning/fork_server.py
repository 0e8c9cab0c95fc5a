"""Imports the program once, and forks for each launcher that asks: `python -m tests.spawning.fork_server SOCKET`.

It ends with the process that started it, whose end of the standard input closes. For each launcher there are two
forks: the program, and a process that waits for it, which passes the launcher's signals on and tells it the status.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Any, NoReturn

STDIN, STDOUT, STDERR = range(3)
FOLDERS = ("portal", "prompts", "reference", "sandbox", "server", "tools", "workflows")
BESIDE = (
    "anyio._backends._asyncio", "filelock", "h11", "httpcore", "httpx", "mcp.server.stdio", "sqlite3", "uvicorn.config",
    "uvicorn.loops.asyncio", "uvicorn.protocols.http.h11_impl", "uvicorn.server",
)  # fmt: skip
"""Libraries that are imported where they are used."""


def import_program() -> None:
    """All that the program imports sooner or later; its own tests tell when."""
    importlib.import_module("openchannels_mcp")
    for folder in FOLDERS:
        package = importlib.import_module(folder)
        for module in pkgutil.walk_packages(package.__path__, f"{folder}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in BESIDE:
        importlib.import_module(name)


def build_search() -> None:
    """The index of the documentation, which takes a second; what is started builds it when it is first asked."""
    importlib.import_module("reference.search.search").search("open channels", 1)


def describe_tools() -> None:
    """The schemas of all tools, which take a third of a second; what is started makes them for its first client."""
    describe_tool = importlib.import_module("server.catalogue.definitions").describe_tool
    for tool in importlib.import_module("server.catalogue.registry").every_tool().values():
        describe_tool(tool, structured=False)
        describe_tool(tool, structured=True)


def main() -> None:
    """Serve until the standard input ends."""
    import_program()
    build_search()
    describe_tools()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(64)
        print("ready", flush=True)  # noqa: T201
        while STDIN not in select.select([listener.fileno(), STDIN], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                serve(connection)
            connection.close()
            reap()


def reap() -> None:
    """Take note of forks that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            continue


def serve(connection: socket.socket) -> None:
    """Run what a launcher asks for; does not return."""
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    request = json.loads(connection.makefile().readline())
    alive, living = os.pipe()
    if (program := os.fork()) == 0:
        connection.close()
        os.close(alive)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        run(request)
    os.close(living)
    for stream in streams:
        os.close(stream)
    watch(connection, program, alive)


def watch(connection: socket.socket, program: int, alive: int) -> None:
    """Pass signals on until the program ends; a launcher that is gone takes it along. Does not return."""
    while alive not in select.select([connection.fileno(), alive], [], [])[0]:
        with suppress(ProcessLookupError):
            os.kill(program, (connection.recv(1) or bytes([signal.SIGKILL]))[0])
    _, status = os.waitpid(program, 0)
    with suppress(BrokenPipeError):
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def run(request: dict[str, Any]) -> None:
    """Become the program; does not return."""
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.stdin, sys.stdout = open(STDIN, closefd=False), open(STDOUT, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(STDERR, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.argv = [request["module"], *request["words"]]
    try:
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            raise
        finish(ended.code or 0)
    finish(0)


def finish(status: int) -> NoReturn:
    """End as an interpreter does, but leave the modules in memory: to take them apart would cost more than to run."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # noqa: SLF001
    gc.collect()
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
