"""P13, the way back: a download of which each block is checked before it is sent, beside the same download
unchecked.
"""

import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from socket import create_server

from tests.benchmarks import place
from tests.benchmarks.line import Line
from tests.yard import ROOT

MIB = 1 << 20
SIZE = 512 * MIB
PAIRS = 7


def run() -> list[Line]:
    place.services()
    path, secret = _stored_file()
    with _server("webapp.serve") as checked, _server("tests.benchmarks.unchecked_web") as unchecked:
        for port in (checked, unchecked):
            _rate(port, path, secret)  # what is loaded on first use does not count
        pairs = [(_rate(checked, path, secret), _rate(unchecked, path, secret)) for _ in range(PAIRS)]
    ratio = statistics.median(one / other for one, other in pairs)
    rates = [statistics.median(rates) for rates in zip(*pairs, strict=True)]
    return [
        Line(
            number="P13",
            name=f"download of 512 MiB, each block checked (median of {PAIRS} pairs)",
            figure=ratio,
            unit="x unchecked",
            target=0.8,
            better="more",
            beside=f"{rates[0]:.0f} and {rates[1]:.0f} MiB/s",
        )
    ]


def _stored_file() -> tuple[str, str]:
    """The address of an export of SIZE bytes, and a token of whose it is."""
    from tests.attacks import things
    from webapp.accounts import tokens
    from webapp.artifacts import store
    from webapp.artifacts.models import Edge

    ada = things.make(things.user("ada"))
    artifact = store.put(BytesIO(os.urandom(MIB) * (SIZE // MIB)))
    edge = Edge.objects.create(
        run_id=ada.identifiers["run"],
        artifact=artifact,
        direction="output",
        role="export",
        name="model.onnx",
        meta={"format": "onnx"},
    )
    return f"/api/v1/exports/{edge.pk}/download", tokens.create(things.user("ada"), "bench")[1]


def _rate(port: int, path: str, secret: str) -> float:
    """MiB a second of one download."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {secret}"})
    began, size, answer = time.monotonic(), 0, connection.getresponse()
    assert answer.status == 200, answer.read()
    buffer = bytearray(MIB)
    while count := answer.readinto(buffer):
        size += count
    assert size == SIZE
    connection.close()
    return SIZE / MIB / (time.monotonic() - began)


@contextmanager
def _server(module: str) -> Iterator[int]:
    with create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-m", module, str(listener.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL)
        try:
            yield listener.getsockname()[1]
        finally:
            process.terminate()
            process.wait(20)
