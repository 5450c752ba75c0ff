"""The list of models says how good each is, by its own report or by that of the run which made it alone."""

import pytest
from django.test import Client

from tests.webapp.pages import finished, make_dataset
from webapp.accounts.models import User
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.model_versions import pages
from webapp.runs import services
from webapp.runs.exports import queue_exports
from webapp.runs.models import Run, State


def test_a_model_is_as_good_as_its_run_unless_it_has_a_report_of_its_own(client: Client, ada: User) -> None:
    run = finished(make_dataset(ada), accuracy=0.913)
    for stage, report in enumerate(
        [{}, {"metric": {"name": "accuracy", "label": "Accuracy", "value": 0.872, "unit": "share"}}]
    ):
        artifact = Artifact.objects.create(sha256=f"{stage}" * 64, size=10)
        ModelVersion.objects.create(run=run, artifact=artifact, stage=stage, name="", form="torch", report=report)
    client.force_login(ada)
    page = client.get("/models/").content.decode()
    assert [part in page for part in ("91.3", "87.2")] == [True, True]


@pytest.fixture
def version(ada: User) -> ModelVersion:
    """The model of a run that ended well."""
    run = finished(make_dataset(ada), accuracy=0.9)
    artifact = Artifact.objects.create(sha256="a" * 64, size=10)
    Edge.objects.create(run=run, artifact=artifact, direction=Edge.Direction.INPUT, role="prepared", name="prepared")
    return ModelVersion.objects.create(run=run, artifact=artifact, name="", form="torch")


def end(run: Run, state: State) -> None:
    Run.objects.filter(pk=run.pk).update(state=state)
    run.refresh_from_db()


def lack(version: ModelVersion) -> str:
    (described,) = pages.described([ModelVersion.objects.get(pk=version.pk)])
    return "" if described.bundle else described.lack


@pytest.mark.parametrize(
    ("state", "said"), [(State.RUNNING, "not yet"), (State.FAILED, "Failed"), (State.CANCELLED, "Cancelled")]
)
def test_a_model_without_downloads_says_whether_they_may_still_come(
    client: Client, ada: User, version: ModelVersion, state: State, said: str
) -> None:
    (export,) = queue_exports(version.run)
    end(export, state)
    client.force_login(ada)
    assert f">{said}</a>" in client.get("/models/").content.decode()


def test_of_several_exports_of_a_model_the_last_one_counts_until_one_has_a_bundle(version: ModelVersion) -> None:
    (first,) = queue_exports(version.run)
    end(first, State.FAILED)
    again = services.retry(run=first, owner=first.owner)
    assert lack(version) == "not yet"
    end(again, State.SUCCEEDED)
    Edge.objects.create(
        run=again,
        artifact=version.artifact,
        direction=Edge.Direction.OUTPUT,
        role="export",
        name="bundle.zip",
        meta={"format": "bundle"},
    )
    assert lack(version) == ""


def test_a_model_of_a_run_that_failed_waits_for_no_downloads(version: ModelVersion) -> None:
    end(version.run, State.FAILED)
    assert lack(version) == "Failed"
