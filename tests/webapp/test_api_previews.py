"""Previews by the API: started, polled, and read with the shapes that the description promises."""

import json
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from tests.webapp.pages import make_dataset
from tests.webapp.test_api import Api
from tests.webapp.test_preparation import CUT, FOUND, SPECIES, end, version
from webapp.accounts.models import User
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.runs.models import Kind, Run, State


@pytest.fixture
def api(ada: User) -> Api:
    return Api(ada)


@pytest.fixture
def flowers(ada: User) -> Dataset:
    return make_dataset(ada)


def body(flowers: Dataset, **spec: Any) -> dict[str, Any]:
    return {"dataset": str(flowers.pk), "spec": {"task": SPECIES, "cleaning": [{"name": "drop_duplicates"}], **spec}}


def test_a_preview_is_started_and_read_with_its_tokens_once_it_has_ended(api: Api, flowers: Dataset) -> None:
    answer = api("POST", "previews", body(flowers, seed=7))
    begun = answer.json()
    assert (answer.status_code, begun["state"], begun["result"]) == (201, "queued", None), begun
    assert answer.headers["Location"] == f"/api/v1/previews/{begun['id']}"
    assert (begun["dataset"], begun["spec"]["seed"]) == (str(flowers.pk), 7)
    assert api.get(f"previews/{begun['id']}") == begun
    preview = FOUND.model_copy(update={"tokenizations": (CUT,)})
    end(Run.objects.get(pk=begun["id"]), report=preview.model_dump(mode="json"))
    found = api.get(f"previews/{begun['id']}")
    (tokens,) = found["result"]["tokenizations"]
    assert (found["state"], tokens["known"], tokens["cut"], tokens["limit"]) == ("succeeded", 0.984, 0.05, 8000)
    assert tokens["texts"][0]["pieces"][2] == {"text": "q\u200b", "kind": "unknown"}
    (step,) = found["result"]["steps"]
    assert step["effects"][0]["message"] == "12 duplicate rows were left out."
    assert step["left_out"] == [{"number": 17, "cells": [["petal", 1.5], ["species", "<b>"]]}]
    assert found["result"]["changes"][0]["cells"] == [{"row": 23, "before": None, "after": 1.25}]


def test_a_result_is_all_that_a_preview_tells_and_of_the_shape_that_is_described(api: Api, flowers: Dataset) -> None:
    identifier = api("POST", "previews", body(flowers)).json()["id"]
    report = FOUND.model_copy(update={"tokenizations": (CUT,)}).model_dump(mode="json")
    end(Run.objects.get(pk=identifier), report=report)
    result, document = api.get(f"previews/{identifier}")["result"], api.get("openapi.json")
    assert keys(result) == keys(report)
    Draft202012Validator({**document, "$ref": "#/components/schemas/PreviewResult"}).validate(result)


def keys(value: Any) -> Any:
    """The names of all fields, without what they hold."""
    if isinstance(value, dict):
        return {name: keys(part) for name, part in value.items()}
    return [keys(part) for part in value] if isinstance(value, list) else None


def test_the_same_preview_is_answered_again_and_another_takes_its_place(api: Api, flowers: Dataset) -> None:
    first = api("POST", "previews", body(flowers)).json()
    assert api("POST", "previews", body(flowers)).json() == first
    second = api("POST", "previews", body(flowers, seed=3)).json()
    assert second["id"] != first["id"]
    assert api.get(f"previews/{first['id']}")["state"] == "cancelled"


def test_a_preview_that_failed_says_why(api: Api, flowers: Dataset) -> None:
    identifier = api("POST", "previews", body(flowers)).json()["id"]
    reason = {"reason_code": "cleaning_left_nothing", "reason": "“%(step)s” leaves no row to learn from."}
    end(Run.objects.get(pk=identifier), State.FAILED, **reason, reason_params={"step": "This"})
    found = api.get(f"previews/{identifier}")
    assert (found["reason"], found["result"]) == ("“This” leaves no row to learn from.", None)


def test_the_data_of_another_and_their_previews_are_not_there(api: Api, bob: User, flowers: Dataset) -> None:
    identifier = api("POST", "previews", body(flowers)).json()["id"]
    stranger = Api(bob)
    refusal = stranger("POST", "previews", body(flowers))
    assert (refusal.status_code, refusal.json()["errors"][0]["field"]) == (404, "dataset")
    unknown = stranger("POST", "previews", {**body(flowers), "dataset": str(uuid4())})
    assert unknown.content == refusal.content
    for address in (f"previews/{identifier}", f"previews/{identifier}/pictures.png"):
        assert stranger("GET", address).status_code == 404
    assert Run.objects.filter(kind=Kind.PREVIEW).count() == 1


def test_a_run_that_is_no_preview_is_none(api: Api, flowers: Dataset) -> None:
    run = api("POST", "runs", body(flowers)).json()["id"]
    assert api("GET", f"previews/{run}").status_code == 404


def test_what_is_wrong_in_the_spec_is_said_by_field_and_nothing_is_begun(api: Api, flowers: Dataset) -> None:
    answer = api("POST", "previews", body(flowers, tokenizers=[{"name": "words", "longest": 0}]))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "tokenizers.0.longest")
    assert not Run.objects.filter(kind=Kind.PREVIEW).exists()


def test_data_that_are_still_inspected_are_a_conflict(api: Api, flowers: Dataset) -> None:
    version(flowers)
    DatasetVersion.objects.filter(dataset=flowers).update(state=DatasetVersion.State.INSPECTING)
    answer = api("POST", "previews", body(flowers))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "dataset")
    assert "still inspected" in json.loads(answer.content)["detail"]
