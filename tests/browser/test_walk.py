"""The way of a new user, from the sign-in link to a small model in the downloads folder."""

import json
import re
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, enter, sign_in_link
from tests.yard import Yard

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
LONG = 240_000.0  # milliseconds: a training run on a busy machine


def take_digits(page: Page) -> str:
    """Have the digits, inspected, and be on their page; its address."""
    page.goto("/datasets/")
    page.get_by_role("button", name="Try it with handwritten digits").click()
    page.wait_for_url(re.compile("/datasets/[0-9a-f-]{36}/"))
    expect(page.get_by_role("link", name="New run")).to_be_visible(timeout=PATIENCE)
    return urlsplit(page.url).path


def start_digits(page: Page, *, epochs: int, name: str, diverges: bool = False) -> None:
    """Start a run of two ranks on the digits and be on its page."""
    take_digits(page)
    page.get_by_role("link", name="New run").click()
    page.get_by_label("Name").fill(name)
    expect(page.get_by_label("Ranks")).to_have_value("2")
    page.get_by_label("Epochs").fill(str(epochs))
    if diverges:
        page.get_by_label("Optimizer").select_option("sgd")
        settings = page.locator("fieldset[data-option=sgd]")
        settings.get_by_label("Learning rate").fill("100")
        settings.get_by_label("Weight decay").fill("10")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/runs/[0-9a-f-]{36}/"))


def expect_state(page: Page, word: str, timeout: float = LONG) -> None:
    expect(page.locator("#run-status .state")).to_have_text(word, timeout=timeout)


def finished_digits(page: Page) -> str:
    """Be on the page of a finished run on the digits, trained now if there is none yet; its address."""
    page.goto("/runs/?q=Digits&state=succeeded&kind=train")
    links = page.get_by_role("link", name="Digits", exact=True)
    if links.count():
        links.first.click()
    else:
        start_digits(page, epochs=1, name="Digits")
    expect_state(page, "Succeeded")
    return page.url


def steps_done(page: Page) -> int:
    return int(page.locator("progress[data-run-progress]").evaluate("element => element.value"))


def expect_more_steps(page: Page, than: int) -> None:
    """Wait until the page shows a later step. (The page's policy forbids what `wait_for_function` does.)"""
    deadline = time.monotonic() + PATIENCE / 1000
    while steps_done(page) <= than:
        assert time.monotonic() < deadline, f"still at step {than}"
        page.wait_for_timeout(100)


def test_a_link_signs_in_by_a_button_and_works_only_once(
    browser: Browser, session_yard: Yard, signed_in: BrowserContext
) -> None:
    link = sign_in_link(session_yard)
    context = browser.new_context(base_url=session_yard.base_url)
    page = context.new_page()
    page.goto(link)
    page.goto(link)  # looking twice does not use it up
    enter(page, link)
    assert page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link no longer works")
    context.close()


def test_the_digits_are_there_in_one_click_with_pictures_and_class_balance(page: Page) -> None:
    page.goto("/")
    take_digits(page)
    expect(page.get_by_role("img", name=re.compile("Images of the classes"))).to_be_visible()
    expect(page.locator("[data-figure] .main-svg").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("8\u202f000")


def test_the_form_previews_the_learning_rate_and_speaks_json_both_ways(page: Page) -> None:
    take_digits(page)
    page.get_by_role("link", name="New run").click()
    expect(page.locator("#spec-preview .main-svg").first).to_be_visible()
    page.get_by_label("Epochs").fill("3")
    expect(page.locator("#spec-preview")).to_contain_text("600 (200 per epoch)")
    page.get_by_text("The same as JSON").click()
    spec = json.loads(page.locator("#spec-json").input_value())
    assert spec["epochs"] == 3
    page.locator("#spec-json").fill(
        json.dumps({**spec, "epochs": 5, "optimizer": {"name": "sgd", "learning_rate": 0.125}})
    )
    page.get_by_role("button", name="Put into the form").click()
    expect(page.get_by_label("Epochs")).to_have_value("5")
    expect(page.get_by_label("Optimizer")).to_have_value("sgd")
    expect(page.locator("fieldset[data-option=sgd]").get_by_label("Learning rate")).to_have_value("0.125")


def test_choosing_a_component_shows_its_fields_and_hides_the_others(page: Page) -> None:
    take_digits(page)
    page.get_by_role("link", name="New run").click()
    expect(page.locator("fieldset[data-option=adamw]")).to_be_visible()
    page.get_by_label("Optimizer").select_option("sgd")
    expect(page.locator("fieldset[data-option=adamw]")).to_be_hidden()
    expect(page.locator("fieldset[data-option=sgd]").get_by_label("Momentum")).to_be_visible()


def test_a_wrong_number_is_named_beside_its_field_and_nothing_typed_is_lost(page: Page) -> None:
    take_digits(page)
    page.get_by_role("link", name="New run").click()
    page.get_by_label("Name").fill("Kept as it was typed")
    page.get_by_label("Batch size").fill("0")
    page.get_by_label("Ranks").fill("64")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#spec-errors")).to_contain_text("cannot start")
    expect(page.get_by_label("Batch size")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("main")).to_contain_text("must be at least 1.")
    expect(page.get_by_label("Name")).to_have_value("Kept as it was typed")
    page.get_by_label("Batch size").fill("64")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("main")).to_contain_text("64 ranks need as many devices")


