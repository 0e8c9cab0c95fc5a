"""Has the fork server start a module, and stands for it: `launcher.py SOCKET MODULE WORD...`.

It runs in an interpreter without site-packages, and imports as little as it can.
"""

import json
import os
import signal
import socket
import sys

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
STREAMS = (0, 1, 2)


def main() -> None:
    """Start it, pass signals on, and end as it ended."""
    address, module, *words = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        for number in PASSED_ON:
            signal.signal(number, lambda number, _: connection.send(bytes([number])))
        socket.send_fds(connection, [b"!"], STREAMS)
        for stream in STREAMS:
            os.close(stream)
        request = {"module": module, "words": words, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
        connection.sendall(json.dumps(request).encode() + b"\n")
        status = int(connection.recv(16) or b"1")
    if -status in PASSED_ON:
        signal.signal(-status, signal.SIG_DFL)
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)


main()
