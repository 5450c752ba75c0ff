"""An asset the whole way: uploaded, inspected by a worker, named by a spec, seen by the attempt.

It needs an encoder that Trainyard does not have, in the listings of this process and of the warm one; hence
``test_assets`` runs it apart: ``python -m pytest -p tests.trainer.toys.install tests/worker/asset_walk.py``.
"""

import time
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from trainer.errors import DamagedError, TrainerError
from trainer.packaging import package
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.assets import services as assets
from webapp.assets.models import Asset
from webapp.datasets import queries, services
from webapp.datasets.models import DatasetVersion, Upload
from webapp.runs import services as runs
from webapp.runs.models import Run, State
from worker.agent import Agent
from worker.warm import Warm

WORDS = {"red": "1 0 0 0.5", "blue": "0 1 0 0.25", "green": "0 0 1 0.125", "other": "9 9 9 9"}
VECTORS = "4 4\n" + "".join(f"{word} {row}\n" for word, row in WORDS.items())
TABLE = "colour,bright\n" + "".join(f"{('red', 'blue', 'violet')[row % 3]},{'ab'[row % 2]}\n" for row in range(90))
SECONDS = 120.0


class WarmWithToys(Warm):
    PROGRAM = "tests.trainer.toys.warm"


@pytest.fixture
def agent(transactional_db: None, tmp_path: Path, settings: Settings) -> Any:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    agent = Agent(tmp_path, WarmWithToys(tmp_path / "logs" / "warm.log"))
    agent._turn()
    yield agent
    agent._leave()


def uploaded(owner: User, content: str, name: str) -> UUID:
    artifact = store.put(BytesIO(content.encode()))
    size = artifact.size
    state = Upload.State.COMPLETE
    upload = Upload.objects.create(owner=owner, name=name, length=size, offset=size, state=state, artifact=artifact)
    return upload.pk


def wait(agent: Agent, row: Any, *states: str) -> None:
    deadline = time.monotonic() + SECONDS
    while row.state not in states:
        assert time.monotonic() < deadline, row.state
        agent._turn()
        row.refresh_from_db()


def spec(asset: Asset, **fields: Any) -> dict[str, Any]:
    encoder = {"name": "level_vectors", "vectors": str(asset.pk), **fields}
    task = {"name": "classification", "target": "bright"}
    return {"task": task, "model": {"name": "fusion", "encoders": [encoder]}, "epochs": 1, "exporters": []}


def start(version: DatasetVersion, asset: Asset, **fields: Any) -> Run:
    owner = version.dataset.owner
    return runs.start_training(owner=owner, name="with it", dataset_version=version, spec=spec(asset, **fields))


def table_of(run: Run) -> list[list[float]]:
    """The weights of the encoder in the model that the run made, which names the file that they are from."""
    config, state = package.load(store.local_path(run.versions.get().artifact_id))
    (edge,) = run.edges.filter(role__startswith="asset:")
    assert config.assets == {edge.role.removeprefix("asset:"): edge.artifact_id}
    (weights,) = (values for name, values in state.items() if name.endswith("table.weight"))
    columns: list[list[float]] = weights.T.tolist()
    return columns


def test_an_asset_goes_from_the_upload_into_the_weights(agent: Agent) -> None:
    ada = User.objects.create_user("ada")
    (asset,) = assets.create(owner=ada, uploads=[uploaded(ada, VECTORS, "colours.vec")])
    dataset = services.create(owner=ada, uploads=[uploaded(ada, TABLE, "colours.csv")])
    version = queries.newest(queries.datasets(ada).get(pk=dataset.pk))
    with pytest.raises(TrainerError, match="still being inspected"):
        start(version, asset)
    waiting_for = asset.inspection
    assert waiting_for is not None
    wait(agent, asset, Asset.State.READY, Asset.State.FAILED)
    assert asset.state == Asset.State.READY, asset.inspection and asset.inspection.reason
    assert (asset.kind, asset.profile and asset.profile["measures"]) == ("word_vectors", {"words": 4, "width": 4})

    run = start(version, asset)  # whether the table is inspected by now or not
    with pytest.raises(assets.AssetError, match="uses this asset"):
        assets.delete(asset)
    wait(agent, version, DatasetVersion.State.READY)
    with pytest.raises(TrainerError) as caught:
        start(version, asset, width=5)
    assert (caught.value.code, caught.value.field) == ("width_differs", "model.encoders.0.vectors")

    wait(agent, run, State.SUCCEEDED, State.FAILED)
    assert run.state == State.SUCCEEDED, (run.reason, run.reason_params)
    by_level = {"red": [1, 0, 0, 0.5], "blue": [0, 1, 0, 0.25], "violet": [0, 0, 0, 0]}
    assert table_of(run) == [by_level[level] for level in sorted(by_level)]

    lines = [entry.body["message"] % entry.body["params"] for entry in run.entries.filter(type="log")]
    assert "2 levels have a vector." in lines, lines
    assets.delete(asset)
    again = runs.retry(run=run, owner=ada)  # what it reads is its own, whatever became of the asset
    wait(agent, again, State.SUCCEEDED, State.FAILED)
    assert again.state == State.SUCCEEDED and table_of(again) == table_of(run)
    damage(asset)
    damaged = runs.retry(run=run, owner=ada)
    wait(agent, damaged, State.SUCCEEDED, State.FAILED)
    assert (damaged.state, damaged.reason_code) == (State.FAILED, DamagedError.CODE)
    assert damaged.reason == DamagedError.SENTENCES["asset"]


def damage(asset: Asset) -> None:
    """Turn a byte of the last vector, as a disk does."""
    assert asset.content_id is not None
    path = store.unverified_path(asset.content_id)
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
