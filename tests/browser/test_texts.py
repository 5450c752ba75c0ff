"""Texts, from one click on the sample to an answer about a text that somebody types."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_walk import LONG, expect_state

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# Numbers that do not stand on one line.
BROKEN = """values => values
    .filter((value) => value.clientHeight > 1.5 * parseFloat(getComputedStyle(value).lineHeight))
    .map((value) => value.textContent)"""


def test_the_reviews_go_from_one_click_to_an_answer_about_a_text(page: Page) -> None:
    page.goto("/datasets/")
    page.locator("form[action*='reviews-zh'] button").click()
    page.wait_for_url(re.compile("/datasets/[0-9a-f-]{36}/"))
    page.get_by_role("link", name="New run").click(timeout=PATIENCE)
    page.get_by_label("Name").fill("Reviews")
    page.get_by_role("button", name="Preview on your rows").first.click()
    piece = page.locator(".pieces bdi > span")
    expect(piece.first).to_be_visible(timeout=PATIENCE)
    lines = piece.evaluate_all("pieces => pieces.map((piece) => piece.getClientRects().length)")
    assert set(lines) == {1}, "a frame is never torn at the end of a line"
    page.get_by_label("Epochs").fill("1")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/runs/[0-9a-f-]{36}/"))
    expect_state(page, "Succeeded")
    expect(page.get_by_role("heading", name="Try it")).to_be_visible(timeout=LONG)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator(".facts dd").evaluate_all(BROKEN) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("text", exact=True).fill("房间很干净，服务非常好，下次还会来住。" * 60)
    page.get_by_role("button", name="Answer").click()
    answer = page.locator("#try-answer")
    expect(answer.get_by_role("heading", name="What mattered")).to_be_visible(timeout=PATIENCE)
    expect(answer).to_contain_text("positive")
    expect(answer).to_contain_text("reads the first 1\u202f024 of the 1\u202f140 tokens of text")
    expect(answer.locator("mark").first).to_be_visible()
    with page.expect_download() as download:
        answer.get_by_role("link", name="Download this answer").click()
    content = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert download.value.suggested_filename == "answer.json"
    assert content["values"]["text"].startswith("房间") and content["answer"]["outcome"]["words"] == ["positive"]
