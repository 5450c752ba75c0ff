"""The REST API's manners: pages, keys, conditions, ranges, errors, and the description of itself."""

import hashlib
import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.attacks import things
from tests.attacks.things import Things
from tests.live import Live
from trainer.importing.problems import problem
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.metrics.codec import Points
from webapp.runs import replay, services, stream
from webapp.runs.models import Run, State
from webapp.workers.models import Worker


@pytest.fixture
def ada(db: None, tmp_path: Path, settings: Settings) -> Things:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return things.make(things.user("ada"))


class Api:
    """Calls the API as one person."""

    def __init__(self, owner: Any) -> None:
        self._headers = things.bearer(owner)

    def __call__(self, verb: str, address: str, body: object = None, **headers: str) -> Any:
        content = "" if body is None else json.dumps(body)
        sent = {**self._headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return Client().generic(verb, f"/api/v1/{address}", content, "application/json", headers=sent)

    def get(self, address: str) -> Any:
        answer = self("GET", address)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def api(ada: Things) -> Api:
    return Api(ada.owner)


def test_a_data_set_of_a_sample_is_made_and_inspected(api: Api) -> None:
    answer = api("POST", "datasets", {"sample": "digits", "name": "Mine"})
    assert answer.status_code == 201
    dataset = answer.json()
    assert (dataset["name"], dataset["state"], dataset["sample"]) == ("Mine", "inspecting", "digits")
    assert api.get(f"runs/{dataset['run']}")["kind"] == "inspect"
    assert api.get(f"datasets/{dataset['id']}") == dataset


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"sample": "digits", "uploads": []},
        {"sample": "nothing"},
        {"upload": "x"},
        {"sample": "digits", "colour": "red"},
        {"name": 7, "sample": "digits"},
    ],
)
def test_a_wrong_data_set_is_refused_by_field(api: Api, body: dict[str, object]) -> None:
    answer = api("POST", "datasets", body)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["status"] == 422
    assert problem["errors"]
    assert all(error["field"] and error["message"].endswith(".") for error in problem["errors"])


def test_a_run_is_started_with_the_smallest_spec(api: Api, ada: Things) -> None:
    spec = {"model": {"name": "cnn"}, "epochs": 7, "ranks": 2}
    answer = api("POST", "runs", {"name": "First", "dataset": str(ada.identifiers["dataset"]), "spec": spec})
    assert answer.status_code == 201, answer.content
    run = answer.json()
    assert (run["name"], run["state"], run["kind"]) == ("First", "queued", "train")
    assert (run["spec"]["epochs"], run["spec"]["optimizer"]["name"]) == (7, "adamw")
    assert run["dataset"] == str(ada.identifiers["dataset"])


def test_the_docs_page_is_closed_to_strangers_and_leads_people_to_the_sign_in(ada: Things) -> None:
    assert Client().get("/api/v1/docs", headers={"Authorization": "Bearer x"}).status_code == 401
    assert Client().get("/api/v1/docs").status_code == 401
    page = Client().get("/api/v1/docs", headers={"Accept": "text/html,*/*"})
    assert page.headers["Location"].startswith("/signin/")
    assert Client().get("/api/v1/docs", headers=things.bearer(ada.owner)).status_code == 200


def test_a_run_whose_name_cannot_be_seen_is_named_otherwise(api: Api, ada: Things) -> None:
    run = api("POST", "runs", {"name": " \u202e\n", "dataset": str(ada.identifiers["dataset"]), "spec": {}}).json()
    assert run["name"] == things.SECRET
    address = f"runs/{run['id']}"
    tag = api("GET", address).headers["ETag"]
    assert api("PATCH", address, {"name": " \u202e"}, If_Match=tag).json()["errors"][0]["field"] == "name"
    assert api("PATCH", address, {"name": "a\nb"}, If_Match=tag).json()["name"] == "ab"


