"""HEAD of every page and every part of one answers as GET does, without the body."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from tests.attacks.test_ownership import addresses, filled
from tests.attacks.things import Things

WITHOUT = {"Set-Cookie", "Content-Length", "Expires"}


@pytest.fixture
def ada(db: None, tmp_path: Path, settings: Settings) -> Things:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return things.make(things.user("ada"))


@pytest.mark.parametrize("htmx", [False, True])
def test_head_of_every_page_answers_as_get(ada: Things, htmx: bool) -> None:
    client, successes = Client(), 0
    client.force_login(ada.owner)
    pages = [address for address in addresses() if not address.startswith("/api/")]
    places = [filled(address, ada.identifiers["dataset" if "dataset" in address else "run"]) for address in pages]
    clone = f"/runs/new/?clone={ada.identifiers['run']}"
    headers = {"HX-Request": "true"} if htmx else {}
    for place in [*places, "/api/v1/docs", "/static/trainyard/page.js", "/runs/?q=a", clone]:
        get, head = (client.generic(verb, place, headers=headers) for verb in ("GET", "HEAD"))
        assert head.status_code == get.status_code, place
        assert _headers(head) == _headers(get), place
        assert not b"".join(head) if head.streaming else not head.content, place
        successes += get.status_code == 200
    assert successes > 20


def test_the_length_is_that_of_the_body_that_is_left_out(ada: Things) -> None:
    client = Client()
    client.force_login(ada.owner)
    get, head = client.get("/models/"), client.head("/models/")
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(get.content))


def _headers(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in WITHOUT}
