"""Assets in a browser: dropped, opened by the worker while the page waits, described, refused, deleted and had back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asset_states import ASSET, BROKEN, REPEATED, TOKENIZER, send_asset
from tests.browser.conftest import PATIENCE
from tests.browser.test_uploads import drop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_word_vectors_are_dropped_and_described(page: Page) -> None:
    page.goto("/assets/")
    drop(page, "a few words.vec", REPEATED.encode())
    page.wait_for_url(ASSET, timeout=PATIENCE)
    expect(page.get_by_role("heading", name="a few words")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text(re.compile(r"Width\s*8"), timeout=PATIENCE)
    expect(page.get_by_text("promises 209 words, and 207 are there")).to_be_visible()
    expect(page.get_by_text("its first vector is taken")).to_be_visible()
    expect(page.locator("bdi", has_text="日光")).to_be_visible()
    page.get_by_role("link", name="Assets").first.click()
    expect(page.get_by_role("row", name=re.compile("a few words"))).to_contain_text("207 words, 8 numbers each")


def test_a_file_with_a_fault_says_where_it_is(page: Page) -> None:
    send_asset(page, "broken.vec", BROKEN)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Line 15, of the word “word7”", timeout=PATIENCE)
    page.get_by_role("button", name="Inspect again").click()
    page.wait_for_url(ASSET)
    expect(page.get_by_role("alert")).to_contain_text("Line 15", timeout=PATIENCE)


def test_several_files_become_an_asset_each(page: Page, tmp_path: Path) -> None:
    paths = [tmp_path / "several.vec", tmp_path / "cutter.json"]
    for path, content in zip(paths, (REPEATED.encode(), TOKENIZER), strict=True):
        path.write_bytes(content)
    page.goto("/assets/")
    page.locator("[data-files]").set_input_files(paths)
    for name in ("several", "cutter"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible(timeout=PATIENCE)


def test_it_is_renamed_deleted_and_had_back(page: Page) -> None:
    send_asset(page, "to go.json", TOKENIZER)
    expect(page.locator(".state-ready")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Rename").click()
    page.locator("dialog[open] [name=name]").fill("A cutter")
    page.locator("dialog[open] button.primary").click()
    expect(page.get_by_role("heading", name="A cutter")).to_be_visible()
    page.get_by_role("button", name="Delete").first.click()
    page.locator("dialog[open] button.danger").click()
    expect(page.get_by_text("“A cutter” was deleted")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(page.get_by_text("“A cutter” is back")).to_be_visible()


def test_word_vectors_are_chosen_in_the_form_and_held_against_the_width(page: Page) -> None:
    send_asset(page, "eight.vec", REPEATED.encode())
    expect(page.locator(".state-ready")).to_be_visible(timeout=PATIENCE)
    page.goto("/datasets/")
    page.locator("form[action*='reviews-zh'] button").click()
    page.get_by_role("link", name="New run").click(timeout=PATIENCE)
    page.locator("#field-model").select_option("rnn")
    page.locator("#field-model-rnn-vectors").select_option(label="eight (207 words, 8 numbers each)")
    fault = page.get_by_text("set the width of a token's vector to 8").first
    expect(fault).to_be_visible(timeout=PATIENCE)
    page.locator("#field-model-rnn-width").fill("8")
    expect(fault).to_be_hidden(timeout=PATIENCE)


def test_a_model_chosen_before_the_scripts_came_shows_its_fields_when_they_do(page: Page) -> None:
    page.goto("/datasets/")
    page.locator("form[action*='reviews-zh'] button").click()
    expect(page.get_by_role("link", name="New run")).to_be_visible(timeout=PATIENCE)
    script, held = "**/specform.*", []
    page.route(script, lambda route: held.append(route))
    with page.expect_request(script):
        page.goto(page.get_by_role("link", name="New run").get_attribute("href") or "", wait_until="commit")
    page.locator("#field-model").select_option("rnn")
    expect(page.locator("#field-model-rnn-vectors")).to_be_hidden()
    held[0].continue_()
    expect(page.locator("#field-model-rnn-vectors")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#spec-json")).to_have_value(re.compile('"name": "rnn"'), timeout=PATIENCE)
    page.unroute(script)
