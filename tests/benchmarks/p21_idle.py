"""P21: what web server and worker take while nothing is to do and one page is open."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.line import Line
from tests.yard import Yard

SECONDS = 60.0  # of each page
SETTLING = 10.0
PARTS = {"web": "webapp.serve", "worker": "worker.app", "PostgreSQL": "postgres", "Valkey": "valkey"}
AT_REST = 2  # processes of a worker that has nothing to do: itself, and the warm one


def run() -> list[Line]:
    from tests.browser.conftest import FLAGS, chromium, enter, sign_in_link

    with (
        tempfile.TemporaryDirectory(prefix="trainyard-bench-") as folder,
        Yard(Path(folder)) as yard,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(base_url=yard.base_url)
        enter(page, sign_in_link(yard))
        pages = {"a finished run": _finished_run(page), "the first page": "/", "the workers": "/workers/"}
        _wait_for_rest(yard)
        lines = [_line(yard, page, name, address) for name, address in pages.items()]
        browser.close()
    return lines


def _finished_run(page: Page) -> str:
    """The address of a run that a browser started and has seen end."""
    from tests.browser.test_walk import expect_state, take_digits

    take_digits(page)
    page.get_by_role("link", name="New run").click()
    page.get_by_label("Epochs").fill("1")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*-*/")
    expect_state(page, "Succeeded")
    return page.url


def _wait_for_rest(yard: Yard) -> None:
    """Until the run's exports are written, too, and their processes have ended for some seconds."""
    quiet, deadline = 0, time.monotonic() + 120
    while quiet < 5:
        quiet = quiet + 1 if len(_tree(yard, "worker")) == AT_REST else 0
        assert time.monotonic() < deadline, "the worker has no rest"
        time.sleep(1)


def _line(yard: Yard, page: Page, name: str, address: str) -> Line:
    page.goto(address)
    page.wait_for_timeout(SETTLING * 1000)
    before, began = _seconds(yard), time.monotonic()
    page.wait_for_timeout(SECONDS * 1000)
    lasted = time.monotonic() - began
    shares = {part: 100 * (seconds - before[part]) / lasted for part, seconds in _seconds(yard).items()}
    beside = ", ".join(f"{part} {share:.2f}" for part, share in shares.items())
    return Line(
        number="P21",
        name=f"idle, {name} open: web and worker",
        figure=shares["web"] + shares["worker"],
        unit="% of a core",
        target=1.0,
        beside=beside,
    )


def _seconds(yard: Yard) -> Mapping[str, float]:
    """Seconds of processor time that each part has taken so far, with what it has waited for of its ended children."""
    return {part: sum(sum(process.cpu_times()[:4]) for process in _tree(yard, part)) for part in PARTS}


def _tree(yard: Yard, part: str) -> list[psutil.Process]:
    top = yard.child(PARTS[part])
    return [top, *top.children(recursive=True)]
