"""Texts, from one click on the sample to an answer about a text that somebody types."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_walk import LONG, expect_state

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_the_reviews_go_from_one_click_to_an_answer_about_a_text(page: Page) -> None:
    page.goto("/datasets/")
    page.locator("form[action*='reviews-zh'] button").click()
    page.wait_for_url(re.compile("/datasets/[0-9a-f-]{36}/"))
    page.get_by_role("link", name="New run").click(timeout=PATIENCE)
    page.get_by_label("Name").fill("Reviews")
    page.get_by_label("Epochs").fill("1")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/runs/[0-9a-f-]{36}/"))
    expect_state(page, "Succeeded")
    expect(page.get_by_role("heading", name="Try it")).to_be_visible(timeout=LONG)
    page.get_by_label("text", exact=True).fill("房间很干净，服务非常好，下次还会来住。")
    page.get_by_role("button", name="Answer").click()
    answer = page.locator("#try-answer")
    expect(answer.get_by_role("heading", name="What mattered")).to_be_visible(timeout=PATIENCE)
    expect(answer).to_contain_text("positive")
    expect(answer.locator("mark").first).to_be_visible()
