"""Rows of the data in a run's report: on its page and in the API, with the rights of the run, whatever they hold."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from tests.webapp.pages import make_dataset, make_run, reported
from trainer.report import SHEET, Heading, Report, Sample, Samples, Scalar, Sheet, Value
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.runs.models import Run, State

pytestmark = pytest.mark.django_db

MESSAGE = "%(count)s of %(rows)s test rows are answered wrongly; of these answers the model is surest."
HEADINGS = (
    Heading(label="Truth", unit=None),
    Heading(label="Answer", unit=None),
    Heading(label="Probability of the answer", unit="share"),
)
SAMPLES = Samples(
    title="Worst mistakes",
    message=MESSAGE,
    params={"count": 2, "rows": 40},
    headings=HEADINGS,
    samples=(
        Sample(
            row=1234567,
            cells=("<b>cat</b>", "dog", 0.9876),
            values=(
                Value(column="<i>photo</i>", picture=0),
                Value(column="text", value="<script>alert(1)</script>\nשלום [U+202E]", length=12345),
                Value(column="price", value=1234.5678),
                Value(column="is_sold", value=True),
                Value(column="colour"),
            ),
        ),
        Sample(
            row=7,
            cells=("dog", "<b>cat</b>", float("nan")),
            values=(
                Value(column="<i>photo</i>", picture=1),
                Value(column="text", value=""),  # which is not missing
                Value(column="price", value=-3),
                Value(column="is_sold", value=False),
                Value(column="colour", value="red"),
            ),
        ),
    ),
    further=990,
    sheet=Sheet(file=SHEET, cells=2, cell=96),
)


@pytest.fixture(autouse=True)
def folder(db: None, tmp_path: Path, settings: Settings) -> None:
    """A store that has begun: of an empty one that lacks files, the disk would be thought away."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    store.put(BytesIO(b"something"))


def run_of(owner: User, block: Samples, **more: Any) -> Run:
    accuracy = Scalar(name="test/accuracy", label="Test accuracy", value=0.95, unit="share", better="higher")
    body = Report(headline="test/accuracy", scalars=(accuracy,), blocks=(block,))
    return reported(make_run(make_dataset(owner), state=State.SUCCEEDED), {**as_json(body), **more})


def as_json(body: Report) -> dict[str, Any]:
    """As a journal has it: PostgreSQL takes no NaN."""
    content: dict[str, Any] = json.loads(body.model_dump_json())
    return content


def with_sheet(run: Run) -> bytes:
    """As the worker publishes it."""
    content = BytesIO()
    Image.new("RGBA", (96, 192), "red").save(content, "PNG")
    artifact = store.put(BytesIO(content.getvalue()))
    Edge.objects.create(run=run, artifact=artifact, direction=Edge.Direction.OUTPUT, role="samples", name=SHEET)
    return content.getvalue()


def page_of(client: Client, ada: User, run: Run) -> str:
    client.force_login(ada)
    return client.get(f"/runs/{run.pk}/").content.decode()


def test_the_page_shows_what_each_row_is_and_what_was_answered(client: Client, ada: User) -> None:
    page = page_of(client, ada, run_of(ada, SAMPLES))
    assert "2 of 40 test rows are answered wrongly; of these answers the model is surest." in page
    assert "990 more columns are not shown." in page
    for text in (
        "1\u202f234\u202f567",
        "98.8\u202f%",
        "1234.5678",
        ">yes</td>",
        ">no</td>",
        "missing",
        ">empty<",
        "NaN",
    ):
        assert text in page, text
    assert "… 12\u202f345 characters in all" in page
    assert page.count('class="sample-picture"') == 2 and 'viewBox="0 96 96 96"' in page


def test_what_somebody_wrote_is_no_markup_and_keeps_its_direction_to_itself(client: Client, ada: User) -> None:
    page = page_of(client, ada, run_of(ada, SAMPLES))
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;\nשלום [U+202E]</bdi>" in page
    assert "<bdi>&lt;b&gt;cat&lt;/b&gt;</bdi>" in page
    assert not re.search("<script>alert|<b>cat|<i>photo", page)


def test_no_mistakes_are_said_in_a_sentence_without_a_table(client: Client, ada: User) -> None:
    page = page_of(
        client, ada, run_of(ada, Samples(title="Worst mistakes", message="No test row is answered wrongly."))
    )
    assert "No test row is answered wrongly." in page and "samples-rows" not in page


def test_the_api_tells_the_same_rows_and_where_their_pictures_are(client: Client, ada: User) -> None:
    run = run_of(ada, SAMPLES)
    picture = with_sheet(run)
    client.force_login(ada)
    (block,) = client.get(f"/api/v1/runs/{run.pk}").json()["report"]["blocks"]
    assert block["message"].startswith("2 of 40 test rows are answered wrongly")
    assert block["samples"][0]["values"][1]["value"] == "<script>alert(1)</script>\nשלום [U+202E]"
    assert block["samples"][0]["values"][1]["length"] == 12345
    for address in (f"/api/v1/runs/{run.pk}/samples.png", f"/runs/{run.pk}/samples.png"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
        assert answer.content == picture
        assert "private" in answer.headers["Cache-Control"]


def test_nobody_else_sees_the_pictures(client: Client, ada: User, bob: User) -> None:
    run = run_of(ada, SAMPLES)
    with_sheet(run)
    for address in (f"/api/v1/runs/{run.pk}/samples.png", f"/runs/{run.pk}/samples.png"):
        client.logout()
        assert client.get(address).status_code in (302, 401)
        client.force_login(bob)
        assert client.get(address).status_code == 404


def test_a_run_without_pictures_has_none(client: Client, ada: User) -> None:
    run = run_of(ada, Samples(title="Worst mistakes", message="No test row is answered wrongly."))
    client.force_login(ada)
    assert client.get(f"/runs/{run.pk}/samples.png").status_code == 404


def test_a_compression_shows_the_rows_of_its_last_version(client: Client, ada: User) -> None:
    metric = {"name": "accuracy", "label": "Accuracy", "value": 0.98, "unit": "share"}
    stage = {"status": "done", "size": 1000, "parameters": 10, "metric": metric, "latency_ms": {"1": 2.0}}
    stages = [{**stage, "stage": 0, "name": "original"}, {**stage, "stage": 1, "name": "prune_channels", "size": 400}]
    size = Scalar(name="size_ratio", label="Size", value=2.5, unit="times_smaller", better="higher")
    body = as_json(Report(headline="size_ratio", scalars=(size,), blocks=(SAMPLES,)))
    run = reported(make_run(make_dataset(ada), state=State.SUCCEEDED), {**body, "stages": stages})
    assert "2 of 40 test rows are answered wrongly" in page_of(client, ada, run)
