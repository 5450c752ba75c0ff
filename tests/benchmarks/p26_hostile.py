"""P26: two thousand clients that nobody knows, with half heads, silence and slow bodies: what they cost the server, and
another user."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import psutil

from tests.benchmarks import place
from tests.benchmarks.line import Line
from tests.benchmarks.p13_upload import web_server
from tests.yard import ROOT

MIB = 1 << 20
SIZES = (200, 2000)  # clients
SECONDS = 15.0  # of each attack; the clients end by themselves after twice as long
REQUESTS = 300
PAGE = "/runs/"
WORST = 4.0  # times the 99th percentile without them, on two cores of which they take one


def run() -> list[Line]:
    place.services()
    cookie = _signed_in()
    with web_server() as (port, server):
        _times(port, cookie, 100)  # what is loaded on first use is no growth
        quiet = _p99(_times(port, cookie, REQUESTS))
        growth, busy = {}, {}
        for count in SIZES:
            growth[f"{count:,}"], busy[f"{count:,}"], counts = _under_attack(port, server, cookie, count)
        again = _under_attack(port, server, cookie, SIZES[-1])[0]
    return [
        Line(
            number="P26",
            name="web memory grown by 2,000 strangers with half heads, silence, slow bodies",
            figure=growth["2,000"],
            unit="MiB",
            target=96,
            beside=f"{counts['opened']:,} connections, {counts['closed']:,} of them cut",
            growth=growth,
        ),
        Line(number="P26", name="grown by the same once more", figure=again, unit="MiB", target=16),
        Line(
            number="P26",
            name="another user's page meanwhile, p99, a new connection each",
            figure=busy["2,000"],
            unit="ms",
            target=WORST * quiet,
            beside=f"{quiet:.1f} ms without them",
            growth=busy,
        ),
    ]


def _under_attack(port: int, server: psutil.Process, cookie: str, count: int) -> tuple[float, float, dict[str, int]]:
    """Largest growth of memory in MiB, the 99th percentile of the other user's page in ms, and what the clients
    counted."""
    before = server.memory_info().rss
    command = [sys.executable, "-m", "tests.benchmarks.p26_clients", str(port), str(count), str(SECONDS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as clients, _largest(server) as sizes:
        assert clients.stdout is not None
        assert clients.stdout.readline().strip() == "open"
        times = _times(port, cookie, REQUESTS, until=time.monotonic() + SECONDS)
        counts: dict[str, int] = json.loads(clients.stdout.readline())
    assert len(times) >= 50, "too few pages to tell"
    return (max(sizes) - before) / MIB, _p99(times), counts


def _times(port: int, cookie: str, count: int, until: float = float("inf")) -> list[float]:
    """Milliseconds of so many pages at most, each on a connection of its own."""
    times: list[float] = []
    while len(times) < count and time.monotonic() < until:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", PAGE, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 200, answer.status
        times.append(1000 * (time.perf_counter() - began))
        time.sleep(0.01)
    return times


def _p99(times: list[float]) -> float:
    return float(np.percentile(times, 99))


@contextmanager
def _largest(server: psutil.Process) -> Iterator[list[int]]:
    """Its resident memory now and then, in bytes."""
    sizes, over = [server.memory_info().rss], threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            sizes.append(server.memory_info().rss)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield sizes
    over.set()
    thread.join()


def _signed_in() -> str:
    """The cookie of a person's session."""
    from django.conf import settings
    from django.test import Client

    from webapp.accounts import people

    client = Client()
    client.force_login(people.get_or_make("bench")[0])
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
