"""Lists of components in forms: by keyboard, at a phone's width, one within another, and on a page without scripts."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_walk import finished_digits, take_digits
from tests.yard import Yard

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TOUCH = 44  # pixels that a finger hits


@pytest.fixture
def form(page: Page) -> Page:
    """The form of a new run on the digits, whose exports are all there are."""
    open_form(page)
    return page


def open_form(page: Page) -> None:
    take_digits(page)
    page.get_by_role("link", name="New run").click()
    expect(page.locator("#spec-preview .main-svg").first).to_be_visible()


def exports(page: Page) -> Locator:
    return page.get_by_role("group", name="Exports", exact=True)


def labels(group: Locator) -> list[str]:
    return [str(item.get_attribute("data-label")) for item in group.locator("> ol > [data-item]").all()]


def expect_spec(page: Page, **expected: Any) -> None:
    """Wait until the spec beside the form says so; lists of components are told by their names."""
    for _ in range(100):
        spec = json.loads(page.locator("#spec-json").input_value())
        said = {name: [one["name"] for one in spec[name]] for name in expected}
        if said == expected:
            return
        page.wait_for_timeout(50)
    raise AssertionError(said)


def test_a_list_is_edited_by_keyboard_alone(form: Page) -> None:
    group, keyboard = exports(form), form.keyboard
    first, second, third = labels(group)
    button = group.get_by_role("button", name=f"Move {third} up")
    button.focus()
    keyboard.press("Alt+ArrowUp")
    assert labels(group) == [first, third, second]
    expect(button).to_be_focused()
    expect(group.get_by_role("status")).to_have_text(f"{third} is number 2 of 3 now.")
    keyboard.press("Enter")
    assert labels(group) == [third, first, second]
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-disabled", "true")
    keyboard.press("Enter")
    assert labels(group) == [third, first, second], "there is no place before the first"
    expect_spec(form, exporters=["onnx", "safetensors", "torchscript"])
    keyboard.press("Delete")
    assert labels(group) == [first, second]
    expect(group.get_by_role("button", name="Undo")).to_be_focused()
    expect_spec(form, exporters=["safetensors", "torchscript"])
    keyboard.press("Enter")
    assert labels(group) == [third, first, second]
    expect_spec(form, exporters=["onnx", "safetensors", "torchscript"])


def test_something_is_added_by_keyboard_and_has_the_focus_with_its_fields_open(form: Page) -> None:
    group, keyboard = form.get_by_role("group", name="Augmentation", exact=True), form.keyboard
    expect(group).to_contain_text("Each row is seen as it is, every time.")
    menu = group.locator("[data-menu] > summary")
    for place in (1, 2):
        menu.focus()
        keyboard.press("Enter")
        keyboard.press("Tab")
        keyboard.press("Enter")
        item = group.locator("> ol > [data-item]").nth(place - 1)
        expect(item.locator("[data-grip]")).to_be_focused()
        expect(item.locator("details").first).to_have_js_property("open", True)
    expect_spec(form, augmentation=["flip", "flip"])
    keyboard.press("Alt+ArrowUp")
    item = group.locator("> ol > [data-item]").first
    expect(item.locator("[data-grip]")).to_be_focused()
    expect(item.locator("[data-number]")).to_have_text("1")
    keyboard.press("Enter")
    expect(item.locator("details").first).to_have_js_property("open", False)
    expect(item.locator("[data-words]")).to_have_text("Sides left and right, Part 0.5")
    menu.focus()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(group.locator("[data-add]").first).to_be_hidden()


def test_a_menu_is_walked_by_arrows_and_closes_when_it_is_left(form: Page) -> None:
    group, keyboard = exports(form), form.keyboard
    menu = group.locator("> .list-foot > [data-menu]")
    button, choices = menu.locator("summary"), menu.locator("[data-add]")
    button.focus()
    keyboard.press("ArrowDown")
    expect(choices.first).to_be_focused()
    keyboard.press("ArrowDown")
    expect(choices.nth(1)).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    expect(choices.last).to_be_focused()
    keyboard.press("ArrowDown")
    expect(choices.first).to_be_focused()
    keyboard.press("End")
    expect(choices.last).to_be_focused()
    keyboard.press("Tab")
    expect(menu).to_have_js_property("open", False)
    button.click()
    expect(menu).to_have_js_property("open", True)
    form.get_by_label("Epochs").click()
    expect(menu).to_have_js_property("open", False)
    button.click()
    form.evaluate("document.activeElement.blur()")
    keyboard.press("Escape")
    expect(menu).to_have_js_property("open", False)
    expect(button).to_be_focused()
    button.click()
    form.locator("h1").click()
    expect(menu).to_have_js_property("open", False)


def test_a_field_keeps_its_own_keys(form: Page) -> None:
    group = form.get_by_role("group", name="Augmentation", exact=True)
    add(group, 0)
    add(group, 1)
    before = labels(group)
    field = group.locator("input:visible").first
    field.focus()
    for key in ("Alt+ArrowDown", "Delete"):
        form.keyboard.press(key)
        assert labels(group) == before


def add(group: Locator, place: int) -> None:
    group.locator("> .list-foot > [data-menu] > summary").click()
    group.locator("> .list-foot > [data-menu] [data-add]").nth(place).click()


def test_a_list_is_edited_by_fingers_on_a_phone(form: Page) -> None:
    form.set_viewport_size({"width": 390, "height": 844})
    group = exports(form)
    first, second, third = labels(group)
    group.locator("> .list-foot > [data-menu] > summary").click()
    for button in group.locator("button:visible, [data-menu] > summary").all():
        box = button.bounding_box()
        assert box and box["width"] >= TOUCH and box["height"] >= TOUCH, button.inner_text()
    group.locator("> .list-foot > [data-menu] [data-add]").first.click()
    assert labels(group) == [first, second, third, first]
    group.get_by_role("button", name=f"Move {second} down").click()
    group.get_by_role("button", name=f"Remove {first}").first.click()
    undo = group.get_by_role("button", name="Undo").bounding_box()
    assert undo and undo["height"] >= TOUCH
    assert labels(group) == [third, second, first]
    assert form.evaluate("document.documentElement.scrollWidth") <= 390
    form.set_viewport_size({"width": 1280, "height": 900})


def test_the_same_export_twice_is_refused_at_the_item_until_the_list_is_another(form: Page) -> None:
    group = exports(form)
    add(group, 0)
    form.get_by_label("Name").fill("Twice the same")
    form.get_by_role("button", name="Start").click()
    item = group.locator("> ol > [data-item]").nth(3)
    expect(item.locator(".error")).to_have_text("“safetensors” stands here more than once. Keep one of them.")
    expect(form.get_by_label("Name")).to_have_value("Twice the same")
    group.get_by_role("button", name="Remove safetensors").first.click()
    expect(group.locator(".error")).to_have_count(0)
    form.get_by_label("Epochs").fill("1")
    form.get_by_role("button", name="Start").click()
    form.wait_for_url(re.compile("/runs/[0-9a-f-]{36}/"))


def test_a_fault_of_an_item_stands_beside_it_while_one_edits_and_takes_no_focus(form: Page) -> None:
    group = exports(form)
    add(group, 0)
    fourth = group.locator("> ol > [data-item]").nth(3)
    expect(fourth.get_by_role("alert")).to_have_text("“safetensors” stands here more than once. Keep one of them.")
    button = group.get_by_role("button", name="Move safetensors up").last
    button.focus()
    form.keyboard.press("Enter")  # keys of items are no places: the fault follows its item
    expect(group.locator("> ol > [data-item]").nth(2).get_by_role("alert")).to_contain_text("more than once")
    expect(button).to_be_focused()
    group.get_by_role("button", name="Remove safetensors").last.click()
    expect(group.locator(".error")).to_have_count(0)


def test_a_fault_in_a_fold_is_marked_there_and_reached_from_the_summary(form: Page) -> None:
    group = form.get_by_role("group", name="Augmentation", exact=True)
    add(group, 0)
    item = group.locator("> ol > [data-item]").first
    field = item.get_by_label("Part", exact=True)
    field.fill("7")
    expect(item.locator(".error")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    item.locator("[data-grip]").click()
    expect(item.locator("details").first).to_have_attribute("data-faulty", "")
    form.locator("#spec-preview").get_by_role("link", name="Flip pictures: Part").click()
    expect(field).to_be_focused()
    item.locator("[data-grip]").click()
    group.get_by_role("button", name="Preview on your rows").click()
    form.locator("#preparation").get_by_role("link", name="Flip pictures: Part").click()
    expect(field).to_be_focused()
    field.fill("0.5")
    expect(item.locator(".error")).to_have_count(0)


def test_an_empty_list_of_stages_is_announced_while_one_edits_and_when_it_is_sent(page: Page) -> None:
    page.goto(f"{finished_digits(page)}compress/")
    group = page.get_by_role("group", name="Stages", exact=True)
    while group.locator("[data-remove]").count():
        group.locator("[data-remove]").first.click()
    alert = group.get_by_role("alert").first
    expect(alert).to_have_text("Nothing is here yet: add at least one.")
    add(group, 0)
    expect(alert).to_have_text("")
    group.locator("[data-remove]").first.click()
    expect(alert).to_have_text("Nothing is here yet: add at least one.")
    page.get_by_role("button", name="Start compressing").click()
    expect(alert).to_have_text("Nothing is here yet: add at least one.")
    expect(group.locator("[data-menu] > summary")).to_be_focused()


def test_whoever_is_signed_out_while_a_form_is_checked_comes_to_the_sign_in_page(page: Page) -> None:
    page.goto(f"{finished_digits(page)}compress/")
    cookies: Any = page.context.cookies()
    page.context.clear_cookies(name="trainyard_session")
    try:
        page.get_by_role("group", name="Stages", exact=True).locator("[data-remove]").first.click()
        page.wait_for_url("**/signin/?next=/runs/*/compress/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    finally:
        page.context.add_cookies(cookies)  # other tests are signed in by them


def test_a_component_within_a_component_is_chosen_and_survives_another_choice(form: Page) -> None:
    model = form.locator("#field-model")
    model.select_option("fusion")
    encoders = form.get_by_role("group", name="Encoders", exact=True)
    count = len(labels(encoders))
    add(encoders, 0)
    assert len(labels(encoders)) == count + 1
    combiner = form.get_by_label("Combiner")
    combiner.select_option("attention")
    form.get_by_label("Width of a block").fill("32")
    model.select_option("cnn")
    expect(encoders).to_be_hidden()
    model.select_option("fusion")
    expect(form.get_by_label("Width of a block")).to_have_value("32")
    assert len(labels(encoders)) == count + 1
    for _ in range(100):
        spec = json.loads(form.locator("#spec-json").input_value())["model"]
        if spec["name"] == "fusion" and spec.get("width") == 32:
            break
        form.wait_for_timeout(50)
    assert spec["combiner"]["name"] == "attention" and len(spec["encoders"]) == count + 1


def test_json_fills_lists_and_what_is_in_them(form: Page) -> None:
    form.get_by_text("The same as JSON").click()
    spec = json.loads(form.locator("#spec-json").input_value())
    steps = [{"name": "flip", "part": 0.25}, {"name": "shift"}]
    form.locator("#spec-json").fill(json.dumps({**spec, "augmentation": steps, "exporters": [{"name": "onnx"}]}))
    form.get_by_role("button", name="Put into the form").click()
    expect(exports(form).locator("> ol > [data-item]")).to_have_count(1)
    group = form.get_by_role("group", name="Augmentation", exact=True)
    expect(group.locator("> ol > [data-item]")).to_have_count(2)
    expect(group.locator("[data-words]").first).to_have_text("Sides left and right, Part 0.25")
    expect_spec(form, augmentation=["flip", "shift"], exporters=["onnx"])


def test_what_a_list_makes_of_the_rows_is_shown_until_the_list_changes(form: Page) -> None:
    group = form.get_by_role("group", name="Augmentation", exact=True)
    button = group.get_by_role("button", name="Preview on your rows")
    expect(button).to_be_hidden()
    add(group, 0)
    button.click()
    panel = form.locator("#preparation")
    expect(panel.get_by_role("img", name="Pictures of the training rows")).to_be_visible(timeout=PATIENCE)
    expect(form.locator("[data-preparation] [role=status]")).to_contain_text("All 8\u202f000 rows are used")
    group.get_by_role("button", name="Remove Flip pictures").click()
    expect(panel).to_be_empty()
    expect(button).to_be_hidden()
    group.get_by_role("button", name="Undo").click()
    form.get_by_label("Test part").fill("7")
    button.click()
    expect(panel.locator(".error")).to_contain_text("must be less than 0.9")


def test_the_work_for_a_preview_ends_when_its_list_changes(form: Page, session_yard: Yard) -> None:
    worker = session_yard.child("worker.app")
    group = form.get_by_role("group", name="Augmentation", exact=True)
    add(group, 1)
    worker.suspend()
    try:
        group.get_by_role("button", name="Preview on your rows").click()
        expect(form.locator("#preparation progress")).to_be_visible()
        with form.expect_response(re.compile("/cancel/$")) as answer:
            add(group, 0)
        assert answer.value.ok
        expect(form.locator("#preparation")).to_be_empty()
    finally:
        worker.resume()


@pytest.fixture
def plain(browser: Browser, signed_in: BrowserContext, session_yard: Yard) -> Iterator[Page]:
    """A page without scripts, at the form of a new run on the digits."""
    helper = signed_in.new_page()
    open_form(helper)
    address = helper.url
    helper.close()
    context = browser.new_context(
        base_url=session_yard.base_url, java_script_enabled=False, storage_state=signed_in.storage_state()
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def test_a_list_is_edited_without_scripts_and_nothing_typed_is_lost(plain: Page) -> None:
    first, second, third = labels(exports(plain))
    plain.get_by_label("Epochs").fill("3")
    exports(plain).get_by_role("button", name=f"Move {third} up").click()
    expect(exports(plain).locator("[data-item]").nth(1)).to_have_attribute("data-label", third)
    exports(plain).get_by_role("button", name=f"Remove {first}").click()
    expect(exports(plain).locator("[data-item]")).to_have_count(2)
    add(exports(plain), 0)
    expect(exports(plain).locator("[data-item]")).to_have_count(3)
    assert labels(exports(plain)) == [third, second, first]
    expect(plain.get_by_label("Epochs")).to_have_value("3")