def test_a_run_names_the_version_that_it_trains_on_or_gets_the_newest_ready_one(api: Api, ada: Things) -> None:
    dataset = str(ada.identifiers["dataset"])
    DatasetVersion.objects.create(
        dataset_id=dataset, number=2, content_hash="x", size=1, state=DatasetVersion.State.FAILED
    )
    assert api("POST", "runs", {"dataset": dataset, "spec": {}}).status_code == 201
    assert api("POST", "runs", {"dataset": dataset, "version": 1, "spec": {}}).status_code == 201
    assert api("POST", "runs", {"dataset": dataset, "version": 2, "spec": {}}).status_code == 409
    answer = api("POST", "runs", {"dataset": dataset, "version": 3, "spec": {}})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "version")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"optimizer": {"name": "adamw", "learning_rate": -1.0}}, "optimizer.learning_rate"),
        ({"optimizer": {"name": "adamw", "learning_rate": "1e-3"}}, "optimizer.learning_rate"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"epoks": 3}, "epoks"),
        ({"model": {"name": "resnet9000"}}, "model"),
        ({"task": {"name": "regression", "target": "x"}}, "task"),
        ({"model": {"name": "cnn", "depth": "x"}}, "model.depth"),
        ({"exporters": [{"name": "onnx"}, {"name": "onnx", "x": 1}]}, "exporters.1.x"),
        ({"exporters": [{"name": "onnx"}, {"name": "safetensors"}, {"name": "onnx"}]}, "exporters.2"),
        ({"split": {"validation": 0.5, "test": 0.5}}, "split"),
        ({"task": {"name": "classification", "target": "species"}}, "task"),
        ({"kind": "compress"}, "kind"),
        ({"kind": "compress", "model": {"name": "cnn"}}, "kind"),
        ({"kind": "zzz"}, "kind"),
    ],
)
def test_what_is_wrong_in_a_spec_is_named_as_in_the_spec(
    api: Api, ada: Things, spec: dict[str, object], field: str
) -> None:
    answer = api("POST", "runs", {"dataset": str(ada.identifiers["dataset"]), "spec": spec})
    assert answer.status_code == 422, answer.content
    assert field in [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"model": {"name": "cnn", "channels": [1_000_000_000]}}, "model.channels.0"),
        ({"model": {"name": "cnn", "channels": []}}, "model.channels"),
    ],
)
def test_a_list_is_called_too_short_only_where_it_is(
    api: Api, ada: Things, spec: dict[str, object], field: str
) -> None:
    answer = api("POST", "runs", {"dataset": str(ada.identifiers["dataset"]), "spec": spec})
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("epochs", "said"),
    [
        (7.0, "This must be a whole number, without a decimal point."),
        ("7", "This must be a whole number, not text."),
        (True, "This must be a whole number."),
        (None, "This must be a whole number."),
    ],
)
def test_only_text_is_called_text(api: Api, ada: Things, epochs: object, said: str) -> None:
    answer = api("POST", "runs", {"dataset": str(ada.identifiers["dataset"]), "spec": {"epochs": epochs}})
    assert answer.json()["errors"] == [{"field": "epochs", "message": said}]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"epochs": 10**30}, "epochs"),
        ({"model": {"name": "cnn", "channels": [2**70]}}, "model.channels.0"),
    ],
)
def test_a_number_that_is_too_large_is_named(api: Api, ada: Things, spec: dict[str, object], field: str) -> None:
    answer = api("POST", "runs", {"dataset": str(ada.identifiers["dataset"]), "spec": spec})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": field, "message": "This number is too large."}]


def test_stages_in_a_wrong_order_name_the_stage(api: Api, ada: Things) -> None:
    stages = [{"name": "quantize_int8"}, {"name": "prune_channels"}]
    answer = api("POST", f"runs/{ada.identifiers['run']}/compress", {"stages": stages})
    assert [error["field"] for error in answer.json()["errors"]] == ["stages.1"]


def test_a_body_that_is_empty_is_asked_for(api: Api) -> None:
    answer = api("POST", "runs")
    assert (answer.status_code, answer.json()["detail"]) == (422, "Send a JSON object.")


