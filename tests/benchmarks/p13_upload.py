"""P13: a resumable upload of 1 GiB with SHA-256 taken while it arrives; memory of the server; what a cut costs."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil

from tests.benchmarks import place
from tests.benchmarks.line import Line
from tests.yard import ROOT

MIB = 1 << 20
CHUNK = 64 * MIB
SIZES = {"64 MiB": 64 * MIB, "1 GiB": 1024 * MIB}
BLOCK = os.urandom(MIB)
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def run() -> list[Line]:
    state = place.services()
    with web_server() as (port, server):
        uploader = Uploader(port)
        uploader.send(CHUNK)  # what is loaded on first use counts neither as time nor as growth
        before = server.memory_info().rss
        speeds = {name: size / MIB / _timed(partial(uploader.send, size)) for name, size in SIZES.items()}
        grown = (server.memory_info().rss - before) / MIB
        again = uploader.sent_again_after_a_cut() / MIB
    disk = 1024 / _timed(lambda: _write(state, 1024 * MIB))
    return [
        Line(
            number="P13",
            name="resumable upload of 1 GiB with SHA-256",
            figure=speeds["1 GiB"],
            unit="MiB/s",
            target=300,
            better="more",
            beside=f"plain file with fsync {disk:.0f} MiB/s",
            growth=speeds,
        ),
        Line(number="P13", name="server memory grown by 1 GiB", figure=grown, unit="MiB", target=16),
        Line(
            number="P13",
            name="sent again after a cut",
            figure=again,
            unit="MiB",
            target=CHUNK / MIB,
            beside="chunks of 64 MiB",
        ),
    ]


class Uploader:
    """A tus client that spends little: one connection, blocks of a megabyte straight from memory."""

    def __init__(self, port: int) -> None:
        from webapp.accounts import people, tokens

        secret = tokens.create(people.get_or_make("bench")[0], "bench")[1]
        self._headers = {**TUS, "Authorization": f"Bearer {secret}"}
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def send(self, size: int) -> None:
        address = self._begin(size)
        for offset in range(0, size, CHUNK):
            length = min(CHUNK, size - offset)
            body = (BLOCK for _ in range(length // MIB))
            headers = {**self._headers, "Upload-Offset": str(offset), "Content-Length": str(length)}
            assert self._ask("PATCH", address, headers, body) == str(offset + length)

    def sent_again_after_a_cut(self) -> int:
        """Bytes that were handed to a connection which was cut half-way through a chunk, and are to be sent again."""
        address = self._begin(CHUNK)
        head = "".join(f"{name}: {value}\r\n" for name, value in {**self._headers, "Upload-Offset": "0"}.items())
        with socket.create_connection(("127.0.0.1", self._port)) as connection:
            connection.sendall(
                f"PATCH {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {CHUNK}\r\n{head}\r\n".encode()
            )
            for _ in range(CHUNK // MIB // 2):
                connection.sendall(BLOCK)
        offset, end = 0, time.monotonic() + 30
        while offset == 0 and time.monotonic() < end:
            offset = int(self._ask("HEAD", address, self._headers))
            time.sleep(0.1)
        return CHUNK // 2 - offset

    def _begin(self, size: int) -> str:
        headers = {
            "Authorization": self._headers["Authorization"],
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(size),
        }
        self._ask("POST", "/api/v1/uploads", headers)
        return self._location

    def _ask(self, verb: str, address: str, headers: dict[str, str], body: Iterator[bytes] | None = None) -> str:
        self._connection.request(verb, address, body=body, headers=headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status < 300, (answer.status, said)
        self._location = answer.headers.get("Location", "")
        return answer.headers["Upload-Offset"]


@contextmanager
def web_server() -> Iterator[tuple[int, psutil.Process]]:
    """The web server's own process, as `manage.py up` starts it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "webapp.serve", str(listening.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[listening.fileno()], stderr=subprocess.DEVNULL)
        try:
            yield listening.getsockname()[1], psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _write(folder: Path, size: int) -> None:
    path = folder / "plain"
    with path.open("wb", buffering=0) as file:
        for _ in range(size // MIB):
            file.write(BLOCK)
        os.fsync(file.fileno())
    path.unlink()


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
