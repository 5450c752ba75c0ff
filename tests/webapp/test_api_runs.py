"""What the API tells of runs: their scores, by which lists are sorted, and whether exports are still to come."""

import base64
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.webapp.pages import finished, make_dataset, make_run
from tests.webapp.test_api import Api
from trainer.catalog import default
from trainer.specs.export import ExportSpec
from webapp.accounts.models import User
from webapp.datasets.models import Dataset
from webapp.runs import services
from webapp.runs.models import Run, State


@pytest.fixture
def api(ada: User) -> Api:
    return Api(ada)


@pytest.fixture
def dataset(ada: User) -> Dataset:
    return make_dataset(ada)


def names(api: Api, query: str) -> list[str]:
    """Of all pages."""
    page = api.get(f"runs?{query}")
    first = [item["name"] for item in page["items"]]
    return first + (names(api, f"{query.split('&cursor')[0]}&cursor={page['next']}") if page["next"] else [])


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_runs_are_sorted_by_a_score_either_way_and_those_without_come_last(
    api: Api, dataset: Dataset, limit: int
) -> None:
    make_run(dataset, name="early")
    for name, accuracy in (("good", 0.9), ("bad", 0.1), ("also good", 0.9), ("middling", 0.1 + 0.2)):
        finished(dataset, accuracy, name)
    make_run(dataset, name="late")
    assert names(api, f"limit={limit}&sort=-test/accuracy") == ["also good", "good", "middling", "bad", "late", "early"]
    assert names(api, f"limit={limit}&sort=test/accuracy") == ["bad", "middling", "good", "also good", "late", "early"]
    assert names(api, f"limit={limit}&sort=-test/accuracy&state=succeeded") == ["also good", "good", "middling", "bad"]


def test_a_sort_that_nobody_knows_is_answered_with_those_there_are(api: Api, dataset: Dataset) -> None:
    finished(dataset, 0.9)
    answer = api("GET", "runs?sort=-test/beauty")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "sort")
    assert "created, name, state" in answer.json()["detail"]
    assert "test/accuracy" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("sort", "content"),
    [
        ("-test/accuracy", ["test/accuracy", "0.5", "x"]),
        ("test/accuracy", ["test/accuracy", "much", "x"]),
        ("test/accuracy", ["test/accuracy", None, "x"]),
        ("test/accuracy", ["test/accuracy", None, None]),
        ("name", ["name", None, "01990000-0000-7000-8000-000000000000"]),
    ],
)
def test_a_cursor_of_another_list_is_refused(api: Api, dataset: Dataset, sort: str, content: list[Any]) -> None:
    finished(dataset, 0.9)
    cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    answer = api("GET", f"runs?sort={sort}&cursor={cursor}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


def test_a_run_tells_its_scores_alone_and_in_lists(api: Api, dataset: Dataset) -> None:
    run = finished(dataset, 0.9)
    expected = {"test/accuracy": 0.9, "best_epoch": 2.0, "parameters": 12.0, "seconds": 4.0}
    assert api.get(f"runs/{run.pk}")["scores"] == expected
    assert api.get("runs")["items"][0]["scores"] == expected
    assert make_run(dataset) is not None
    assert api.get("runs")["items"][0]["scores"] == {}


def are_coming(api: Api, run: Run) -> bool:
    """As all places tell it."""
    answers = [api.get(f"runs/{run.pk}")["exports_coming"], api.get(f"runs/{run.pk}/exports")["waiting"]]
    answers += [item["exports_coming"] for item in api.get("runs")["items"] if item["id"] == str(run.pk)]
    assert len(answers) == 3 and len(set(answers)) == 1
    return bool(answers[0])


def test_exports_are_coming_until_the_run_and_its_export_runs_have_ended(api: Api, dataset: Dataset) -> None:
    run = make_run(dataset)
    assert are_coming(api, run)
    Run.objects.filter(pk=run.pk).update(state=State.SUCCEEDED)
    spec = ExportSpec(exporters=(default("exporters", "onnx"),))
    child = services.queue_run(owner=run.owner, name="exports", spec=spec, inputs={}, parent=run)
    assert are_coming(api, run) and are_coming(api, child)
    Run.objects.filter(pk=child.pk).update(state=State.FAILED)
    assert not are_coming(api, run) and not are_coming(api, child)


def test_no_exports_are_coming_where_none_were_asked_for(api: Api, dataset: Dataset) -> None:
    run = make_run(dataset)
    Run.objects.filter(pk=run.pk).update(spec={**run.spec, "exporters": []})
    assert not are_coming(api, run)


def test_a_list_asks_the_database_as_often_however_many_runs_it_has(api: Api, dataset: Dataset) -> None:
    counts = []
    for _ in range(2):
        finished(dataset, 0.5)
        make_run(dataset)
        with CaptureQueriesContext(connection) as asked:
            api.get("runs?sort=-test/accuracy")
        counts.append(len(asked))
    assert counts[0] == counts[1]
