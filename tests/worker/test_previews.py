"""A preview goes the way of every run: queued, taken by a worker, done in a process of its own, kept with the run."""

import time
from pathlib import Path

from tests.trainer import dirty
from trainer.previewing.report import Preview
from trainer.specs.parsing import parse
from trainer.specs.preview import PreviewSpec
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.runs import previews, services, sheets
from webapp.runs.models import State
from worker.agent import Agent

TASK = {"name": "multi_label", "labels": ["is_bright"], "features": ["size", "picture"]}


def test_a_worker_previews_rows_and_pictures(agent: Agent, tmp_path: Path) -> None:
    prepared = store.put(dirty.write(tmp_path / "prepared.safetensors", times=3))
    steps = {"cleaning": [{"name": "drop_duplicates"}], "augmentation": [{"name": "flip"}]}
    spec = parse({"kind": "preview", "task": TASK, **steps})
    assert isinstance(spec, PreviewSpec)
    owner = User.objects.create_user("ada")
    run = services.queue_run(owner=owner, name="preview", spec=spec, inputs={"prepared": prepared})
    deadline = time.monotonic() + 60
    while run.state not in (State.SUCCEEDED, State.FAILED):
        assert time.monotonic() < deadline
        agent._turn()
        run.refresh_from_db()
    preview = previews.result(run)
    assert isinstance(preview, Preview), run.reason
    assert preview.rows_before == 30
    assert sheets.response(run, "sheet").content.startswith(b"\x89PNG")
