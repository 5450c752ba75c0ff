"""What a run made, when it had to be made again."""

from pathlib import Path

import pytest
from django.db.models.functions import Now

from trainer.attempt import events
from trainer.attempt.journal import Journal
from webapp.artifacts import store
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.runs import states
from webapp.runs.models import Attempt, Run, State
from worker.follow import Follower

pytestmark = pytest.mark.django_db(transaction=True)


def publish(attempt: Attempt, folder: Path, content: bytes) -> None:
    (folder / "out").mkdir(parents=True, exist_ok=True)
    (folder / "out" / "model").write_bytes(content)
    Journal(folder / "journal").write(
        events.Output(role="model", path="out/model", name="model", meta={"form": "torch"})
    )
    assert Follower(attempt.run_id, attempt, folder).follow()


@pytest.mark.parametrize("content", [b"the same", b"made again"])
def test_the_output_of_another_attempt_takes_the_place_of_the_one_before(
    attempt: Attempt, tmp_path: Path, content: bytes
) -> None:
    publish(attempt, tmp_path / "first", b"the same")
    run = Run.objects.get(pk=attempt.run_id)
    assert states.move(run.pk, State.QUEUED, attempt=1)
    assert states.begin_attempt(run.pk, 1)
    publish(Attempt.objects.create(run=run, number=2, lease_until=Now()), tmp_path / "second", content)

    (artifact,) = Artifact.objects.all()
    assert (Edge.objects.get().artifact, ModelVersion.objects.get().artifact) == (artifact, artifact)
    assert [path.read_bytes() for path in store.root().rglob("*") if path.is_file()] == [content]
