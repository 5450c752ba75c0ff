"""A real Chromium on a real, running Trainyard. Every page must stay free of script errors and of breaches of its
policy.
"""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.yard import Yard

FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--no-first-run",
]
NAME, PASSWORD = "Ada", "a long pass phrase 7"
PATIENCE = 60_000.0  # milliseconds; tests share two cores with the training they watch


def chromium() -> str | None:
    """Where a Chromium of this machine is."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("NO CHROMIUM HERE: the browser tests did not run. Install it (Debian: apt install chromium).")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def signed_in(browser: Browser, session_yard: Yard) -> Iterator[BrowserContext]:
    """A browser in which the first person is signed in."""
    context = browser.new_context(base_url=session_yard.base_url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    enter(page, sign_in_link(session_yard))
    page.close()
    yield context
    context.close()


def sign_in_link(yard: Yard) -> str:
    link = re.search(r"http\S+/signin/\S+", yard.manage("signin"))
    assert link
    return link.group()


def enter(page: Page, link: str, name: str = NAME) -> None:
    """Sign in by a link; the first use also chooses name and password."""
    page.goto(link)
    if page.locator("[name=password]").count():
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(re.compile(r"^http://[^/]+/$"))


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    """A page of the signed-in browser; what its console complains of fails the test."""
    opened = signed_in.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if _is_complaint(message.type, message.text) else None,
    )
    yield opened
    opened.close()
    assert complaints == []


def _is_complaint(kind: str, text: str) -> bool:
    """Failed requests also land in the console: a refused form and a lost connection belong to what is tested."""
    return kind == "error" and not text.startswith(("Failed to load resource", "htmx:", "WebSocket connection"))
