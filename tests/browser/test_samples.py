"""The rows that a report shows: seen as pictures, scrolled by keyboard, and as wide as a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_long_names import PHONE, expect_to_fit
from tests.browser.test_walk import finished_digits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_the_worst_mistakes_on_the_digits_are_seen(page: Page) -> None:
    address = finished_digits(page)
    with page.expect_response("**/samples.png", timeout=PATIENCE) as drawn:
        page.goto(address)
    assert drawn.value.status == 200
    rows = page.get_by_role("region", name="Worst mistakes")
    first = rows.get_by_role("row").nth(1)
    expect(first.get_by_role("img")).to_have_accessible_name(
        "image of row " + first.get_by_role("rowheader").inner_text()
    )
    expect(first).to_contain_text("%")
    last = rows.get_by_role("row").last
    expect(last).not_to_be_in_viewport()
    rows.focus()
    page.keyboard.press("End")
    expect(last).to_be_in_viewport()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect_to_fit(page)
