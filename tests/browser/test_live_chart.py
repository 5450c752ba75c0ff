"""The chart of a run that trains: its lines follow each message, its axes and what the pointer reads follow a moment
later.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_walk import expect_more_steps, expect_state, finished_digits, start_digits, steps_done

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# At each drawing of the loss: its last step, the step at which its line ends on the screen, and the last that Plotly
# knows of.
WATCH = """
window.drawings = [];
document.addEventListener("drawn", ({ target, detail }) => {
  if (target.dataset.chart !== "loss" || !target.data?.length) return;
  const path = target.querySelector(`.trace${target._fullData[0].uid} .js-line`)?.getAttribute("d") ?? "";
  const across = Number(path.slice(path.lastIndexOf("L") + 1).split(",")[0]);
  const { xaxis } = target._fullLayout;
  const [{ x, y }] = target.data;
  const pixel = xaxis.p2d(1) - xaxis.p2d(0);
  window.drawings.push({ last: detail.last, ends: xaxis.p2d(across), pixel, known: x[y.length - 1] });
});
"""


# Moves the slider; the smoothed line at the next drawing.
SMOOTHED = """
(weight) => new Promise((resolve) => {
  const slider = document.querySelector("[data-chart-smoothing]");
  const chart = document.querySelector("[data-chart=loss]");
  const drawn = () => resolve(chart.querySelectorAll(".js-line")[1].getAttribute("d"));
  chart.addEventListener("drawn", drawn, { once: true });
  slider.value = weight;
  slider.dispatchEvent(new Event("input"));
})
"""


def test_a_line_ends_at_the_last_step_at_each_drawing_and_plotly_learns_of_it_soon(page: Page) -> None:
    page.add_init_script(WATCH)
    start_digits(page, epochs=60, name="Followed step by step")
    expect(page.locator("[data-chart=loss] .scatterlayer path").first).to_be_attached(timeout=PATIENCE)
    expect_more_steps(page, 200)
    expect(page.locator(".progress-line")).to_have_text(re.compile(r"Step \d+ of 12\s000 · epoch 2 of 60\s+.* left"))
    page.get_by_role("button", name="Pause").click()
    expect_state(page, "Paused")
    page.wait_for_timeout(1_500)
    drawings: list[dict[str, Any]] = [one for one in page.evaluate("window.drawings") if one["last"] > 50]
    assert all(abs(one["ends"] - one["last"]) <= one["pixel"] for one in drawings)
    assert any(one["known"] < one["last"] for one in drawings), "No line has grown between two whole drawings."
    assert drawings[-1]["known"] == drawings[-1]["last"] == steps_done(page)


def test_a_stretch_that_is_drawn_out_stays_while_points_come_and_two_clicks_show_all_again(page: Page) -> None:
    start_digits(page, epochs=60, name="Looked at closely")
    expect_more_steps(page, 150)
    box = page.locator("[data-chart=loss] .nsewdrag").bounding_box()
    assert box is not None
    across, down = [box["x"] + box["width"] * share for share in (0.2, 0.6)], box["y"] + box["height"] / 2
    page.mouse.move(across[0], down)
    page.mouse.down()
    for share in range(1, 11):
        page.mouse.move(across[0] + (across[1] - across[0]) * share / 10, down)
        page.wait_for_timeout(50)
    page.mouse.up()
    shown = steps_shown(page)
    expect_more_steps(page, steps_done(page))
    page.wait_for_timeout(1_500)
    assert steps_shown(page) == shown
    assert shown[1] < steps_done(page)
    page.mouse.dblclick(sum(across) / 2, down)
    page.wait_for_timeout(1_500)
    assert steps_shown(page)[1] > shown[1]
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the run").click()
    expect_state(page, "Cancelled")


def test_the_smoothing_is_seen_at_each_move_of_its_slider(page: Page) -> None:
    finished_digits(page)
    page.locator("[data-chart=loss]").scroll_into_view_if_needed()  # results stand above; what nobody sees is not drawn
    expect(page.locator("[data-chart=loss] .scatterlayer path").first).to_be_attached(timeout=PATIENCE)
    page.wait_for_timeout(1_500)
    lines = [page.evaluate(SMOOTHED, weight) for weight in ("0.9", "0.5", "0.1")]
    assert len(set(lines)) == 3


def steps_shown(page: Page) -> list[float]:
    ends: list[float] = page.evaluate("document.querySelector('[data-chart=loss]')._fullLayout.xaxis.range")
    return ends


def test_a_chart_says_that_there_is_no_point_only_once_all_that_there_is_has_come(page: Page) -> None:
    queue: list[tuple[WebSocketRoute, str | bytes]] = []

    def hold(browser: WebSocketRoute) -> None:
        """The greeting is passed on, and what comes behind it waits."""
        server = browser.connect_to_server()
        server.on_message(
            lambda message: browser.send(message) if '"hello"' in str(message) else queue.append((browser, message))
        )

    address = finished_digits(page)
    page.route_web_socket(re.compile("/ws/runs/"), hold)
    page.goto(address)
    chart = page.locator("[data-chart=loss]")
    chart.scroll_into_view_if_needed()
    expect(chart).to_contain_text("The points are on")
    page.wait_for_timeout(500)
    expect(chart).to_contain_text("The points are on")
    for browser, message in queue:
        browser.send(message)
    expect(chart.locator(".scatterlayer path").first).to_be_attached(timeout=PATIENCE)


def test_a_chart_of_a_run_without_a_point_says_so_as_soon_as_the_run_has_ended(page: Page) -> None:
    start_digits(page, epochs=200, name="Holds all devices")
    first = page.url
    start_digits(page, epochs=1, name="Never begun")
    chart = page.locator("[data-chart=loss]")
    expect(chart).to_contain_text("Points appear here", timeout=PATIENCE)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the run").click()
    expect(chart).to_contain_text("The run has ended", timeout=PATIENCE)
    page.reload()
    expect(chart).to_contain_text("The run has ended", timeout=PATIENCE)
    page.goto(first)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the run").click()
    expect_state(page, "Cancelled")
