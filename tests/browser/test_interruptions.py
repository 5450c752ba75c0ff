"""What the pages do when the connection goes, and when somebody sends a file that is out to do harm."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_walk import expect_more_steps, expect_state, start_digits, steps_done

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_a_lost_connection_is_said_and_nothing_is_missing_afterwards(page: Page) -> None:
    start_digits(page, epochs=60, name="Seen through a tunnel")
    expect(page.locator("[data-chart=loss] .scatterlayer path").first).to_be_attached(timeout=PATIENCE)
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    away_at = steps_done(page)
    page.wait_for_timeout(3000)
    page.context.set_offline(False)
    expect_more_steps(page, away_at)
    expect(page.locator("[data-connection]")).to_be_hidden(timeout=PATIENCE)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the run").click()
    expect_state(page, "Cancelled")


def test_a_page_that_asks_regularly_says_when_nobody_answers_and_goes_on_by_itself(page: Page) -> None:
    page.goto("/workers/")
    page.context.set_offline(True)
    bar = page.get_by_text("Connection lost. Reconnecting")
    expect(bar).to_be_visible(timeout=PATIENCE)
    page.context.set_offline(False)
    expect(bar).to_be_hidden(timeout=PATIENCE)


def test_a_closed_tab_is_replayed_when_the_run_is_opened_again(page: Page) -> None:
    start_digits(page, epochs=60, name="Closed and opened")
    expect(page.locator("[data-chart=loss] .scatterlayer path").first).to_be_attached(timeout=PATIENCE)
    address = page.url
    page.goto("about:blank")
    page.wait_for_timeout(1500)
    page.goto(address)
    expect(page.locator("[data-chart=loss] .scatterlayer path").first).to_be_attached(timeout=PATIENCE)
    expect(page.locator("[data-log]")).to_contain_text("rows train")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the run").click()
    expect_state(page, "Cancelled")


def test_a_tab_in_the_background_knows_how_its_run_ended(page: Page) -> None:
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    start_digits(page, epochs=1, name="Out of sight")
    expect_state(page, "Succeeded")
    expect(page.get_by_role("heading", name="Results")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("link", name="Everything as one ZIP")).to_be_visible(timeout=PATIENCE)


def test_a_zip_that_escapes_its_folder_is_refused_with_a_sentence(page: Page) -> None:
    page.goto("/datasets/")
    page.locator("[data-files]").first.set_input_files(
        {"name": "escape.zip", "mimeType": "application/zip", "buffer": escaping_zip()}
    )
    page.wait_for_url(re.compile("/datasets/[0-9a-f-]{36}/"))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("These files cannot be used.", timeout=PATIENCE)
    assert len(alert.locator("p").nth(1).inner_text()) > 20
    expect(page.get_by_role("link", name="New run")).to_be_hidden()


def test_script_in_a_name_stays_text(page: Page) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto("/datasets/")
    table = f"number,{hostile}\n" + "".join(f"{number},{hostile if number % 2 else 'b'}\n" for number in range(60))
    page.locator("[data-files]").first.set_input_files(
        {"name": f"{hostile}.csv".replace("/", ""), "mimeType": "text/csv", "buffer": table.encode()}
    )
    page.wait_for_url(re.compile("/datasets/[0-9a-f-]{36}/"))
    expect(page.get_by_role("link", name="New run")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name=hostile, exact=True)).to_be_visible()
    assert page.locator("main img[src=x]").count() == 0


def escaping_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../escaped.png", b"not a picture")
    return packed.getvalue()
