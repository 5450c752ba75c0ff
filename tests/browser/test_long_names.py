"""Names that nothing can break: of a file, of its columns, and of a run. No page grows wider than a phone by them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_uploads import DATASET
from tests.browser.test_walk import expect_state

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LONG = "measured_by_the_second_station_in_the_far_north_" * 3
PHONE = {"width": 390, "height": 844}


def expect_to_fit(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def test_long_names_fit_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/datasets/")
    rows = "".join(
        f"{row},{'n/a' if row % 9 == 0 else row % 7},{LONG}{row % 2},{row} words of text\n" for row in range(80)
    )
    table = f"{LONG}1,{LONG}2,{LONG}3,{LONG}4\n{rows}".encode()
    file = {"name": f"{LONG}.csv", "mimeType": "text/csv", "buffer": table}
    page.locator("[data-files]").first.set_input_files(file)  # type: ignore[arg-type]
    page.wait_for_url(DATASET)
    link = page.get_by_role("link", name="New run")
    expect(link).to_be_visible(timeout=PATIENCE)
    expect_to_fit(page)
    link.click()
    expect(page.locator("#spec-preview .main-svg").first).to_be_visible()
    expect_to_fit(page)
    page.get_by_label("Name").fill(LONG)
    page.get_by_label("Epochs").fill("1")
    page.get_by_role("button", name="Start").click()
    expect_state(page, "Succeeded")
    expect(page.locator("#run-outcome .main-svg").first).to_be_visible(timeout=PATIENCE)
    for address in (page.url, "/", "/runs/", "/datasets/", "/models/"):
        page.goto(address)
        expect_to_fit(page)
