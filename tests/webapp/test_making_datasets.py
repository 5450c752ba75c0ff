"""What is wrong with the files of a new data set is said of the field that was sent."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from webapp.accounts.models import User
from webapp.datasets import uploads


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("field", ["upload", "uploads"])
def test_an_upload_that_is_unfinished_or_unknown_is_named_by_the_field_that_was_sent(
    ada: User, settings: Settings, tmp_path: object, field: str, is_there: bool
) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    identifier = str(uploads.create(ada, "x.csv", 10).pk if is_there else uuid4())
    body = json.dumps({field: identifier if field == "upload" else [identifier]})
    answer = Client().post("/api/v1/datasets", body, "application/json", headers=things.bearer(ada))
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