def test_the_same_key_makes_one_thing_and_gets_one_answer(api: Api, ada: Things) -> None:
    count = Dataset.objects.count()
    first, second = (api("POST", "datasets", {"sample": "digits"}, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Dataset.objects.count() == count + 1
    assert api("POST", "datasets", {"sample": "penguins"}, Idempotency_Key="k").status_code == 422
    assert api("POST", "datasets", {"sample": "nothing"}, Idempotency_Key="l").status_code == 422
    assert api("POST", "datasets", {"sample": "digits"}, Idempotency_Key="l").status_code == 201
    assert api("POST", "datasets", {"sample": "digits"}, Idempotency_Key="x" * 256).status_code == 400


def test_pages_hold_everything_once_while_rows_come(api: Api, ada: Things) -> None:
    for number in range(5):
        api("POST", "datasets", {"sample": "digits", "name": f"d{number}"})
    for sort in ("created", "-created", "name", "-name"):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = api.get(f"datasets?limit=2&sort={sort}" + (f"&cursor={cursor}" if cursor else ""))
            assert len(page["items"]) <= 2
            seen += [item["name"] for item in page["items"]]
            cursor = page["next"]
        names = list(Dataset.objects.order_by("name" if "name" in sort else "id").values_list("name", flat=True))
        assert seen == (names[::-1] if sort.startswith("-") else names)


def test_machines_come_in_pages_as_other_lists_do(api: Api) -> None:
    for name in ("b", "a", "c"):
        Worker.objects.create(name=name, host=name, started=timezone.now(), seen=timezone.now())
    first = api.get("workers?sort=name&limit=2")
    assert [item["name"] for item in first["items"]] == ["a", "b"]
    assert [item["name"] for item in api.get(f"workers?sort=name&cursor={first['next']}")["items"]] == ["c"]
    assert [item["name"] for item in api.get("workers")["items"]] == ["c", "a", "b"]
    for wrong in ("limit=0", "sort=load", "cursor=x", "alive=1"):
        assert api("GET", f"workers?{wrong}").status_code == 422


def test_runs_are_filtered_by_named_fields(api: Api, ada: Things) -> None:
    assert {item["kind"] for item in api.get("runs")["items"]} == {"train", "inspect", "preview"}
    assert [item["id"] for item in api.get("runs?kind=train&state=succeeded")["items"]] == [str(ada.identifiers["run"])]
    assert len(api.get(f"runs?dataset={ada.identifiers['dataset']}")["items"]) == 3
    assert [item["kind"] for item in api.get("runs?state=queued")["items"]] == ["preview"]


def test_a_name_is_changed_only_by_who_saw_the_last_one(api: Api, ada: Things) -> None:
    for kind in ("runs", "datasets"):
        address = f"{kind}/{ada.identifiers[kind[:-1]]}"
        tag = api("GET", address)["ETag"]
        assert api("PATCH", address, {"name": "b"}).status_code == 428
        renamed = api("PATCH", address, {"name": "b"}, If_Match=tag)
        assert (renamed.status_code, renamed.json()["name"]) == (200, "b")
        assert api("PATCH", address, {"name": "c"}, If_Match=tag).status_code == 412
        assert api("PATCH", address, {"name": "c"}, If_Match=renamed["ETag"]).status_code == 200


def test_a_deleted_data_set_is_gone_and_can_be_had_back(api: Api, ada: Things) -> None:
    address = f"datasets/{ada.identifiers['dataset']}"
    assert api("DELETE", address).status_code == 204
    assert api("GET", address).status_code == 404
    assert api("POST", f"{address}/restore").status_code == 200
    assert api("GET", address).status_code == 200
    Run.objects.filter(pk=ada.identifiers["run"]).update(state="running")
    refused = api("DELETE", address)
    assert refused.status_code == 409
    assert "uses this data set" in refused.json()["detail"]


def test_what_a_state_does_not_allow_is_a_conflict_with_a_sentence(api: Api, ada: Things) -> None:
    for action in ("stop", "cancel", "pause", "resume"):
        answer = api("POST", f"runs/{ada.identifiers['run']}/{action}")
        assert answer.status_code == 409
        assert answer.json()["detail"].endswith(".")


def test_a_state_that_does_not_allow_a_command_is_quoted_in_the_readers_word(api: Api, ada: Things) -> None:
    Run.objects.filter(pk=ada.identifiers["run"]).update(state="starting")
    answer = api("POST", f"runs/{ada.identifiers['run']}/resume")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The state of this run is “Starting”, which does not allow this.",
    )


def test_a_command_is_accepted_and_the_run_shown(api: Api, ada: Things) -> None:
    run = api("POST", "runs", {"dataset": str(ada.identifiers["dataset"]), "spec": {}}).json()["id"]
    for action, state in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        answer = api("POST", f"runs/{run}/{action}")
        assert (answer.status_code, answer.json()["state"]) == (202, state)
    assert api("POST", f"runs/{run}/retry").status_code == 201


def test_a_model_is_compressed_by_a_child_run(api: Api, ada: Things) -> None:
    address = f"runs/{ada.identifiers['run']}/compress"
    answer = api("POST", address, {"stages": [{"name": "prune_channels"}]})
    assert answer.status_code == 201, answer.content
    assert (answer.json()["kind"], answer.json()["parent"]) == ("compress", str(ada.identifiers["run"]))
    assert api("POST", address, {}).status_code == 201
    wrong = api("POST", address, {"stages": [{"name": "prune_channels", "x": 1}]})
    assert wrong.json()["errors"][0]["field"] == "stages.0.x"


def test_curves_keep_what_is_not_a_number(api: Api, ada: Things) -> None:
    run = ada.identifiers["run"]
    points = Points(np.arange(4), np.array([1.5, np.nan, np.inf, -np.inf]), np.full(4, 1e9))
    with transaction.atomic():
        stream.record(run, batch={"train/loss": points})
    answer = api("GET", f"runs/{run}/metrics?name=train/loss&points=2000")
    curve = json.loads(answer.content, parse_constant=pytest.fail)
    assert (curve["name"], curve["steps"], curve["count"]) == ("train/loss", [0, 1, 2, 3], 4)
    assert curve["values"] == [1.5, "NaN", "Infinity", "-Infinity"]
    assert api.get(f"runs/{run}")["metrics"] == ["train/loss"]
    assert api.get(f"runs/{run}/metrics?name=other")["steps"] == []


def test_a_report_with_nan_is_valid_json(api: Api, ada: Things) -> None:
    Run.objects.filter(pk=ada.identifiers["run"]).update(report={"scalars": [{"name": "loss", "value": "NaN"}]})
    answer = api("GET", f"runs/{ada.identifiers['run']}")
    assert json.loads(answer.content, parse_constant=pytest.fail)["report"]["scalars"][0]["value"] == "NaN"


def test_events_are_those_of_the_websocket(api: Api, ada: Things) -> None:
    run = ada.identifiers["run"]
    with transaction.atomic():
        stream.record(
            run, entries=[("log", {"level": "info", "message": "Seen %(count)s rows.", "params": {"count": 3}})]
        )
    everything = api.get(f"runs/{run}/events?after=0")
    assert everything["items"] == [json.loads(message) for message in replay.since(run, 0).messages]
    last = everything["last"]
    assert api.get(f"runs/{run}/events?after={last}") == {"items": [], "last": last}
    assert len(api.get(f"runs/{run}/events?after={last - 1}")["items"]) == 1
    assert api.get(f"runs/{run}/log")["items"][0]["message"] == "Seen 3 rows."


def test_the_description_lists_every_address_and_the_page_needs_no_other_site(api: Api, ada: Things) -> None:
    paths = api.get("openapi.json")["paths"]
    for path in (
        "/datasets",
        "/runs",
        "/runs/{run_id}/compress",
        "/runs/{run_id}/metrics",
        "/exports/{export_id}/download",
        "/components",
        "/uploads",
        "/uploads/{upload_id}",
    ):
        assert f"/api/v1{path}" in paths, path
    client = Client()
    client.force_login(ada.owner)
    page = client.get("/api/v1/docs").content.decode()
    for path, item in paths.items():
        for method in set(item) & {"get", "head", "post", "patch", "delete", "options"}:
            heading = f'<span class="method method-{method}">{method.upper()}</span> <code class="break">{path}</code>'
            assert heading in page
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)


