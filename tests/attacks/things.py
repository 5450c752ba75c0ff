"""One person's objects of every kind, for another to try to reach."""

from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from django.db.models.functions import Now

from tests.webapp.pages import images
from webapp.accounts import people, tokens
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Edge, ModelVersion
from webapp.assets.models import Asset
from webapp.datasets import queries, services, uploads
from webapp.datasets.models import DatasetVersion
from webapp.runs import fitting, previews
from webapp.runs import services as runs
from webapp.runs.models import Run, State

SUMMARY = {**images()["summary"], "rows": 20}
SECRET = "ada's secret"


@dataclass(frozen=True)
class Things:
    """Identifiers by what they name; ``address`` fills the gaps of an address with them."""

    owner: User
    identifiers: dict[str, UUID]


def user(name: str) -> User:
    return people.get_or_make(name)[0]


def bearer(owner: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.create(owner, 'test')[1]}"}


def make(owner: User) -> Things:
    """A data set with a ready version, a run that succeeded, its model and an export, a preview, an upload, an
    asset and a token."""
    dataset = services.create_from_sample(owner=owner, sample="penguins", name=SECRET)
    version = queries.newest(dataset)
    inspection = queries.inspection(version)
    assert inspection is not None
    content = store.put(BytesIO(SECRET.encode()))
    Run.objects.filter(pk=inspection.pk).update(state=State.SUCCEEDED, name=SECRET)
    DatasetVersion.objects.filter(pk=version.pk).update(
        state=DatasetVersion.State.READY, prepared=content, thumbnails=content, profile={"summary": SUMMARY}
    )
    version.refresh_from_db()
    run = runs.start_training(owner=owner, name=SECRET, dataset_version=version, spec={"epochs": 1})
    Run.objects.filter(pk=run.pk).update(state=State.SUCCEEDED, ended=Now(), started=Now())
    edge = Edge.objects.create(
        run=run,
        artifact=content,
        direction=Edge.Direction.OUTPUT,
        role="export",
        name="all.zip",
        meta={"format": "bundle"},
    )
    Edge.objects.create(
        run=inspection, artifact=content, direction=Edge.Direction.OUTPUT, role="left_out", name="left_out.csv"
    )
    model = ModelVersion.objects.create(run=run, artifact=content, name=SECRET, form=ModelVersion.Form.TORCH)
    upload = uploads.create(owner, f"{SECRET}.csv", 100)
    asset = Asset.objects.create(
        owner=owner, name=SECRET, size=1, content=content, inspection=inspection, state=Asset.State.READY
    )
    preview = previews.start(owner=owner, version=version, spec=fitting.training_spec({}, version))
    token = tokens.create(owner, SECRET)[0]
    return Things(
        owner,
        {
            "dataset": dataset.pk,
            "version": version.pk,
            "run": run.pk,
            "preview": preview.pk,
            "inspection": inspection.pk,
            "export": edge.pk,
            "model": model.pk,
            "upload": upload.pk,
            "asset": asset.pk,
            "token": token.pk,
            "user": owner.pk,
        },
    )
