"""axe finds nothing on any page in any state: WCAG 2.2 AA and its best practices, light and dark, desk and phone, all
folds open."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import PATIENCE
from tests.browser.states import states
from tests.yard import Yard

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
# Each width and each theme, of each state.
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (390, "dark"))
HIGHEST_WINDOW = 20_000  # lines
UNDRAWN = """[...document.querySelectorAll("[data-chart], [data-figure]")]
  .filter((one) => one.checkVisibility() && !one.querySelector(".main-svg")).length"""


# Parts of a form, of runs that no page shows, and pictures that not every run has.
FRAGMENTS = {"runs:preparation_of", "runs:preparation_sheet", "runs:samples"}


@dataclass
class Walk:
    """What was found in which state, the views that were seen, and what their addresses name."""

    mistakes: dict[str, list[str]] = field(default_factory=dict)
    views: set[str] = field(default_factory=set)
    names: dict[str, Any] = field(default_factory=dict)

    def note(self, state: str, page: Page) -> None:
        self.mistakes[state] = mistakes(page)
        try:
            match = resolve(urlsplit(page.url).path)
        except Resolver404:  # an address that means nothing is a state as well
            return
        self.views.add(match.view_name)
        self.names |= match.kwargs


@pytest.fixture(scope="module")
def walk(browser: Browser, signed_in: BrowserContext, session_yard: Yard) -> Walk:
    record = Walk()
    for state, page in states(browser, signed_in, session_yard):
        record.note(state, page)
    return record


def test_nothing_is_inaccessible_on_any_page_in_any_state(walk: Walk) -> None:
    assert {state: sentences for state, sentences in walk.mistakes.items() if sentences} == {}


def test_every_page_that_has_an_address_was_walked(walk: Walk, signed_in: BrowserContext) -> None:
    """A new page is found by its address: it is asked for as the others are, and must be among the states."""
    pages = {view for view, address in addresses(walk.names).items() if is_page(signed_in, address)}
    assert len(pages) > 10
    assert pages - walk.views == set()


def addresses(names: dict[str, Any]) -> dict[str, str]:
    """The address of each view that has a name; a gap in it takes what the walk saw there."""
    paths = {}
    for view, pattern in patterns(get_resolver()):
        if view in FRAGMENTS:
            continue
        gaps = {gap: names.get(gap, 1 if gap == "number" else "digits") for gap in pattern.pattern.converters}
        gaps |= {gap: names["run_id"] for gap in ("token", "export_id", "version_id", "preview_id") if gap in gaps}
        paths[view] = reverse(view, kwargs=gaps)
    return paths


def patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    pairs = []
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            pairs += patterns(one, f"{prefix}{one.namespace}:" if one.namespace else prefix)
        elif one.name:
            pairs.append((prefix + one.name, one))
    return pairs


def is_page(context: BrowserContext, address: str) -> bool:
    """Whether it answers a browser that looks at it with a whole page of its own."""
    answer = context.request.get(address, max_redirects=0)
    if "text/html" not in answer.headers.get("content-type", ""):
        return False
    assert answer.status != 404, f"{address} names nothing that is there"
    return "<!doctype html>" in answer.text()[:200]


def mistakes(page: Page) -> list[str]:
    """What axe has to say, once a mistake: the words of its rule and the first element that breaks it."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    if not page.evaluate("'axe' in window"):  # a page that has changed since its last state has it
        page.evaluate(AXE_SCRIPT)
    violations: list[dict[str, Any]] = []
    for width, theme in LOOKS:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        with stretched(page, width):
            violations += page.evaluate("(options) => axe.run(document, options)", OPTIONS)["violations"]
            scrolled = page.evaluate("document.documentElement.scrollWidth")
        assert scrolled <= width, f"{page.url} is wider than its window"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 900})
    return sorted({f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in violations})


@contextmanager
def stretched(page: Page, width: int) -> Iterator[None]:
    """A view so high that all of the page is in sight, below no bar that stays; its charts are drawn there."""
    page.set_viewport_size({"width": width, "height": 900})
    height = int(page.evaluate("document.documentElement.scrollHeight")) + 200
    with view_of(page, width, height):
        assert page.evaluate("[innerWidth, innerHeight]") == [width, height]
        deadline = time.monotonic() + PATIENCE / 1000
        while page.evaluate(UNDRAWN):
            assert time.monotonic() < deadline, "a chart is not drawn"
            page.wait_for_timeout(20)
        yield


@contextmanager
def view_of(page: Page, width: int, height: int) -> Iterator[None]:
    """The window has this size, as charts need it. One of some ten thousand lines takes Chromium half a minute; there
    the page is only laid out for this size, which is all that axe asks for.
    """
    if height <= HIGHEST_WINDOW:
        page.set_viewport_size({"width": width, "height": height})
        yield
        return
    session = page.context.new_cdp_session(page)
    view = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", view)
    yield
    session.detach()
