"""Everything by keyboard, and a name for everything that can be used: what assistive technology is told of each
page.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_walk import finished_digits, take_digits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
NAMED = {
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "listbox",
    "checkbox",
    "radio",
    "slider",
    "spinbutton",
    "switch",
    "progressbar",
    "meter",
    "image",
    "img",
    "dialog",
    "navigation",
    "search",
    "log",
    "DisclosureTriangle",
}


def test_every_control_of_every_page_has_a_name(page: Page) -> None:
    roles_by_address = {}
    for address in addresses(page):
        page.goto(address)
        page.wait_for_load_state("load")
        roles_by_address[address] = nameless(page)
    assert {address: roles for address, roles in roles_by_address.items() if roles} == {}


def test_every_control_in_a_dialog_has_a_name(page: Page) -> None:
    finished_digits(page)
    for dialog in ("keys", "delete-dialog"):
        page.evaluate("id => document.getElementById(id).showModal()", dialog)
        assert nameless(page) == [], dialog
        page.keyboard.press("Escape")
        expect(page.locator(f"#{dialog}")).to_be_hidden()


def test_live_parts_are_told_as_they_change(page: Page) -> None:
    finished_digits(page)
    expect(page.locator("#run-status")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("log")).to_contain_text("Done.")
    expect(page.locator("[data-connection]")).to_have_attribute("role", "status")


def test_a_question_mark_lists_the_keys_and_escape_gives_the_focus_back(page: Page) -> None:
    page.goto("/runs/")
    page.get_by_role("button", name="Keys").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.get_by_role("button", name="Keys")).to_be_focused()


def test_a_press_beside_a_dialog_closes_it_and_one_in_its_margin_does_not(page: Page) -> None:
    page.goto("/runs/")
    page.get_by_role("button", name="Keys").click()
    dialog = page.get_by_role("dialog", name="Keys")
    box = dialog.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 4, box["y"] + 4)
    expect(dialog).to_be_visible()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] - 20, box["y"] + 4)
    page.mouse.up()
    expect(dialog).to_be_visible()
    page.mouse.click(box["x"] - 20, box["y"] + 4)
    expect(dialog).to_be_hidden()


def test_keys_lead_to_the_pages_but_not_while_somebody_types(page: Page) -> None:
    take_digits(page)
    for keys, address in (("gr", "/runs/"), ("gm", "/models/"), ("gw", "/workers/"), ("gd", "/datasets/")):
        page.keyboard.type(keys)
        page.wait_for_url(re.compile(f"{address}$"))
    page.keyboard.type("gr")
    page.wait_for_url(re.compile("/runs/$"))
    page.get_by_label("Name").press_sequentially("gm?")
    expect(page.get_by_label("Name")).to_have_value("gm?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_tab_key_goes_through_the_page_in_the_order_of_reading_and_shows_where_it_is(page: Page) -> None:
    page.goto("/runs/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(WHERE))
    assert [one["y"] for one in seen] == sorted(one["y"] for one in seen), "the focus jumps upwards"
    assert all(one["outline"] for one in seen), "a focus that cannot be seen"


WHERE = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return { y: Math.round(element.getBoundingClientRect().top / 40), outline };
}"""


def addresses(page: Page) -> list[str]:
    """One of every page there is."""
    run = finished_digits(page)
    dataset = str(page.get_by_role("link", name="Handwritten digits").first.get_attribute("href"))
    form = f"/runs/new/?dataset={dataset.split('/')[2]}"
    return [
        "/",
        "/runs/",
        run,
        f"{run}compress/",
        "/datasets/",
        dataset,
        "/runs/new/",
        form,
        "/models/",
        "/workers/",
        "/account/",
        "/no/",
    ]


def nameless(page: Page) -> list[str]:
    """Roles that have to have a name, in Chromium's own tree of what it tells assistive technology, and have none."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    roles = [
        (node["role"]["value"], node.get("name", {}).get("value", "").strip()) for node in nodes if not node["ignored"]
    ]
    assert len(roles) > 10
    return [role for role, name in roles if role in NAMED and not name]
