"""What goes from the store with a run that is deleted, and what stays because something else refers to it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from trainer.specs.parsing import parse
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.runs import services
from webapp.runs.models import Checkpoint, Kind, Run, State

pytestmark = pytest.mark.django_db(transaction=True)

MODEL = b"weights" * 1000
TRAIN, EXPORT = parse({}, "train"), parse({"kind": "export", "exporters": [{"name": "onnx"}]})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return tmp_path / "store"


def put(content: bytes) -> Artifact:
    return store.put(BytesIO(content))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def queue(owner: User, *, parent: Run | None = None, **inputs: Artifact) -> Run:
    return services.queue_run(
        owner=owner, name="digits", spec=EXPORT if parent else TRAIN, inputs=inputs, parent=parent
    )


def stored(run: Run, content: bytes, role: str = "export", name: str = "all.zip") -> Artifact:
    artifact = put(content)
    Edge.objects.create(run=run, artifact=artifact, direction=Edge.Direction.OUTPUT, role=role, name=name)
    return artifact


def trained(owner: User, data: Artifact) -> Run:
    """A run that has ended, with a model, its exports made by a child, and checkpoints from before ends let go of
    them.
    """
    run = queue(owner, prepared=data)
    model = stored(run, MODEL, "model", "model.safetensors")
    ModelVersion.objects.create(run=run, artifact=model, name="original", form=ModelVersion.Form.TORCH)
    child = queue(owner, parent=run, prepared=data, model=model)
    stored(child, b"bundle")
    Run.objects.filter(pk__in=[run.pk, child.pk]).update(state=State.SUCCEEDED)
    for step in (10, 20):
        Checkpoint.objects.create(run=run, attempt=1, step=step, artifact=put(b"checkpoint %d" % step))
    return run


def prepared(owner: User, content: bytes = b"prepared rows") -> Artifact:
    artifact = put(content)
    dataset = Dataset.objects.create(owner=owner, name="digits")
    DatasetVersion.objects.create(dataset=dataset, content_hash="", prepared=artifact)
    return artifact


def test_with_a_run_go_the_files_that_it_and_its_children_made_and_the_data_stay(folder: Path, ada: User) -> None:
    data = prepared(ada)
    run = trained(ada, data)
    assert len(names(folder)) == 5
    services.delete(run)
    assert names(folder) == {data.sha256}
    assert set(Artifact.objects.values_list("pk", flat=True)) == {data.sha256}


def test_when_a_deletion_is_undone_nothing_is_missing(folder: Path, ada: User) -> None:
    run = trained(ada, prepared(ada))
    before = names(folder)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.delete(run)
        raise RuntimeError
    assert names(folder) == before
    assert Run.objects.filter(pk=run.pk).exists()


def refer_as_input(owner: User, model: Artifact) -> None:
    queue(owner, model=model)


def refer_as_version(owner: User, model: Artifact) -> None:
    ModelVersion.objects.create(run=queue(owner), artifact=model, name="the same", form=ModelVersion.Form.TORCH)


def refer_as_checkpoint(owner: User, model: Artifact) -> None:
    Checkpoint.objects.create(run=queue(owner), attempt=1, step=1, artifact=model)


def refer_as_upload(owner: User, model: Artifact) -> None:
    Upload.objects.create(owner=owner, name="the same", length=model.size, state=Upload.State.COMPLETE, artifact=model)


def refer_as_data(owner: User, _model: Artifact) -> None:
    prepared(owner, MODEL)


def refer_as_thumbnails(owner: User, model: Artifact) -> None:
    dataset = Dataset.objects.create(owner=owner, name="the same")
    DatasetVersion.objects.create(dataset=dataset, content_hash="", thumbnails=model)


REFERRING = [refer_as_input, refer_as_version, refer_as_checkpoint, refer_as_upload, refer_as_data, refer_as_thumbnails]


@pytest.mark.parametrize("refer", REFERRING)
def test_bytes_that_something_of_somebody_else_refers_to_stay(
    folder: Path, ada: User, bob: User, refer: Callable[[User, Artifact], None]
) -> None:
    data = prepared(ada)
    run = trained(ada, data)
    model = run.versions.get().artifact
    refer(bob, model)
    services.delete(run)
    assert names(folder) == {data.sha256, model.sha256}
    assert store.local_path(model.sha256).read_bytes() == MODEL


def test_the_same_bytes_that_are_published_while_a_run_is_deleted_stay(ada: User, bob: User) -> None:
    """The other run's file is in place and its row not committed when the deletion comes to that file."""
    run, other = trained(ada, prepared(ada)), queue(bob)
    name = run.versions.get().artifact_id
    placed, deleting = Event(), Event()

    def publish() -> None:
        with transaction.atomic():
            artifact = put(MODEL)
            placed.set()
            assert deleting.wait(10)
            time.sleep(0.2)
            Edge.objects.create(
                run=other, artifact=artifact, direction=Edge.Direction.OUTPUT, role="model", name="model"
            )
        connection.close()

    with ThreadPoolExecutor(1) as thread:
        publishing = thread.submit(publish)
        assert placed.wait(10)
        deleting.set()
        services.delete(run)
        publishing.result()
    assert store.local_path(name).read_bytes() == MODEL
    assert other.edges.get().artifact_id == name


def test_a_run_that_is_published_and_deleted_again_and_again_beside_another_of_the_same_bytes_takes_nothing_from_it(
    ada: User, bob: User
) -> None:
    rounds = 40

    def publish_and_delete(owner: User) -> None:
        for _round in range(rounds):
            run = queue(owner)
            with transaction.atomic():
                artifact = stored(run, MODEL)
            assert store.local_path(artifact.sha256).read_bytes() == MODEL
            Run.objects.filter(pk=run.pk).update(state=State.SUCCEEDED)
            services.delete(run)
        connection.close()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(publish_and_delete, [ada, bob]))
    assert not Run.objects.filter(kind=Kind.TRAIN).exists()
    assert not Artifact.objects.exists()
