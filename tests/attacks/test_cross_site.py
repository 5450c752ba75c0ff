"""Requests that another site makes a signed-in browser send: forms, JSON, DELETE, uploads."""

from pathlib import Path

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from tests.attacks.test_ownership import addresses, filled, rows
from tests.attacks.things import Things
from tests.live import Live

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
FORMS = ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "3"}


@pytest.fixture
def ada(db: None, tmp_path: Path, settings: Settings) -> Things:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return things.make(things.user("ada"))


def browser(ada: Things) -> Client:
    """A browser that is signed in and has a CSRF cookie, which it sends along wherever a request comes from."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada.owner)
    client.get("/")
    assert "trainyard_csrf" in client.cookies
    return client


def test_nothing_changes_by_a_request_without_the_token_of_a_page(ada: Things) -> None:
    client, before = browser(ada), rows()
    for address in addresses():
        for identifier in (ada.identifiers["run"], ada.identifiers["dataset"]):
            for verb in CHANGING if address.startswith("/api/") else ("POST",):
                answer = client.generic(verb, filled(address, identifier), "{}", "application/json")
                assert answer.status_code in (403, 405), (verb, address, answer.status_code)
    assert rows() == before


@pytest.mark.parametrize("content_type", FORMS)
def test_a_forged_form_is_refused_in_every_encoding(ada: Things, content_type: str) -> None:
    client = browser(ada)
    for verb in CHANGING:
        answer = client.generic(verb, f"/api/v1/runs/{ada.identifiers['run']}", '{"name": "forged"}', content_type)
        assert answer.status_code in (403, 405)


def test_a_foreign_origin_is_refused_even_with_the_token(ada: Things) -> None:
    client = browser(ada)
    token = client.cookies["trainyard_csrf"].value
    address = "/api/v1/datasets"
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        answer = client.generic(
            "POST",
            address,
            '{"sample": "penguins"}',
            "application/json",
            headers={"X-CSRFToken": token, "Origin": origin},
        )
        assert answer.status_code == 403
    own = client.generic(
        "POST",
        address,
        '{"sample": "penguins"}',
        "application/json",
        headers={"X-CSRFToken": token, "Origin": "http://testserver", "Host": "testserver"},
    )
    assert own.status_code == 201, own.content


def test_json_is_taken_only_as_json(ada: Things) -> None:
    answer = Client().post("/api/v1/datasets", '{"sample": "penguins"}', "text/plain", headers=things.bearer(ada.owner))
    assert answer.status_code == 415


def test_uploads_of_a_session_need_the_token_of_a_page(live: Live) -> None:
    signed_in = Client()
    signed_in.force_login(live.user())
    signed_in.get("/")
    cookies = {name: cookie.value for name, cookie in signed_in.cookies.items()}
    with httpx.Client(base_url=live.url, cookies=cookies) as client:
        assert client.post("/api/v1/uploads", headers=TUS).status_code == 403
        assert client.post("/api/v1/uploads", headers={**TUS, "X-HTTP-Method-Override": "HEAD"}).status_code in (
            403,
            405,
        )
        token = {"X-CSRFToken": cookies["trainyard_csrf"]}
        assert (
            client.post("/api/v1/uploads", headers={**TUS, **token, "Origin": "https://evil.example"}).status_code
            == 403
        )
        response = client.post("/api/v1/uploads", headers={**TUS, **token, "Origin": live.url})
        assert response.status_code == 201
        assert client.delete(response.headers["Location"], headers=TUS).status_code == 403
        assert (
            client.get(response.headers["Location"], headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code
            == 405
        )
        assert client.delete(response.headers["Location"], headers={**TUS, **token}).status_code == 204


def test_a_foreign_host_name_reaches_no_upload(live: Live) -> None:
    answer = live.client().post("/api/v1/uploads", headers={**TUS, "Host": "rebound.example"})
    assert answer.status_code == 400
