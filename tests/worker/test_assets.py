"""Assets and the worker: from an upload into the weights of a model, and files that are made to hurt."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.webapp import assets
from tests.yard import ROOT
from webapp.accounts.models import User
from webapp.assets.models import Asset
from worker.agent import Agent

BOMB = {"type": "Precompiled", "precompiled_charsmap": "//////8/AAAA"}  # asks for 8 GB, and the library aborts


def test_an_asset_goes_the_whole_way() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.trainer.toys.install", "tests/worker/asset_walk.py"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout[-5000:] + done.stderr[-2000:]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"normalizer": BOMB}, "asset_breaks"), ({"model": {"type": "Other", "vocab": {}}}, "tokenizer_unreadable")],
)
def test_what_breaks_the_library_ends_the_inspection_at_once_with_a_sentence(
    agent: Agent, changes: dict[str, Any], code: str
) -> None:
    """And is not tried again, as a training that was killed is."""
    content = json.dumps({**json.loads(assets.TOKENIZER), **changes}).encode()
    asset = assets.made(User.objects.create_user("ada"), content, "hurts.json")
    deadline = time.monotonic() + 60
    while asset.state == Asset.State.INSPECTING:
        assert time.monotonic() < deadline
        agent._turn()
        asset.refresh_from_db()
    assert asset.inspection is not None
    assert (asset.state, asset.inspection.reason_code, asset.inspection.attempt) == ("failed", code, 1)
    assert asset.profile is None and asset.content is None
