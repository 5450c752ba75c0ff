"""P7: from the end of a training step to its point drawn in a real Chromium, with all processors training beside it."""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.line import Line
from tests.yard import Yard

EPOCHS = 1_000  # more than are waited for; the run is cancelled
STEPS_WANTED = 1_500
# Notes when each step ended (by the trainer's clock), and how late it is when the frame that draws it is handed on.
WATCH = """
(() => {
  const waiting = new Map();
  window.delays = [];
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", (event) => {
        const loss = JSON.parse(event.data).series?.["train/loss"];
        loss?.steps.forEach((step, place) => waiting.set(step, loss.times[place]));
      });
    }
  };
  document.addEventListener("drawn", (event) => {
    if (event.target.dataset.chart !== "loss") return;
    requestAnimationFrame(() => {
      const now = Date.now() / 1000;
      for (const [step, time] of waiting) if (step <= event.detail.last) {
        window.delays.push([step, 1000 * (now - time)]);
        waiting.delete(step);
      }
    });
  });
})();
"""


def run() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="trainyard-bench-") as folder, Yard(Path(folder)) as yard:
        return [line for ranks in sorted({1, os.cpu_count() or 1}) for line in _lines(yard, ranks)]


def _lines(yard: Yard, ranks: int) -> list[Line]:
    delays = np.array(_delays(yard, ranks))
    middle, late = np.percentile(delays, [50, 99])
    name = f"step to drawn, {ranks} of {os.cpu_count()} cores training, {len(delays):,} steps"
    return [
        Line(number="P7", name=f"{name}, p50", figure=middle, unit="ms", target=60),
        Line(number="P7", name=f"{name}, p99", figure=late, unit="ms", target=150),
    ]


def _delays(yard: Yard, ranks: int) -> list[float]:
    """Milliseconds of each step of a run that is watched; the first second, with the page's own start, is left out."""
    from tests.browser.conftest import FLAGS, chromium, enter, sign_in_link
    from tests.browser.test_walk import expect_state, take_digits

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(base_url=yard.base_url)
        page.add_init_script(WATCH)
        enter(page, sign_in_link(yard))
        take_digits(page)
        _start(page, ranks)
        _wait_for(page, 1)
        page.wait_for_timeout(1_000)
        page.evaluate("window.delays.length = 0")
        _wait_for(page, STEPS_WANTED)
        delays: list[Any] = page.evaluate("window.delays")
        page.get_by_role("button", name="Cancel", exact=True).click()
        page.get_by_role("button", name="Cancel the run").click()
        expect_state(page, "Cancelled")
        browser.close()
    return [delay for _, delay in delays]


def _wait_for(page: Page, steps: int) -> None:
    """Asks now and then: the page's policy forbids what Playwright's own waiting evaluates."""
    deadline = time.monotonic() + 60
    while page.evaluate("window.delays.length") < steps:
        assert time.monotonic() < deadline, "No points were drawn."
        page.wait_for_timeout(250)


def _start(page: Page, ranks: int) -> None:
    page.get_by_role("link", name="New run").click()
    page.get_by_label("Ranks").fill(str(ranks))
    page.get_by_label("Epochs").fill(str(EPOCHS))
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*-*/")
