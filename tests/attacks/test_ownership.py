"""What belongs to somebody else does not exist: every address, verb and identifier, also of routes that come later."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from tests.attacks import things
from tests.attacks.things import SECRET, Things
from tests.live import Live
from webapp.datasets.models import Dataset, Upload
from webapp.runs.models import Run

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
WORDS = {"int": "1", "slug": "penguins", "str": "stop", "path": "x"}
GAP = re.compile(r"<(?:(\w+):)?(\w+)>")
VERBS_OF_PAGES = ("GET", "POST")


def addresses(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """Every address of the application, with its gaps."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield "/" + re.sub(r"<uuid\w*:", "<uuid:", address)


def with_identifier() -> list[str]:
    return [address for address in addresses() if "<uuid:" in address]


def filled(address: str, identifier: object) -> str:
    return GAP.sub(lambda gap: str(identifier) if gap[1] == "uuid" else WORDS[gap[1] or "str"], address)


@pytest.fixture
def ada(db: None, tmp_path: Path, settings: Settings) -> Things:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return things.make(things.user("ada"))


def test_the_walk_finds_the_addresses() -> None:
    found = with_identifier()
    assert "/api/v1/runs/<uuid:run_id>/metrics" in found
    assert "/api/v1/exports/<uuid:export_id>/download" in found
    assert "/runs/<uuid:run_id>/" in found
    assert len(found) > 25


@pytest.mark.parametrize("by", ["token", "session"])
def test_every_address_verb_and_identifier_of_another_is_not_there(ada: Things, by: str) -> None:
    bob, headers = Client(), {}
    if by == "token":
        headers = things.bearer(things.user("bob"))
    else:
        bob.force_login(things.user("bob"))
    before = rows()
    for address in with_identifier():
        if address.startswith("/api/") != (by == "token"):
            continue
        for identifier in ada.identifiers.values():
            for verb in VERBS if by == "token" else VERBS_OF_PAGES:
                answer = bob.generic(verb, filled(address, identifier), "{}", "application/json", headers=headers)
                assert answer.status_code in (404, 405), (verb, address, answer.status_code)
                assert SECRET.encode() not in answer.content
    assert rows() == before


def test_the_owner_reaches_the_same_addresses(ada: Things) -> None:
    client, headers = Client(), things.bearer(ada.owner)
    reached = 0
    for address in with_identifier():
        if address.startswith("/api/"):
            answers = [
                client.get(filled(address, identifier) + "?name=train/loss", headers=headers).status_code
                for identifier in ada.identifiers.values()
            ]
            reached += any(status in (200, 422) for status in answers)
    assert reached >= 6


def test_lists_show_nothing_of_another(ada: Things) -> None:
    client, session, headers = Client(), Client(), things.bearer(things.user("bob"))
    session.force_login(things.user("bob"))
    queries = [
        "",
        f"?dataset={ada.identifiers['dataset']}",
        f"?parent={ada.identifiers['run']}",
        "?name=ada",
        f"?clone={ada.identifiers['run']}",
    ]
    for address in addresses():
        if "<" in address or "signout" in address:
            continue
        for query in queries:
            for answer in (client.get(address + query, headers=headers), session.get(address + query)):
                shown = b"".join(answer) if answer.streaming else answer.content
                assert SECRET.encode() not in shown, address + query
                assert b"ada&#x27;s secret" not in shown, address + query


def test_what_is_sent_cannot_name_what_belongs_to_another(ada: Things) -> None:
    client, headers = Client(), things.bearer(things.user("bob"))

    def post(address: str, body: object) -> tuple[int, str]:
        answer = client.post(f"/api/v1/{address}", json.dumps(body), "application/json", headers=headers)
        return answer.status_code, answer.content.decode()

    before = rows()
    assert post("runs", {"dataset": str(ada.identifiers["dataset"]), "spec": {}})[0] == 404
    status, said = post("datasets", {"upload": str(ada.identifiers["upload"])})
    assert (status, "There is no upload" in said) == (422, True)
    assert post("datasets", {"sample": "digits", "owner": str(ada.owner.pk)})[0] == 422
    assert post("runs", {"dataset": str(ada.identifiers["dataset"]), "spec": {}, "state": "succeeded"})[0] == 422
    assert rows() == before


def test_an_idempotency_key_of_another_gives_nothing_away(ada: Things) -> None:
    key = {"Idempotency-Key": "the same"}
    response = (
        Client()
        .post(
            "/api/v1/datasets",
            '{"sample": "penguins"}',
            "application/json",
            headers={**key, **things.bearer(ada.owner)},
        )
        .json()
    )
    other = (
        Client()
        .post(
            "/api/v1/datasets",
            '{"sample": "penguins"}',
            "application/json",
            headers={**key, **things.bearer(things.user("bob"))},
        )
        .json()
    )
    assert response["id"] != other["id"]


def test_an_upload_of_another_is_not_there(live: Live) -> None:
    ada, bob = live.client("ada"), live.client("bob")
    tus = {"Tus-Resumable": "1.0.0"}
    address = ada.post("/api/v1/uploads", headers={**tus, "Upload-Length": "3"}).headers["Location"]
    body = {**tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    assert bob.head(address, headers=tus).status_code == 404
    assert bob.delete(address, headers=tus).status_code == 404
    assert bob.patch(address, content=b"abc", headers=body).status_code == 404
    assert bob.post(address, content=b"abc", headers={**body, "X-HTTP-Method-Override": "PATCH"}).status_code == 404
    assert ada.head(address, headers=tus).headers["Upload-Offset"] == "0"
    for wrong in ("x", "../runs", "00000000-0000-0000-0000-000000000000", f"{address}/more".rsplit("uploads/")[1]):
        assert bob.head(f"/api/v1/uploads/{wrong}", headers=tus).status_code in (404, 405)
    assert ada.patch(address, content=b"abc", headers=body).status_code == 204


def test_without_signing_in_every_address_of_the_api_is_closed(db: None, live: Live) -> None:
    before, nobody = rows(), live.anonymous()
    for address in [*addresses(), "/api/v1/uploads", "/api/v1/uploads/<uuid:upload>", "/api/v1/anything"]:
        if address.startswith("/api/"):
            for verb in (*VERBS, "OPTIONS"):
                answer = nobody.request(verb, filled(address, "01a2005d-6fa3-77ac-9c71-2b8504b80773"))
                assert answer.status_code in (401, 405), (verb, address, answer.status_code)
    assert rows() == before


def rows() -> list[object]:
    return [
        sorted(model.objects.values_list("pk", *columns))
        for model, columns in ((Dataset, ("name",)), (Run, ("name", "state")), (Upload, ("state", "offset")))
    ]
