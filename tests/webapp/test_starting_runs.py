"""A run that could only fail is refused when it is asked for, with the field that is to blame."""

import json
from typing import Any
from uuid import UUID

from django.test import Client

from tests.attacks import things
from tests.webapp.pages import make_dataset
from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion


def post(person: User, dataset: UUID, spec: dict[str, Any]) -> Any:
    body = json.dumps({"dataset": str(dataset), "spec": spec})
    return Client().post("/api/v1/runs", body, "application/json", headers=things.bearer(person))


def test_nobody_is_told_to_wait_for_an_inspection_that_failed(ada: User) -> None:
    dataset = make_dataset(ada, kind="image")
    dataset.versions.update(state=DatasetVersion.State.FAILED)
    answer = post(ada, dataset.pk, {})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (409, "dataset")
    assert "wait" not in error["message"]
    assert "better files" in error["message"]
