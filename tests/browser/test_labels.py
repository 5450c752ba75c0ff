"""Several labels a row: from a table with a column for each, or with one that lists them, to a trained run, by mouse
and by keyboard.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_uploads import DATASET
from tests.browser.test_walk import expect_state

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
COLUMNS = "length,year,comedy,drama,action\n" + "".join(
    f"{60 + row % 97},{1950 + row % 71},{row % 2},{int(row % 97 > 40)},{int(row % 71 > 30)}\n" for row in range(120)
)
LISTS = "words,tags\n" + "".join(
    f'{row},"{json.dumps(["long"] if row > 60 else ["short", "news"])}"\n'.replace('["', '[""')
    .replace('"]', '""]')
    .replace('", "', '"", ""')
    for row in range(120)
)
WIDE = (
    ",".join(f"measure{n}" for n in range(30))
    + ",y\n"
    + "".join(",".join(str((row * n) % 17) for n in range(30)) + f",{row % 2}\n" for row in range(60))
)


def open_form(page: Page, name: str, table: str) -> None:
    """The form of a new run on this table, by which several labels are to be told."""
    page.goto("/datasets/")
    file: Any = {"name": name, "mimeType": "text/csv", "buffer": table.encode()}
    page.locator("[data-files]").first.set_input_files(file)
    page.wait_for_url(DATASET)
    link = page.get_by_role("link", name="New run")
    expect(link).to_be_visible(timeout=PATIENCE)
    link.click()


def labels_of(page: Page) -> Locator:
    return page.get_by_role("group", name="Label columns")


def expect_labels(page: Page, *names: str) -> None:
    """Wait until the spec beside the form has these."""
    for _ in range(100):
        task = json.loads(page.locator("#spec-json").input_value())["task"]
        if task.get("labels") == list(names):
            return
        page.wait_for_timeout(50)
    raise AssertionError(task)


def start(page: Page) -> None:
    page.get_by_label("Epochs").fill("1")
    page.get_by_role("button", name="Start").click()
    expect_state(page, "Succeeded")


def test_columns_of_zeros_and_ones_are_ticked_as_labels_by_mouse_and_told_by_a_run(page: Page) -> None:
    open_form(page, "films.csv", COLUMNS)
    page.get_by_label("Task").select_option(label="Several labels")
    group = labels_of(page)
    expect(group.get_by_role("checkbox")).to_have_count(3)  # no other column can be a label
    expect(group.get_by_text("3 chosen")).to_be_visible()
    group.get_by_text("drama").click()
    expect(group.get_by_text("2 chosen")).to_be_visible()
    expect_labels(page, "comedy", "action")
    start(page)
    table = page.locator("table", has_text="Precision")
    expect(table.get_by_role("rowheader")).to_have_text(["comedy", "action"])


def test_labels_are_ticked_by_keyboard_alone(page: Page) -> None:
    open_form(page, "films.csv", COLUMNS)
    page.get_by_label("Task").select_option(label="Several labels")
    group, keyboard = labels_of(page), page.keyboard
    group.get_by_role("checkbox").first.focus()
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    expect(group.get_by_role("checkbox", name="drama")).to_be_focused()
    keyboard.press("End")
    keyboard.press("Space")
    expect_labels(page, "drama")
    keyboard.press("Home")
    keyboard.press("Space")
    expect_labels(page, "comedy", "drama")


def test_a_column_of_lists_is_the_label_column_from_the_beginning(page: Page) -> None:
    open_form(page, "posts.csv", LISTS)
    expect(page.get_by_label("Task")).to_have_value("multi_label")
    expect(labels_of(page).get_by_role("checkbox", name="tags")).to_be_checked()
    start(page)
    table = page.locator("table", has_text="Precision")
    expect(table.get_by_role("rowheader")).to_have_text(["long", "news", "short"])


def test_many_columns_are_narrowed_by_a_part_of_their_name_and_are_one_stop_of_the_tab_key(page: Page) -> None:
    open_form(page, "wide.csv", WIDE)
    group, keyboard = page.get_by_role("group", name="Input columns"), page.keyboard
    part = group.get_by_role("searchbox")
    part.fill("measure2")
    expect(group.get_by_role("checkbox")).to_have_count(11)
    keyboard.press("Enter")  # starts no run
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    keyboard.press("Space")
    expect(group.get_by_text("2 chosen")).to_be_visible()
    keyboard.press("Tab")
    expect(group.locator(":focus")).to_have_count(0)
    for letters, first in (("measure1", "measure1 (number)"), ("nothing", None), ("measure20", "measure20 (number)")):
        part.fill(letters)  # hides the box that had the focus
        keyboard.press("Tab")
        expect(group.get_by_role("checkbox").and_(page.locator(":focus"))).to_have_count(int(first is not None))
        if first:
            expect(group.get_by_role("checkbox", name=first, exact=True)).to_be_focused()
    part.fill("")
    expect(group.get_by_role("checkbox", checked=True)).to_have_count(2)
