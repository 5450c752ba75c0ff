"""An asset goes from an upload into the weights of a model, by a worker and processes of their own."""

import os
import subprocess
import sys

from tests.yard import ROOT


def test_an_asset_goes_the_whole_way() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.trainer.toys.install", "tests/worker/asset_walk.py"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout[-5000:] + done.stderr[-2000:]
