"""A kind is corrected on the page of a data set: by pointer, by keyboard, and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PARCELS = "zip,area,species\n" + "".join(
    f"{501 + row % 7:05d},{'about 12' if row in (2, 40) else row * 1.5},{'setosa' if row % 2 else 'virginica'}\n"
    for row in range(60)
)
CORRECTION = re.compile(r"/corrections/[0-9a-f-]+/$")


@pytest.fixture
def parcels(page: Page) -> Iterator[str]:
    """The address of a data set of its own, on whose page the browser is."""
    page.goto("/datasets/")
    file = FilePayload(name="parcels.csv", mimeType="text/csv", buffer=PARCELS.encode())
    page.locator("[data-files]").first.set_input_files([file])
    page.wait_for_url(re.compile(r"/datasets/[0-9a-f-]+/$"))
    expect(page.get_by_role("link", name="New run")).to_be_visible(timeout=PATIENCE)
    yield page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def preview(page: Page) -> None:
    page.get_by_role("button", name="Preview").click()
    page.wait_for_url(CORRECTION)


def expect_changes(page: Page) -> None:
    expect(page.get_by_role("heading", name="What would change", exact=True)).to_be_visible(timeout=PATIENCE)


def test_kinds_are_corrected_together_with_a_look_at_what_changes(page: Page, parcels: str) -> None:
    expect(page.get_by_role("button", name="Preview")).to_be_hidden()
    page.get_by_role("link", name="Correct “area”").click()
    expect(page.get_by_label("Kind of area")).to_be_focused()
    page.get_by_label("Kind of area").select_option("category")
    page.get_by_label("Kind of zip").select_option("number")
    expect(page.get_by_text("2 kinds changed")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Kind of zip")).to_have_value("category")
    expect(page.get_by_role("button", name="Preview")).to_be_hidden()
    page.get_by_label("Kind of area").select_option("category")
    page.get_by_label("Kind of zip").select_option("number")
    preview(page)
    expect_changes(page)  # without reloading
    area, zips = page.get_by_role("article", name="area"), page.get_by_role("article", name="zip")
    expect(area.get_by_text("2 gaps have values now.")).to_be_visible()
    expect(zips.get_by_role("row").nth(1)).to_have_text(re.compile(r"1\s*00501\s*00501\s*501"))
    page.get_by_role("button", name="Keep as version 2").dblclick()
    page.wait_for_url(f"{parcels}?version=2")
    expect(page.get_by_label("Kind of zip")).to_have_value("number")
    page.go_back()  # to the preview, which is version 2 by now
    expect(page.get_by_role("link", name="Version 3")).to_have_count(0)
    page.goto(f"{parcels}?version=1")
    expect(page.get_by_label("Kind of zip")).to_have_value("category")


def test_what_was_chosen_is_still_there_after_going_back_and_after_a_refusal(page: Page, parcels: str) -> None:
    page.get_by_label("Kind of species").select_option("number")
    preview(page)
    expect(page.get_by_role("heading", name="This does not work")).to_be_visible(timeout=PATIENCE)
    refused = page.get_by_label("Kind of species")
    expect(refused).to_have_value("number")
    expect(refused).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#kind-2-error")).to_contain_text("cannot be read as numbers")
    page.reload()
    expect(page.get_by_label("Kind of species")).to_have_value("number")
    page.go_back()
    expect(page.get_by_label("Kind of species")).to_have_value("number")
    expect(page.get_by_text("1 kind changed")).to_be_visible()
    page.get_by_label("Kind of species").select_option("text")
    preview(page)
    expect_changes(page)
    page.get_by_role("button", name="Discard").click()
    page.wait_for_url(f"{parcels}?version=1")
    expect(page.get_by_text("everything is as it was")).to_be_visible()
    expect(page.get_by_role("heading", name="Corrections to decide on")).to_have_count(0)


def test_a_preview_that_one_leaves_waits_on_the_page_and_is_edited(page: Page, parcels: str) -> None:
    page.get_by_label("Kind of zip").select_option("number")
    preview(page)
    page.goto(parcels)
    page.get_by_role("link", name="zip as number").click()
    expect_changes(page)
    page.get_by_role("link", name="Edit kinds").click()
    expect(page.get_by_label("Kind of zip")).to_have_value("number")
    expect(page.get_by_text("1 kind changed")).to_be_visible()


def test_a_kind_is_corrected_by_keys_alone(page: Page, parcels: str) -> None:
    page.get_by_label("Kind of zip").focus()
    page.keyboard.type("num")  # a select goes to what is typed
    expect(page.get_by_label("Kind of zip")).to_have_value("number")
    preview_button = page.get_by_role("button", name="Preview")
    for _step in range(12):
        if preview_button.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(CORRECTION)
    expect_changes(page)
    for _step in range(20):
        if page.evaluate("document.activeElement.id") == "keep":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{parcels}?version=2")


def test_a_kind_is_corrected_on_a_phone(page: Page, parcels: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_label("Kind of zip").select_option("number")
    button = page.get_by_role("button", name="Preview")
    expect(button).to_be_in_viewport()  # it stays in reach wherever one has scrolled to
    expect(page.get_by_role("button", name="Rename")).to_be_hidden()
    page.evaluate("scrollTo(0, 0)")
    expect(button).to_be_in_viewport()
    preview(page)
    expect_changes(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    keep = page.get_by_role("button", name="Keep as version 2")
    expect(keep).to_be_in_viewport()
    keep.click()
    page.wait_for_url(f"{parcels}?version=2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_there_is_to_say_of_a_kind_appears_with_it(page: Page, parcels: str) -> None:
    order = page.get_by_label("Day and month of area")
    expect(order).to_be_hidden()
    page.get_by_label("Kind of area").select_option("date")
    order.select_option("month first")
    page.reload()
    expect(order).to_have_value("month first")
    page.get_by_label("Kind of area").select_option("number")
    expect(order).to_be_hidden()
    expect(page.get_by_role("button", name="Preview")).to_be_hidden()
