"""P18: from `manage.py up` to a page that answers, on a fresh state folder and on one that is kept."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.line import Line
from tests.yard import ROOT, Yard

REPEATS = 3
TARGET = 5.0  # seconds


def run() -> list[Line]:
    starts = [_fresh_then_kept() for _ in range(REPEATS)]
    fresh, kept = (statistics.median(seconds) for seconds in zip(*starts, strict=True))
    floor = statistics.median(_loading() for _ in range(REPEATS))
    return [
        Line(
            number="P18",
            name="start on a fresh state folder",
            figure=fresh,
            unit="s",
            target=TARGET,
            beside=f"{fresh / floor:.1f} x loading the pages' code alone",
        ),
        Line(
            number="P18",
            name="start again, data kept",
            figure=kept,
            unit="s",
            target=TARGET,
            beside=f"{kept / floor:.1f} x loading the pages' code alone",
        ),
    ]


def _fresh_then_kept() -> tuple[float, float]:
    """Seconds until the sign-in link is printed, which is when the web server has answered its first request."""
    with tempfile.TemporaryDirectory() as folder:
        yard = Yard(Path(folder))
        try:
            return yard.start(), yard.restart()
        finally:
            yard.kill()


def _loading() -> float:
    """The floor: what a fresh interpreter takes to import all that the web server serves."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        program = [sys.executable, "-c", "import webapp.asgi, webapp.urls"]
        subprocess.run(program, cwd=ROOT, env={**os.environ, "TRAINYARD_STATE": folder}, check=True)
        return time.monotonic() - began
