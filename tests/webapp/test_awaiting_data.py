"""A run may be asked for before its data are inspected: it waits, and starts or fails by itself."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.webapp.pages import images, table
from tests.webapp.test_api import Api
from tests.yard import Yard
from webapp.accounts.models import User
from webapp.artifacts.models import Artifact
from webapp.datasets import queries, services
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.services import DatasetError
from webapp.runs import awaiting
from webapp.runs import services as runs
from webapp.runs.lineage import inputs_of
from webapp.runs.models import Run, State
from webapp.workers import services as workers
from worker.devices import LocalDevice

CLASSIFIED = {"name": "classification", "target": "nothing"}
REASON = "Waits until the data set is inspected."


@pytest.fixture
def uploaded(ada: User, tmp_path: Path, settings: Settings) -> Dataset:
    """Its inspection waits for a worker."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return services.create_from_sample(owner=ada, sample="penguins")


@pytest.fixture
def api(ada: User) -> Api:
    return Api(ada)


def inspected(dataset: Dataset, profile: dict[str, Any] | None) -> None:
    """The inspection has ended: with a profile, or without success."""
    inspection = queries.inspection(queries.newest(dataset))
    assert inspection is not None
    if profile is None:
        runs.command(inspection, "cancel", dataset.owner)
        return
    Run.objects.filter(pk=inspection.pk).update(state=State.SUCCEEDED)
    prepared = Artifact.objects.create(sha256="a" * 64, size=1)
    dataset.versions.update(state=DatasetVersion.State.READY, profile=profile, prepared=prepared)


def post(api: Api, dataset: Dataset, spec: dict[str, Any] | None = None, **headers: str) -> Any:
    return api("POST", "runs", {"dataset": str(dataset.pk), "spec": spec or {}}, **headers)


def started(api: Api, dataset: Dataset, spec: dict[str, Any] | None = None) -> Run:
    answer = post(api, dataset, spec)
    assert answer.status_code == 201, answer.content
    return Run.objects.get(pk=answer.json()["id"])


def settled(run: Run) -> Run:
    awaiting.settle()
    run.refresh_from_db()
    return run


def test_a_run_waits_for_the_inspection_and_says_so(api: Api, uploaded: Dataset) -> None:
    answer = post(api, uploaded, {"epochs": 3}).json()
    assert (answer["state"], answer["reason"], answer["reason_code"]) == ("queued", REASON, "waiting_for_inspection")
    assert (answer["spec"]["epochs"], answer["spec"]["task"]) == (3, None)
    run = settled(Run.objects.get(pk=answer["id"]))
    assert (run.awaits_data, run.reason) == (True, REASON)
    assert inputs_of(run) == []


def test_runs_that_waited_get_their_data_and_complete_specs_and_keep_their_turn(api: Api, uploaded: Dataset) -> None:
    waiting = [started(api, uploaded, {"epochs": epochs}) for epochs in (1, 2)]
    inspected(uploaded, images())
    for run in map(settled, waiting):
        assert (run.state, run.awaits_data, run.reason) == (State.QUEUED, False, "")
        assert (run.spec["task"]["name"], run.spec["model"]["name"]) == ("classification", "cnn")
        assert [(edge.role, edge.artifact_id) for edge in inputs_of(run)] == [("prepared", "a" * 64)]
    assert list(Run.objects.filter(kind="train").order_by("queued", "id")) == waiting


@pytest.mark.parametrize(
    ("spec", "code", "said"),
    [
        ({}, "task_missing", "task: Say in “task” which column is the target"),
        ({"task": {"name": "classification", "target": "x"}}, "target_unknown", "task: There is no column “x”"),
        (
            {"task": {"name": "classification", "target": "species"}, "model": {"name": "cnn"}},
            "model_does_not_fit",
            "model: “Convolutional network” cannot take",
        ),
    ],
)
def test_a_run_whose_spec_does_not_fit_the_data_fails_and_names_the_field(
    api: Api, uploaded: Dataset, spec: dict[str, Any], code: str, said: str
) -> None:
    run = started(api, uploaded, spec)
    inspected(uploaded, table("petal"))
    refused = post(api, uploaded, spec).json()["errors"][0]
    shown = api.get(f"runs/{settled(run).pk}")
    assert (shown["state"], shown["reason_code"]) == ("failed", code)
    assert shown["reason"] == f"The spec does not fit the data. {refused['field']}: {refused['message']}"
    assert shown["reason_params"]["field"] == refused["field"]
    assert said in shown["reason"]


def test_a_run_whose_spec_another_release_stored_fails_and_holds_nobody_up(api: Api, uploaded: Dataset) -> None:
    strange, usual = started(api, uploaded), started(api, uploaded)
    Run.objects.filter(pk=strange.pk).update(spec={**strange.spec, "epochs": "many"})
    inspected(uploaded, images())
    assert not settled(usual).awaits_data
    shown = api.get(f"runs/{settled(strange).pk}")
    assert (shown["state"], shown["reason_code"]) == ("failed", "spec_unreadable")
    assert shown["reason"].endswith("cannot read the spec. epochs: This must be a whole number, not text.")


