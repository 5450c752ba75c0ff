"""A model is tried in the browser: by keys, on a picture that is dropped, on a phone; and nothing of it is kept."""

import base64
import re
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import psycopg
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.steps import client, finished, sample, start_run
from tests.yard import Yard
from webapp.addresses import addresses

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SIDE = 28


def bar() -> FilePayload:
    """A picture of a bar that stands, which looks like a one."""
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    pixels[4:24, 12:16] = 255
    Image.fromarray(pixels).save(buffer := BytesIO(), "PNG")
    return FilePayload(name="bar.png", mimeType="image/png", buffer=buffer.getvalue())


def answered(page: Page) -> None:
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("heading", name="What mattered")).to_be_visible(timeout=PATIENCE)


def tried(api: httpx.Client, run: str) -> str:
    """The run, once its downloads are there."""
    deadline = time.monotonic() + 200
    while True:
        detail = api.get(f"/runs/{run}").json()
        assert detail["state"] not in ("failed", "cancelled"), detail["reason"]
        if detail["state"] == "succeeded" and not detail["exports_coming"]:
            return run
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture
def penguins(session_yard: Yard) -> Iterator[str]:
    task = {"name": "classification", "target": "species"}

    def start() -> str:
        data = str(api.post("/datasets", json={"sample": "penguins"}).json()["id"])
        return start_run(api, data, "Species", task=task, epochs=10)

    with client(session_yard) as api:
        yield tried(api, finished(api, "train", "Species", start))


@pytest.fixture
def digits(session_yard: Yard) -> Iterator[str]:
    def start() -> str:
        if not any(one["sample"] == "digits" for one in api.get("/datasets").json()["items"]):
            api.post("/datasets", json={"sample": "digits"})
        return start_run(api, sample(api, "digits"), "Digits", epochs=1, ranks=2)

    with client(session_yard) as api:
        yield tried(api, finished(api, "train", "Digits", start))


def test_a_row_is_filled_in_and_answered_by_keys_alone(page: Page, penguins: str) -> None:
    page.goto(f"/runs/{penguins}/try/")
    page.get_by_label("bill_length_mm").focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("50.4")
    page.keyboard.press("Enter")
    answer = page.locator("#try-answer")
    expect(answer.get_by_role("heading", name="What mattered")).to_be_visible()
    expect(answer.get_by_role("meter")).to_have_count(3)
    row = answer.get_by_role("row").filter(has_text="bill_length_mm")
    expect(row).to_contain_text(re.compile(r"50\.4.*points", re.DOTALL))
    expect(answer).to_contain_text(re.compile(r"ms for one row: the median of \d+ calls, on 1 thread"))
    subject = answer.get_by_label("for", exact=True)
    other = subject.locator("option:not([selected])").first.inner_text()
    subject.select_option(other)
    expect(answer.get_by_text(f"the probability of “{other}” falls")).to_be_visible()
    page.get_by_label("bill_depth_mm").fill("seventeen")
    page.keyboard.press("Enter")
    expect(answer.get_by_text("“seventeen” is not understood in bill_depth_mm")).to_be_visible()
    expect(answer.get_by_text(f"the probability of “{other}” falls")).to_be_hidden()
    page.get_by_role("button", name="Empty all").click()
    expect(page.get_by_label("bill_depth_mm")).to_have_value("")
    answered(page)
    expect(answer.get_by_text("Everything is missing")).to_be_visible()


def test_a_picture_is_dropped_looked_at_and_shaded(page: Page, digits: str) -> None:
    page.goto(f"/runs/{digits}/")
    form = page.locator("#try-form")
    form.get_by_role("button", name="Answer").click()
    link = page.get_by_role("alert").get_by_role("link", name="image")
    expect(form.get_by_text("Choose a file: the model needs one.")).to_be_visible()
    link.click()
    expect(form.locator("[type=file]")).to_be_focused()
    payload = bar()
    page.evaluate(
        """([name, content]) => {
            const files = new DataTransfer();
            const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
            files.items.add(new File([bytes], name, { type: "image/png" }));
            const drop = document.querySelector("[data-try-drop]");
            drop.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        [payload["name"], base64.b64encode(payload["buffer"]).decode()],
    )
    expect(form.get_by_text("bar.png")).to_be_visible()
    expect(form.locator("[data-try-drop] img")).to_be_visible()
    answered(page)
    expect(form.get_by_text("Choose a file: the model needs one.")).to_be_hidden()
    shaded = page.locator("#try-answer .shaded")
    expect(shaded.locator("rect")).not_to_have_count(0)
    expect(shaded.locator("img")).to_be_visible()
    page.get_by_text("Places in image in order").click()
    expect(page.locator("#try-answer").get_by_role("row").nth(1)).to_contain_text("from the left")


def test_it_fits_a_phone(page: Page, penguins: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/models/")
    page.get_by_role("link", name="Try Species").first.click()
    page.wait_for_url(re.compile(r"/try/\?model="))
    answered(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("row").filter(has_text="flipper_length_mm")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})


def test_nothing_that_was_entered_is_kept(page: Page, penguins: str, digits: str, session_yard: Yard) -> None:
    secret, kept, photo = "Zaphod Beeblebrox the Third", "Tricia McMillan of Islington", bar()
    photo["buffer"] += secret.encode()  # behind the end of the picture, where no reader looks
    page.goto(f"/runs/{penguins}/try/")
    page.get_by_label("bill_length_mm").fill(secret)
    answered(page)
    expect(page.get_by_text(f"“{secret}” is not understood")).to_be_visible()
    page.goto(f"/runs/{digits}/try/")
    page.locator("#try-form [type=file]").set_input_files([photo])
    answered(page)
    with client(session_yard) as api:
        answer = api.post(f"/runs/{penguins}/answers", json={"values": {"bill_length_mm": secret}})
        assert answer.json()["not_understood"][0]["value"] == secret
        wrong = api.post(f"/runs/{penguins}/answers", json={"values": {secret: 1}})
        assert wrong.status_code == 422
        for name in (kept, "Species"):  # what is kept is found where this looks
            api.patch(f"/runs/{penguins}", json={"name": name}, headers={"If-Match": "*"})
    with psycopg.connect(addresses(session_yard.state).database_url) as connection:
        connection.execute("CHECKPOINT")
    files = [path for path in session_yard.state.rglob("*") if path.is_file()]
    assert any(path.name == "trying.log" for path in files)
    assert [path for path in files if kept.encode() in _content(path)]
    assert [path for path in files if secret.encode() in _content(path)] == []


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
