"""What becomes of a data set whose inspection does not end by itself."""

from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.webapp.pages import images
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.datasets import queries, services
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.runs import services as runs
from webapp.runs.models import Run

INSPECTED = {"summary": {**images()["summary"], "rows": 20}}


@pytest.fixture
def sample(ada: User, tmp_path: Path, settings: Settings) -> Dataset:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return services.create_from_sample(owner=ada, sample="penguins")


def inspection(sample: Dataset) -> Run:
    run = queries.inspection(queries.newest(sample))
    assert run is not None
    return run


def test_a_data_set_whose_inspection_is_cancelled_says_so_and_waits_no_longer(
    ada: User, sample: Dataset, client: Client
) -> None:
    runs.command(inspection(sample), "cancel", ada)
    assert sample.versions.get().state == DatasetVersion.State.FAILED
    client.force_login(ada)
    page = client.get(f"/datasets/{sample.pk}/").content.decode()
    assert "inspection of these files was cancelled" in page
    assert "being opened" not in page
    again = client.post("/datasets/samples/penguins/")
    assert str(sample.pk) not in again["Location"]


def test_a_data_set_that_is_ready_stays_so_when_another_inspection_of_it_is_cancelled(
    ada: User, sample: Dataset
) -> None:
    run = inspection(sample)
    Run.objects.filter(pk=run.pk).update(state="succeeded")
    sample.versions.update(state=DatasetVersion.State.READY, profile=INSPECTED)
    run.refresh_from_db()
    runs.command(runs.retry(run=run, owner=ada), "cancel", ada)
    assert sample.versions.get().state == DatasetVersion.State.READY


def test_an_inspection_that_waits_is_cancelled_on_the_page_of_its_data_and_begun_again_there(
    ada: User, sample: Dataset, client: Client
) -> None:
    client.force_login(ada)
    refused = client.post(f"/datasets/{sample.pk}/delete/", follow=True).content.decode()
    first = inspection(sample)
    assert "is being inspected. Cancel the inspection" in refused and f"/runs/{first.pk}/cancel/" in refused
    client.post(f"/runs/{first.pk}/cancel/")
    assert f"/runs/{first.pk}/retry/" in client.get(f"/datasets/{sample.pk}/").content.decode()
    client.post(f"/runs/{first.pk}/retry/")
    assert sample.versions.get().state == DatasetVersion.State.INSPECTING
    assert f"/runs/{inspection(sample).pk}/cancel/" in client.get(f"/datasets/{sample.pk}/").content.decode()


def test_what_was_left_out_is_counted_on_the_page_and_its_list_is_downloaded(
    ada: User, sample: Dataset, client: Client
) -> None:
    client.force_login(ada)
    sample.versions.update(state=DatasetVersion.State.READY, profile={**images(), "left_out": 2})
    address = f"/datasets/{sample.pk}/left-out/1.csv"
    assert client.get(address).content == b"name,reason\r\n"
    content = b"name,reason\r\ncats/a.heic,format not read\r\ntop.png,no class\r\n"
    Edge.objects.create(
        run=inspection(sample),
        artifact=store.put(BytesIO(content)),
        direction="output",
        role="left_out",
        name="left_out.csv",
    )
    page = client.get(f"/datasets/{sample.pk}/").content.decode()
    assert "2 files, rows, columns and classes of the upload are not among the data to learn from." in page
    assert f'href="{address}"' in page
    answer = client.get(address)
    assert b"".join(answer) == content
    assert answer["Content-Disposition"] == 'attachment; filename="left_out.csv"'
