"""Addresses and forms of pages that no browser sends: an answer, never a failure of ours."""

import base64
import json
from uuid import UUID

import pytest
from django.test import Client

from tests.webapp.pages import make_dataset
from webapp.accounts.models import User
from webapp.runs.models import Run

pytestmark = pytest.mark.django_db
TASK = {"task.name": "classification", "task.classification.target": "species"}


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def page(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def cursor(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps([key, str(UUID(int=5))]).encode()).decode()


KEYS: list[object] = ["abc", "a\0", "\ud800", 5, int("9" * 401), True, None, [], "nan", 1e308]
ADDRESSES = [
    "/runs/?q=%00",
    "/runs/?dataset=%00",
    "/runs/?after=%ff%fe",
    "/runs/?after=A",
    "/runs/?after=" + "W" * 5000,
    "/models/?page=%00",
    "/signin/?next=%00",
    "/signin/a%00b/",
]


@pytest.mark.parametrize(
    "address",
    [
        *ADDRESSES,
        *(
            f"/runs/?after={cursor(key)}&sort={sort}"
            for sort in ("newest", "name", "test/accuracy", "oldest")
            for key in KEYS
        ),
    ],
)
def test_an_address_that_means_nothing_is_no_failure(page: Client, address: str) -> None:
    assert page.get(address).status_code in (200, 302, 400, 410)


@pytest.mark.parametrize("field", ["run_name", "key", "dataset", "epochs", "task.classification.target"])
def test_a_nul_in_a_form_is_refused_and_makes_nothing(page: Client, ada: User, field: str) -> None:
    sent = {"dataset": str(make_dataset(ada).pk), "run_name": "Mine", **TASK}
    assert page.post("/runs/new/", {**sent, field: "a\0b"}).status_code == 400
    assert not Run.objects.exists()


@pytest.mark.parametrize("depth", [40, 400, 900, 100_000])
def test_json_that_is_too_deep_is_answered_with_a_sentence(page: Client, ada: User, depth: int) -> None:
    dataset = str(make_dataset(ada).pk)
    for text in ('{"a":' * depth + "1" + "}" * depth, '{"epochs":' + "[" * depth + "]" * depth + "}"):
        answer = page.post("/runs/new/json/", {"dataset": dataset, "json": text})
        assert "nested too deeply" in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(client: Client, address: str) -> None:
    User.objects.create_user("eve", password="correct horse battery")
    answer = client.post(
        f"/signin/?next={address}", {"name": "eve", "password": "correct horse battery", "next": address}
    )
    assert answer.headers["Location"] == "/"
