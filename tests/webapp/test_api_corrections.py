"""Kinds of columns are corrected by the API: a version is proposed, read, kept or discarded."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from tests.webapp.inspected import inspect, parcels
from trainer.columns import readings
from webapp.accounts.models import User
from webapp.datasets.models import Dataset, DatasetVersion

NUMBER = {"columns": {"zip": {"kind": "number", "decimal": "auto"}}}


@pytest.fixture
def dataset(ada: User, tmp_path: Path, settings: Settings) -> Dataset:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return parcels(ada)


class Caller:
    """Somebody with a token."""

    def __init__(self, owner: User) -> None:
        self._headers = things.bearer(owner)

    def __call__(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        content = "" if body is None else json.dumps(body)
        return Client().generic(method, address, content, "application/json", headers={**self._headers, **headers})


@pytest.fixture
def call(ada: User) -> Caller:
    return Caller(ada)


@pytest.fixture
def versions(dataset: Dataset) -> str:
    return f"/api/v1/datasets/{dataset.pk}/versions"


def test_a_correction_is_proposed_looked_at_and_kept(call: Caller, versions: str) -> None:
    answer = call("POST", versions, NUMBER)
    body = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"{versions}/{body['id']}")
    assert (body["number"], body["state"], body["corrects"], body["columns"]) == (
        None,
        "inspecting",
        1,
        NUMBER["columns"],
    )
    inspect(DatasetVersion.objects.get(pk=body["id"]))
    seen = call("GET", answer["Location"]).json()
    (column,) = seen["changes"]["columns"]
    assert (column["name"], column["before"]["kind"], column["after"]["kind"]) == ("zip", "category", "number")
    assert column["values"][0] == {"row": 1, "written": "00501", "before": "00501", "after": "501"}
    assert {finding["code"] for finding in seen["changes"]["gone"]} == {"codes"}
    answers = [call("POST", f"{answer['Location']}/keep") for _time in range(2)]
    assert [(answer.status_code, answer.json()["number"]) for answer in answers] == [(200, 2)] * 2
    refused = call("DELETE", answer["Location"])
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")


def test_a_proposal_is_discarded(call: Caller, versions: str, dataset: Dataset) -> None:
    address = call("POST", versions, NUMBER)["Location"]
    listed = call("GET", f"/api/v1/datasets/{dataset.pk}").json()
    assert ([one["number"] for one in listed["versions"]], len(listed["proposals"])) == ([1], 1)
    assert call("DELETE", address).status_code == 204
    assert [call(method, address).status_code for method in ("GET", "DELETE")] == [404, 404]


def test_the_same_key_makes_one(call: Caller, versions: str, dataset: Dataset) -> None:
    answers = [call("POST", versions, NUMBER, **{"Idempotency-Key": "one"}).json()["id"] for _time in range(2)]
    assert answers[0] == answers[1]
    other = call("POST", versions, {"columns": {"area": {"kind": "category"}}}, **{"Idempotency-Key": "one"})
    assert other.status_code == 422


def test_a_correction_that_is_to_be_kept_is_a_version_at_once(call: Caller, versions: str) -> None:
    version = call("POST", versions, {**NUMBER, "keep": True}).json()
    assert (version["number"], version["state"]) == (2, "inspecting")


def test_an_earlier_version_is_corrected_where_it_is_named(call: Caller, versions: str) -> None:
    second = call("POST", versions, {**NUMBER, "keep": True}).json()
    inspect(DatasetVersion.objects.get(pk=second["id"]))
    area = {"columns": {"area": {"kind": "category"}}}
    assert call("POST", versions, area).json()["corrects"] == 2
    assert call("POST", versions, {**area, "version": 1}).json()["columns"] == area["columns"]
    assert call("POST", versions, {"columns": {"zip": None}}).json()["columns"] == {}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"columns": {"zip": {"kind": "colour"}}}, "columns.zip"),
        ({"columns": {"zip": {}}}, "columns.zip"),
        ({"columns": {"zip": {"kind": "number", "unit": "m"}}}, "columns.zip.unit"),
        ({"columns": {"zip": "number"}}, "columns.zip"),
        ({"columns": {"postcode": {"kind": "number"}}}, "columns.postcode"),
        ({"columns": {"zip": None}}, "columns"),
        ({"columns": {}}, "columns"),
        ({}, "columns"),
        ({**NUMBER, "version": 9}, "version"),
        ({**NUMBER, "uploads": [str(uuid4())]}, "columns"),
        ({**NUMBER, "kind": "number"}, "kind"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(call: Caller, versions: str, body: Any, field: str) -> None:
    answer = call("POST", versions, body)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not DatasetVersion.objects.filter(number=None).exists()


def test_what_the_values_do_not_allow_is_said_of_the_column(call: Caller, versions: str) -> None:
    address = call("POST", versions, {"columns": {"species": {"kind": "number"}}})["Location"]
    inspect(DatasetVersion.objects.get(number=None))
    seen = call("GET", address).json()
    assert (seen["state"], [error["field"] for error in seen["errors"]]) == ("failed", ["columns.species"])
    assert seen["changes"] is None
    assert call("POST", f"{address}/keep").status_code == 409


def test_another_person_finds_nothing(bob: User, call: Caller, versions: str) -> None:
    address = call("POST", versions, NUMBER)["Location"]
    other = Caller(bob)
    answers = [other("GET", address), other("POST", f"{address}/keep"), other("DELETE", address)]
    answers += [other("POST", versions, NUMBER), call("GET", f"{versions}/{uuid4()}")]
    assert [answer.status_code for answer in answers] == [404] * 5
    mine = parcels(bob)
    assert other("GET", f"/api/v1/datasets/{mine.pk}/versions/{address.rsplit('/', 1)[1]}").status_code == 404


def test_the_document_describes_a_column_by_the_kinds_that_can_be_chosen(call: Caller) -> None:
    shapes = call("GET", "/api/v1/openapi.json").json()["components"]["schemas"]
    column = shapes["NewVersion"]["properties"]["columns"]["anyOf"][0]["additionalProperties"]["anyOf"][0]
    assert column["$ref"] == "#/components/schemas/Reading"
    assert shapes["Reading"]["discriminator"]["propertyName"] == "kind"
    assert set(shapes["Reading"]["discriminator"]["mapping"]) == set(readings())