def test_the_description_tells_who_gets_in_which_headers_count_and_what_a_refusal_is(api: Api) -> None:
    schema = api.get("openapi.json")
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    run = schema["paths"]["/api/v1/runs/{run_id}"]
    assert "If-Match" in [parameter["name"] for parameter in run["patch"]["parameters"]]
    assert "ETag" in run["get"]["responses"]["200"]["headers"]
    operation = schema["paths"]["/api/v1/runs"]["post"]
    assert "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
    assert "Location" in operation["responses"]["201"]["headers"]
    refusal = operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"].rpartition(
        "/"
    )[2]
    assert "errors" in schema["components"]["schemas"][refusal]["properties"]
    assert "Mistake" in schema["components"]["schemas"]
    operations = [
        one["operationId"] for methods in schema["paths"].values() for one in methods.values() if "operationId" in one
    ]
    assert len(operations) == len(set(operations))


def test_one_person_has_no_endless_number_of_runs_that_wait(
    api: Api, ada: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_UNFINISHED", 1)
    Run.objects.filter(owner=ada.owner).update(state=State.SUCCEEDED)
    body = {"dataset": str(ada.identifiers["dataset"]), "spec": {}}
    assert api("POST", "runs", body).status_code == 201
    answer = api("POST", "runs", body)
    assert (answer.status_code, answer.json()["detail"]) == (
        429,
        "So many of your runs have not ended: 1. Wait for some of them, or cancel some.",
    )


def test_what_was_made_or_asked_says_where_to_look(api: Api, ada: Things) -> None:
    dataset = api("POST", "datasets", {"sample": "penguins"})
    assert dataset.headers["Location"] == f"/api/v1/datasets/{dataset.json()['id']}"
    run = api("POST", "runs", {"dataset": str(ada.identifiers["dataset"]), "spec": {}})
    assert run.headers["Location"] == f"/api/v1/runs/{run.json()['id']}"
    assert api("POST", f"runs/{run.json()['id']}/cancel").headers["Location"] == run.headers["Location"]


def test_components_come_with_their_schemas(api: Api) -> None:
    components = api.get("components")
    assert {"tasks", "models", "optimizers", "schedules", "losses"} <= {item["family"] for item in components["items"]}
    adamw = next(item for item in components["items"] if item["name"] == "adamw")
    assert adamw["schema"]["properties"]["learning_rate"]["type"] == "number"
    assert "epochs" in components["specs"]["train"]["properties"]


def test_exports_begin_with_the_zip(api: Api, ada: Things) -> None:
    run = Run.objects.get(pk=ada.identifiers["run"])
    single = store.put(BytesIO(b"onnx"))
    Edge.objects.create(
        run=run, artifact=single, direction="output", role="export", name="m.onnx", meta={"format": "onnx"}
    )
    exports = api.get(f"runs/{run.pk}/exports")["items"]
    assert [item["format"] for item in exports] == ["bundle", "onnx"]
    assert (exports[1]["size"], exports[1]["sha256"]) == (4, hashlib.sha256(b"onnx").hexdigest())


def test_problems_of_a_profile_come_in_words_with_code_and_params(api: Api, ada: Things) -> None:
    finding = problem("few_rows", rows=3, least=30)
    version = DatasetVersion.objects.get(pk=ada.identifiers["version"])
    version.profile = {"summary": {"rows": 3, "columns": []}, "problems": [finding.model_dump()]}
    version.save(update_fields=["profile"])
    (said,) = api.get(f"datasets/{ada.identifiers['dataset']}")["profile"]["problems"]
    assert (said["code"], said["params"]) == ("few_rows", {"rows": 3, "least": 30})
    assert said["message"] == finding.message % finding.params
    assert "%(" not in said["message"] + said["remedy"]


def test_an_upload_becomes_a_data_set(live: Live) -> None:
    client = live.client()
    tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
    first = client.post("/api/v1/uploads", content=b"a,b\n1,", headers={**tus, "Upload-Length": "8"}).headers[
        "Location"
    ]
    upload = first.rsplit("/", 1)[1]
    early = client.post("/api/v1/datasets", json={"upload": upload})
    assert (early.status_code, "6 of 8 bytes" in early.text) == (422, True)
    client.patch(first, content=b"2\n", headers={**tus, "Upload-Offset": "6"})
    answer = client.post("/api/v1/datasets", json={"name": "Small", "upload": upload})
    assert answer.status_code == 201, answer.text
    again = client.post(f"/api/v1/datasets/{answer.json()['id']}/versions", json={"uploads": [upload]})
    assert (again.status_code, again.json()["number"]) == (201, 2)
    assert client.post("/api/v1/datasets", json={"uploads": [upload, upload]}).status_code == 422
    version = DatasetVersion.objects.get(pk=answer.json()["version"]["id"])
    content = version.runs.get().edges.get(role="upload:0").artifact
    assert store.local_path(content.sha256).read_bytes() == b"a,b\n1,2\n"


def test_errors_of_ours_are_a_problem_with_a_mark_for_the_log(
    api: Api, ada: Things, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("the reason")

    monkeypatch.setattr(replay, "since", broken)
    answer = api("GET", f"runs/{ada.identifiers['run']}/events")
    assert answer.status_code == 500
    assert "the reason" not in answer.content.decode()
    mark = answer.json()["detail"].split("look for ")[1].split(" ")[0]
    assert any(mark in record.getMessage() for record in caplog.records)
