"""Data sets of real files, inspected by the trainer within the test as a worker has it inspected."""

import json
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from trainer.errors import TrainerError
from trainer.importing.preparation import prepare
from trainer.specs.inspect import InspectSpec
from trainer.specs.parsing import parse
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.datasets import queries, services
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.runs import states
from webapp.runs.models import Run, State
from webapp.runs.states import Reason

PARCELS = "zip,area,species\n" + "".join(
    f"{501 + row % 7:05d},{'about 12' if row in (2, 40) else row * 1.5},{'setosa' if row % 2 else 'virginica'}\n"
    for row in range(60)
)


def uploaded(owner: User, content: str = PARCELS, name: str = "parcels.csv") -> Upload:
    """An upload that is whole."""
    artifact = store.put(BytesIO(content.encode()))
    return Upload.objects.create(
        owner=owner,
        name=name,
        length=artifact.size,
        offset=artifact.size,
        state=Upload.State.COMPLETE,
        sha256=artifact.sha256,
        artifact=artifact,
    )


def parcels(owner: User, content: str = PARCELS) -> Dataset:
    """A data set that is ready: codes, numbers of which two are words, and two classes."""
    dataset = services.create(owner=owner, uploads=[uploaded(owner, content).pk])
    inspect(queries.newest(queries.datasets(owner).get(pk=dataset.pk)))
    return queries.datasets(owner).get(pk=dataset.pk)


def inspect(version: DatasetVersion) -> None:
    """Do what the version's inspect run is to do, and record it as the worker does."""
    run = queries.inspection(version)
    assert run is not None
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING, attempt=1)
    spec = parse(run.spec)
    assert isinstance(spec, InspectSpec)
    edges = run.edges.filter(direction=Edge.Direction.INPUT).order_by("role")
    paths = [store.local_path(edge.artifact_id) for edge in edges]
    with TemporaryDirectory() as folder:
        try:
            done = prepare(paths, spec.files, Path(folder) / "out", spec.format, spec.columns)
        except TrainerError as error:
            states.move(run.pk, State.FAILED, reason=Reason(error.code, error.message, error.params))
            return
        prepared, profile = store.put(done.prepared), json.loads(done.profile.read_text())
    Edge.objects.create(run=run, artifact=prepared, direction=Edge.Direction.OUTPUT, role="prepared", name="prepared")
    states.move(run.pk, State.SUCCEEDED)
    DatasetVersion.objects.filter(pk=version.pk).update(
        prepared=prepared, profile=profile, state=DatasetVersion.State.READY
    )
    version.refresh_from_db()