def test_a_run_fails_when_the_inspection_does_and_can_be_tried_again_once_it_succeeds(
    api: Api, ada: User, uploaded: Dataset, client: Client
) -> None:
    run = started(api, uploaded)
    inspected(uploaded, None)
    assert settled(run).state == State.FAILED
    assert "its inspection failed, and its page says why" in run.reason
    client.force_login(ada)
    assert "its inspection failed" in client.get(f"/runs/{run.pk}/").content.decode()
    assert api("POST", f"runs/{run.pk}/retry").status_code == 409
    inspection = queries.inspection(queries.newest(uploaded))
    assert inspection is not None
    runs.retry(run=inspection, owner=ada)
    again = Run.objects.get(pk=api("POST", f"runs/{run.pk}/retry").json()["id"])
    assert (again.awaits_data, again.reason) == (True, REASON)
    inspected(uploaded, images())
    assert settled(again).spec["task"]["name"] == "classification"


def test_a_run_that_waits_can_be_cancelled_or_paused_and_nothing_of_it_was_trained(api: Api, uploaded: Dataset) -> None:
    cancelled, paused = started(api, uploaded), started(api, uploaded)
    assert api("POST", f"runs/{paused.pk}/stop").status_code == 409
    for run, command in ((cancelled, "cancel"), (paused, "pause")):
        assert api("POST", f"runs/{run.pk}/{command}").status_code == 202
    inspected(uploaded, images())
    assert (settled(cancelled).state, settled(paused).state) == (State.CANCELLED, State.PAUSED)
    assert api("POST", f"runs/{paused.pk}/resume").json()["reason"] == REASON
    assert (settled(paused).state, paused.awaits_data) == (State.QUEUED, False)


def test_a_data_set_is_not_deleted_while_a_run_waits_for_it(api: Api, uploaded: Dataset) -> None:
    run = started(api, uploaded)
    with pytest.raises(DatasetError, match="is being inspected"):
        services.delete(uploaded)
    inspected(uploaded, images())
    with pytest.raises(DatasetError, match="uses this data set"):
        services.delete(uploaded)
    Dataset.objects.filter(pk=uploaded.pk).update(deleted="2026-01-01T00:00Z")  # by who was faster than the look
    assert (settled(run).state, run.reason_code) == (State.FAILED, "data_deleted")


def test_the_same_key_makes_one_run_that_waits(api: Api, uploaded: Dataset) -> None:
    first, second = (post(api, uploaded, Idempotency_Key="k") for _ in range(2))
    assert first.json() == second.json()
    inspected(uploaded, images())
    awaiting.settle()
    assert post(api, uploaded, Idempotency_Key="k").json()["id"] == first.json()["id"]
    assert Run.objects.filter(kind="train").count() == 1


def test_what_can_be_checked_without_the_data_is_refused_at_once(api: Api, uploaded: Dataset) -> None:
    workers.register(name="here", host="here", facts={}, devices=[LocalDevice("cpu:0", "a device")])
    for spec, field in (({"epochs": 0}, "epochs"), ({"ranks": 2}, "ranks"), ({"model": {"name": "nothing"}}, "model")):
        answer = post(api, uploaded, spec)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_the_page_of_a_run_that_waits_offers_no_form_and_is_made_anew_when_the_data_are_known(
    api: Api, ada: User, uploaded: Dataset, client: Client
) -> None:
    run = started(api, uploaded)
    client.force_login(ada)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert REASON in page
    assert "/clone/" not in page
    assert client.get(f"/runs/{run.pk}/clone/", follow=True).status_code == 200
    address = f"/runs/{run.pk}/status/?awaits"
    assert address in page
    assert "HX-Refresh" not in client.get(address)
    inspected(uploaded, images())
    awaiting.settle()
    assert client.get(address)["HX-Refresh"] == "true"
    assert "/clone/" in client.get(f"/runs/{run.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_run_that_another_worker_settles_at_this_moment_is_left_to_it(ada: User, uploaded: Dataset, api: Api) -> None:
    run = started(api, uploaded)
    inspected(uploaded, images())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM runs_run WHERE id = %s FOR UPDATE", [run.pk])
            assert settled(run).awaits_data
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert not settled(run).awaits_data
    awaiting.settle()
    assert len(inputs_of(run)) == 1


def test_runs_that_are_asked_for_with_their_data_train_by_themselves(session_yard: Yard) -> None:
    headers = {"Authorization": f"Bearer {session_yard.token()}"}
    with httpx.Client(base_url=f"{session_yard.base_url}/api/v1", headers=headers, timeout=30) as http:
        worker = session_yard.child("worker.app")
        worker.suspend()
        try:
            dataset = http.post("/datasets", json={"sample": "digits"}).json()["id"]
            specs = {"epochs": 1, "exporters": []}, {"task": CLASSIFIED}
            runs = [http.post("/runs", json={"dataset": dataset, "spec": spec}).json() for spec in specs]
        finally:
            worker.resume()
        assert [run["reason"] for run in runs] == [REASON, REASON]
        deadline = time.monotonic() + 120
        while {run["state"] for run in runs} - {"succeeded", "failed"}:
            assert time.monotonic() < deadline, runs
            time.sleep(0.2)
            runs = [http.get(f"/runs/{run['id']}").json() for run in runs]
    assert [(run["state"], run["reason_code"]) for run in runs] == [("succeeded", ""), ("failed", "target_unknown")]
    assert runs[0]["scores"]["test/accuracy"] > 0.5
