"""JSON that is too large, too deep, ambiguous, or no JSON: a sentence, never a failure of ours."""

import base64
import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from tests.attacks.things import Things
from webapp.runs.models import Run


@pytest.fixture
def ada(db: None, tmp_path: Path, settings: Settings) -> Things:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return things.make(things.user("ada"))


def post(ada: Things, content: str | bytes, address: str = "runs") -> tuple[int, str]:
    answer = Client().post(f"/api/v1/{address}", content, "application/json", headers=things.bearer(ada.owner))
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return answer.status_code, answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("[" * 100_000 + "]" * 100_000, 400),
        ('{"a":' * 1000 + "1" + "}" * 1000, 400),
        (json.dumps({"spec": {"x": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}), 400),
        ('{"name": "' + "x" * 3_000_000 + '"}', 413),
        ('{"spec": {"seed": ' + "9" * 100_000 + "}}", 400),
        ('{"spec": {"seed": 1e999}}', 400),
        ('{"spec": {"seed": NaN}}', 400),
        ('{"spec": {"seed": -Infinity}}', 400),
        ('{"name": "a", "name": "b"}', 400),
        ('{"name": "\\u0000"}', 400),
        ('{"name": "\\ud800"}', 400),
        ('{"name\\u0000": 1}', 400),
        (b"\xff\xfe{}", 400),
        ("", 422),
        ("{", 400),
        ("null", 422),
        ("[]", 422),
        ("7", 422),
        ('"text"', 422),
    ],
)
def test_it_is_refused_with_a_sentence(ada: Things, content: str | bytes, status: int) -> None:
    assert post(ada, content)[0] == status
    assert post(ada, content)[1].endswith(".")


def test_a_huge_list_of_components_is_refused_quickly(ada: Things) -> None:
    stages = [{"name": "prune_channels"}] * 20_000
    status, said = post(ada, json.dumps({"stages": stages}), f"runs/{ada.identifiers['run']}/compress")
    assert (status, "at most 16" in said) == (422, True)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=" + "A" * 2000,
        "cursor=W10",
        "cursor=WyItY3JlYXRlZCIsMSwyXQ",
        "limit=0",
        "limit=201",
        "limit=1e9",
        "limit=-1",
        "sort=password",
        "sort=owner__password",
        "sort=",
        "state=nonsense",
        "dataset=x",
        "dataset=%00",
        "parent='--",
        "owner=1",
        "name=%00",
        "limit=99999999999999999999999999",
    ],
)
def test_a_query_that_means_nothing_is_refused(ada: Things, query: str) -> None:
    answer = Client().get(f"/api/v1/runs?{query}", headers=things.bearer(ada.owner))
    assert answer.status_code in (400, 422), answer.content


def test_a_cursor_with_half_a_character_is_refused(ada: Things) -> None:
    content = base64.urlsafe_b64encode(json.dumps(["name", "\ud800", str(uuid4())]).encode()).decode()
    answer = Client().get("/api/v1/runs", {"sort": "name", "cursor": content}, headers=things.bearer(ada.owner))
    assert answer.status_code == 422, answer.content


def test_a_cursor_of_the_longest_name_leads_to_the_next_page(ada: Things) -> None:
    Run.objects.filter(pk=ada.identifiers["run"]).update(name="😀" * 200)
    first = Client().get("/api/v1/runs?sort=-name&limit=1", headers=things.bearer(ada.owner)).json()
    assert first["items"][0]["name"] == "😀" * 200
    behind = Client().get(
        "/api/v1/runs", {"sort": "-name", "cursor": str(first["next"])}, headers=things.bearer(ada.owner)
    )
    assert behind.status_code == 200 and behind.json()["items"]


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=99999999999999999999", "after=1e3"])
def test_a_wrong_number_of_an_event_is_refused(ada: Things, query: str) -> None:
    answer = Client().get(f"/api/v1/runs/{ada.identifiers['run']}/events?{query}", headers=things.bearer(ada.owner))
    assert answer.status_code == 422


def test_names_with_script_come_back_as_the_text_they_are(ada: Things) -> None:
    name = "<script>alert(1)</script>"
    answer = Client().post(
        "/api/v1/datasets",
        json.dumps({"sample": "penguins", "name": name}),
        "application/json",
        headers=things.bearer(ada.owner),
    )
    assert answer.json()["name"] == name
    assert answer["Content-Type"].startswith("application/json")
    assert answer["X-Content-Type-Options"] == "nosniff"
