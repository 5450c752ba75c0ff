"""What several states of pages need: files sent, dialogs opened, runs started by the API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import NAME, PATIENCE
from tests.browser.test_uploads import DATASET
from tests.yard import Yard

State = tuple[str, Page]


def opened(page: Page, dialog: str) -> Iterator[State]:
    page.evaluate("id => document.getElementById(id).showModal()", dialog)
    yield f"dialog: {dialog.split('-')[0]}", page
    page.keyboard.press("Escape")


def send(page: Page, name: str, content: bytes, inside: str = "") -> None:
    file = page.locator(f"{inside}[data-files]").first
    file.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.wait_for_url(DATASET)


def expect_ready(page: Page) -> None:
    expect(page.get_by_role("link", name="New run")).to_be_visible(timeout=PATIENCE)


@contextmanager
def stalling(page: Page, pattern: str) -> Iterator[None]:
    """Requests of this pattern have no answer meanwhile."""
    page.route(pattern, lambda route: None)
    yield
    page.unroute(pattern)


@contextmanager
def client(yard: Yard) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {yard.token(NAME)}"}
    with httpx.Client(base_url=f"{yard.base_url}/api/v1", headers=headers, timeout=60) as api:
        yield api


def sample(api: httpx.Client, name: str) -> str:
    return next(str(one["id"]) for one in api.get("/datasets").json()["items"] if one["sample"] == name)


def start_run(api: httpx.Client, dataset: str, name: str, **spec: Any) -> str:
    answer = api.post("/runs", json={"dataset": dataset, "name": name, "spec": spec})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def finished(api: httpx.Client, kind: str, name: str, start: Callable[[], str]) -> str:
    """A run of this kind and name that succeeded; started where there is none yet."""
    runs = api.get("/runs", params={"kind": kind, "name": name, "state": "succeeded", "limit": 200}).json()["items"]
    return next((str(run["id"]) for run in runs if run["name"] == name or not name), None) or start()
