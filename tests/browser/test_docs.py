"""The API's docs page in use: what is looked for is found, an address opens what it names, and a command is copied."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
COMPRESS = "#post-api-v1-runs-run-id-compress"


def test_a_filter_leaves_what_fits_and_says_how_much_that_is(page: Page) -> None:
    page.goto("/api/v1/docs")
    every = page.locator("[data-docs-operation]").count()
    page.get_by_label("Filter").fill("post compress")
    expect(page.locator("[data-docs-operation]:visible")).to_have_count(1)
    expect(page.locator(COMPRESS)).to_be_visible()
    expect(page.get_by_role("heading", name="Uploads")).to_be_hidden()
    expect(page.locator("[data-docs-count]")).to_have_text(f"1 of {every}")
    page.get_by_label("Filter").fill("")
    expect(page.locator("[data-docs-operation]:visible")).to_have_count(every)


def test_an_address_opens_what_it_names_and_a_shape_opens_where_it_is_spoken_of(page: Page) -> None:
    page.goto(f"/api/v1/docs{COMPRESS}")
    expect(page.locator(COMPRESS)).to_have_attribute("open", "")
    page.locator(f"{COMPRESS} a", has_text="NewCompression").click()
    shape = page.locator("#shape-NewCompression")
    expect(shape).to_have_attribute("open", "")
    expect(shape).to_be_in_viewport()
    expect(shape).to_contain_text("stages")
    page.goto("/api/v1/docs#%E0%A4%A")  # no address that a browser can decode
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_example_is_copied_whole(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/api/v1/docs{COMPRESS}")
    page.locator(COMPRESS).get_by_role("button", name=re.compile("^Copy")).click()
    expect(page.locator(COMPRESS).get_by_role("button", name=re.compile("^Copied"))).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -X POST http://") and copied.endswith("'")
