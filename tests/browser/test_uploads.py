"""Files on their way to the server: interrupted by a person, by a closed tab, and sent in two halves."""

import re
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DATASET = re.compile("/datasets/[0-9a-f-]{36}/")
CLASSES = 3


def test_an_upload_pauses_and_goes_on_from_where_it_stood(page: Page, tmp_path: Path) -> None:
    page.goto("/datasets/")
    page.route("**/api/v1/uploads/*", _slowly)
    page.locator("[data-files]").first.set_input_files(wide_table(tmp_path / "large.csv"))
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-said]")).to_contain_text("paused at")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(DATASET, timeout=PATIENCE)


def test_an_upload_goes_on_in_a_new_tab_after_the_first_was_closed(page: Page, tmp_path: Path) -> None:
    file = wide_table(tmp_path / "resumed.csv")
    first = page.context.new_page()
    first.goto("/datasets/")
    first.route("**/api/v1/uploads/*", _slowly)
    with first.expect_response(lambda answer: answer.request.method == "PATCH" and answer.status == 204):
        first.locator("[data-files]").first.set_input_files(file)
    first.close()
    page.goto("/datasets/")
    expect(page.locator("[data-said]")).to_contain_text("are there: choose the file again", timeout=PATIENCE)
    with page.expect_request(lambda request: request.method == "PATCH") as patch:
        page.locator("[data-files]").first.set_input_files(file)
    assert int(patch.value.headers["upload-offset"]) > 0
    page.wait_for_url(DATASET, timeout=PATIENCE)
    expect(page.get_by_role("heading", name="resumed")).to_be_visible()


def test_a_piece_that_arrives_damaged_is_said_and_sent_again(page: Page, tmp_path: Path) -> None:
    page.goto("/datasets/")
    damaged: list[str] = []

    def damage_the_first(route: Route) -> None:
        if route.request.method == "PATCH" and not damaged:
            damaged.append(route.request.url)
            route.continue_(post_data=b"x" + (route.request.post_data_buffer or b"")[1:])
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*", damage_the_first)
    page.locator("[data-files]").first.set_input_files(wide_table(tmp_path / "damaged.csv"))
    expect(page.locator("[data-said]")).to_contain_text("Trying again", timeout=PATIENCE)
    page.wait_for_url(DATASET, timeout=PATIENCE)


def test_leaving_the_dialog_of_a_new_version_pauses_its_upload_and_makes_none(page: Page, tmp_path: Path) -> None:
    page.goto("/datasets/")
    page.get_by_role("button", name=re.compile("Take it: .*enguin")).click()
    page.get_by_role("button", name="New version").click()
    held: list[Route] = []
    page.route(
        "**/api/v1/uploads/*",
        lambda route: held.append(route) if route.request.method == "PATCH" else route.continue_(),
    )
    with page.expect_request(lambda request: request.method == "PATCH"):
        page.locator("[data-files]").first.set_input_files(wide_table(tmp_path / "second.csv"))
    page.locator("#version-dialog").get_by_role("button", name="Back").click()
    expect(page.locator("[data-said]")).to_contain_text("paused at")
    page.unroute("**/api/v1/uploads/*")
    page.wait_for_timeout(1_000)
    assert "Versions" not in page.locator("main").inner_text()
    page.get_by_role("button", name="New version").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Versions")).to_be_visible(timeout=PATIENCE)


def test_an_upload_that_a_signed_out_session_cut_goes_on_after_signing_in_again(page: Page, tmp_path: Path) -> None:
    file = wide_table(tmp_path / "cut.csv")
    page.goto("/datasets/")
    page.route("**/api/v1/uploads/*", _slowly)
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.status == 204):
        page.locator("[data-files]").first.set_input_files(file)
    cookies: Any = page.context.cookies()
    page.context.clear_cookies(name="trainyard_session")
    expect(page.locator("[data-said]")).to_have_class(re.compile("error"), timeout=PATIENCE)
    page.context.add_cookies(cookies)
    with page.expect_request(lambda request: request.method == "PATCH") as patch:
        page.get_by_role("button", name="Go on").click()
    assert int(patch.value.headers["upload-offset"]) > 0
    page.wait_for_url(DATASET, timeout=PATIENCE)


def test_a_lost_answer_to_the_beginning_does_not_begin_a_second_upload(page: Page, tmp_path: Path) -> None:
    page.goto("/datasets/")
    begun: list[str] = []

    def lose_the_first(route: Route) -> None:
        answer = route.fetch()
        begun.append(answer.headers["location"])
        if len(begun) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/api/v1/uploads", lose_the_first)
    page.locator("[data-files]").first.set_input_files(wide_table(tmp_path / "lost.csv"))
    page.wait_for_url(DATASET, timeout=PATIENCE)
    assert len(begun) == 2 and begun[0] == begun[1]


def test_images_and_their_labels_come_by_two_drops(page: Page) -> None:
    page.goto("/datasets/")
    drop(page, "train-images-idx3-ubyte", images(120))
    expect(page.locator("[data-go]")).to_contain_text("one half of a pair")
    drop(page, "train-labels-idx1-ubyte", labels(120))
    page.wait_for_url(DATASET, timeout=PATIENCE)
    expect(page.get_by_role("link", name="New run")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".facts")).to_contain_text(re.compile(rf"Classes\s*{CLASSES}"))


def test_labels_without_their_images_are_refused_with_what_to_do(page: Page) -> None:
    page.goto("/datasets/")
    drop(page, "t10k-labels-idx1-ubyte", labels(30))
    page.get_by_role("button", name="Go on without").click()
    page.wait_for_url(DATASET, timeout=PATIENCE)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("These files cannot be used.", timeout=PATIENCE)
    expect(alert).to_contain_text("image")
    expect(page.get_by_role("link", name="New run")).to_be_hidden()


def test_an_empty_file_is_refused_at_once(page: Page) -> None:
    page.goto("/datasets/")
    page.locator("[data-files]").first.set_input_files({"name": "nothing.csv", "mimeType": "text/csv", "buffer": b""})
    expect(page.locator("[data-said]")).to_contain_text("This file is empty")


def drop(page: Page, name: str, content: bytes) -> None:
    """Let a file fall onto the page, as a hand does it."""
    carried = page.evaluate_handle(
        "([name, bytes]) => { const it = new DataTransfer(); it.items.add(new File([new Uint8Array(bytes)], name)); "
        "return it; }",
        [name, list(content)],
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": carried})


def images(count: int) -> bytes:
    """IDX: pictures of 8 x 8 pixels, each with a bright column that depends on its class."""
    rows = [bytes(255 if at % 8 == number % CLASSES else number % 7 for at in range(64)) for number in range(count)]
    return struct.pack(">4B3I", 0, 0, 8, 3, count, 8, 8) + b"".join(rows)


def labels(count: int) -> bytes:
    return struct.pack(">4BI", 0, 0, 8, 1, count) + bytes(number % CLASSES for number in range(count))


def wide_table(path: Path) -> Path:
    """20 MB in few rows: three chunks on the way, little work for the inspection."""
    filler = "abcdefgh " * 1000
    path.write_text(
        "number,words,label\n" + "".join(f"{number},{filler},{'ab'[number % 2]}\n" for number in range(2_200))
    )
    return path


def _slowly(route: Route) -> None:
    time.sleep(0.3)
    route.continue_()