# The lines of the log take their time after the head of their answer.
SLOW_LOG = """
const quick = window.fetch;
window.fetch = async (address, ...rest) => {
  const answer = await quick(address, ...rest);
  if (!String(address).includes("/log/")) return answer;
  const late = async () => { await new Promise((resolve) => setTimeout(resolve, 700)); return answer.text(); };
  return { ok: answer.ok, text: late };
};
"""
LINES = """
[...document.querySelectorAll("[data-log] li")]
  .map(({ dataset, textContent }) => [dataset.run, dataset.seq, textContent].join())
"""


def test_a_run_pauses_goes_on_and_stops_with_results_while_the_curves_move(page: Page) -> None:
    page.add_init_script(SLOW_LOG)
    start_digits(page, epochs=60, name="Paused, resumed, stopped")
    expect(page.locator("[data-chart=loss] .scatterlayer path").first).to_be_attached(timeout=PATIENCE)
    expect(page.locator("#run-status")).to_contain_text("rank 1")
    before = steps_done(page)
    expect_more_steps(page, before)
    page.get_by_role("button", name="Pause").click()
    expect_state(page, "Paused")
    expect(page.locator("[data-log]")).to_contain_text("Paused at step")
    paused_at = steps_done(page)
    page.get_by_role("button", name="Resume").click()
    expect_state(page, "Running")
    expect_more_steps(page, paused_at)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect_state(page, "Stopped")
    expect(page.get_by_role("heading", name="Results")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-log]")).to_contain_text("what was trained is kept.", timeout=PATIENCE)
    lines = page.evaluate(LINES)
    assert any("Goes on from step" in line for line in lines)
    assert len(lines) == len(set(lines)), "A line of the log stands there twice."


def test_a_finished_run_shows_results_downloads_and_becomes_smaller(page: Page, tmp_path: Path) -> None:
    finished_digits(page)
    expect(page.locator("main")).to_contain_text("Test accuracy", timeout=PATIENCE)
    expect(page.locator("#figure-confusion + [data-figure] .main-svg").first).to_be_visible()
    assert names_in_bundle(page, tmp_path / "bundle.zip") >= {
        "model.safetensors",
        "model.onnx",
        "model.torchscript.pt",
        "README.md",
    }
    page.get_by_role("link", name="Compress").click()
    page.locator("[data-grip]").first.click()
    page.get_by_label("Epochs of fine-tuning").fill("1")
    page.get_by_label("Fewest steps of fine-tuning").fill("1")
    page.get_by_role("button", name="Start compressing").click()
    expect(page.locator("[data-chart=loss] .scatterlayer path").first).to_be_attached(timeout=PATIENCE)
    expect_state(page, "Succeeded")
    expect(page.get_by_role("heading", name="Stage by stage")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("table").first).to_contain_text("Quantize")
    names_in_bundle(page, tmp_path / "small.zip")


def test_a_run_that_fails_says_why_and_the_next_one_starts_at_once(page: Page) -> None:
    start_digits(page, epochs=5, name="Far too fast", diverges=True)
    expect_state(page, "Failed", PATIENCE)
    expect(page.get_by_role("alert")).to_contain_text("Lower the learning rate")
    start_digits(page, epochs=60, name="After a failure")
    expect_state(page, "Running", PATIENCE / 2)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the run").click()
    expect_state(page, "Cancelled")


def names_in_bundle(page: Page, path: Path) -> set[str]:
    """Download the first ZIP on the page; the names of the files in it."""
    button = page.get_by_role("link", name="Everything as one ZIP").first
    expect(button).to_be_visible(timeout=LONG)
    with page.expect_download() as coming:
        button.click()
    coming.value.save_as(path)
    return {Path(name).name for name in zipfile.ZipFile(path).namelist()}
