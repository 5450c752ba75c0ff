"""Assets and the worker: from an upload into the weights of a model, and files that are made to hurt."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.webapp import assets
from tests.yard import ROOT, environment_of
from trainer.errors import TrainerError
from trainer.packaging import package
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.datasets import queries, services
from webapp.datasets.models import DatasetVersion
from webapp.runs import services as runs
from webapp.runs.models import Run, State
from worker.agent import Agent

WORDS = ("good", "bad", "food", "service", "slow", "friendly", "staff", "price", "evening", "table", "wine", "again")
BOMB = {"type": "Precompiled", "precompiled_charsmap": "//////8/AAAA"}  # asks for 8 GB, and the library aborts


def test_an_asset_goes_the_whole_way(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.trainer.toys.install", "tests/worker/asset_walk.py"]
    # Where this process has settings already, the other would read them before its conftest, and share the database.
    ours = ("PYTEST", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in environment_of(tmp_path).items() if not name.startswith(ours)}
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
    wait(agent, asset, "ready", "failed")
    assert asset.inspection is not None
    assert (asset.state, asset.inspection.reason_code, asset.inspection.attempt) == ("failed", code, 1)
    assert asset.profile is None and asset.content is None


def test_texts_are_cut_and_begun_by_files_of_the_user(agent: Agent) -> None:
    """With components that Trainyard has: a tokenizer.json cuts, word vectors stay as they are in the network."""
    ada = User.objects.create_user("ada")
    cutter = assets.made(ada, tokenizer(), "words.json")
    vectors = assets.made(ada, word_vectors().encode(), "words.vec")
    dataset = services.create(owner=ada, uploads=[assets.uploaded(ada, reviews().encode(), "reviews.csv").pk])
    version = queries.newest(queries.datasets(ada).get(pk=dataset.pk))
    for row in (cutter, vectors, version):
        wait(agent, row, "ready", "failed")
        assert row.state == "ready"
    model = {"name": "rnn", "width": 8, "vectors": str(vectors.pk), "tuned": False, "units": 8}
    spec = {
        "task": {"name": "classification", "target": "label"},
        "tokenizers": [{"name": "uploaded", "file": str(cutter.pk)}],
        "model": model,
        "epochs": 1,
        "exporters": [],
    }
    with pytest.raises(TrainerError) as caught:
        start(version, {**spec, "model": {**model, "width": 9}})
    assert caught.value.field == "model.vectors"
    with pytest.raises(TrainerError) as caught:
        start(version, {**spec, "tokenizers": [{"name": "uploaded", "file": str(vectors.pk)}]})
    assert (caught.value.code, caught.value.field) == ("asset_kind", "tokenizers.0.file")
    run = start(version, spec)
    wait(agent, run, State.SUCCEEDED, State.FAILED)
    assert run.state == State.SUCCEEDED, (run.reason, run.reason_params)
    config, state = package.load(store.local_path(run.versions.get().artifact_id))
    assert set(config.assets) == {str(cutter.pk), str(vectors.pk)}
    (table,) = (values for name, values in state.items() if name.endswith("vectors.table.weight"))
    assert table.shape == (2 + 2 + len(WORDS), 8)  # the file has tokens of its own for padding and the unknown
    rows = {tuple(row) for row in table.tolist()}
    assert rows == {(0.0,) * 8, *((float(place),) * 8 for place in range(1, len(WORDS) + 1))}


def tokenizer() -> bytes:
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *WORDS])}
    model = {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"}
    return json.dumps({**json.loads(assets.TOKENIZER), "model": model}).encode()


def word_vectors() -> str:
    return "".join(f"{word} {' '.join([str(place)] * 8)}\n" for place, word in enumerate(WORDS, 1))


def reviews() -> str:
    draw = random.Random(0)
    texts = (" ".join(draw.choices(WORDS, k=draw.randint(8, 30))) for _ in range(300))
    return "text,label\n" + "".join(f"{text},{'ab'[row % 2]}\n" for row, text in enumerate(texts))


def start(version: DatasetVersion, spec: dict[str, Any]) -> Run:
    return runs.start_training(owner=version.dataset.owner, name="with files", dataset_version=version, spec=spec)


def wait(agent: Agent, row: Any, *states: str) -> None:
    deadline = time.monotonic() + 120
    while row.state not in states:
        assert time.monotonic() < deadline, row.state
        agent._turn()
        row.refresh_from_db()
