"""Pictures of every page at desk and phone width, light and dark, from a real finished run; one of them is the README's.

``python -m tests.browser.screenshots FOLDER`` starts a Trainyard of its own, trains on the digits, and looks around.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.browser.conftest import FLAGS, PATIENCE, chromium, enter, sign_in_link
from tests.browser.test_walk import LONG, expect_state, start_digits, take_digits
from tests.yard import ROOT, Yard

README_PICTURE = ROOT / "docs" / "screenshot.png"
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, Yard(Path(state)) as yard, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(base_url=yard.base_url, viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        enter(page, sign_in_link(yard))
        pages = use(page, folder)
        for name, address in pages.items():
            shoot_everywhere(browser, yard.base_url, page.context.storage_state(), name, address, folder)
        browser.close()


def use(page: Page, folder: Path) -> Mapping[str, str]:
    """Train on the digits, as the README shows it; the addresses of what there is to see then."""
    settled(page, folder / "newcomer.png")
    take_digits(page)
    dataset = address(page)
    start_digits(page, epochs=7, name="Handwritten digits, two ranks")
    expect_state(page, "Succeeded")
    page.get_by_role("link", name="Everything as one ZIP").wait_for(timeout=LONG)
    README_PICTURE.parent.mkdir(exist_ok=True)
    page.reload()
    settled(page, folder / "run.png")
    page.locator("#curves-title").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.charts').scrollIntoView({block: 'center'})")
    page.wait_for_timeout(2000)
    page.screenshot(path=README_PICTURE)
    run = address(page)
    return {
        "home": "/",
        "runs": "/runs/",
        "run": run,
        "compress": f"{run}compress/",
        "datasets": "/datasets/",
        "dataset": dataset,
        "new": f"/runs/new/?dataset={dataset.split('/')[2]}",
        "models": "/models/",
        "workers": "/workers/",
        "account": "/account/",
        "nowhere": "/nowhere/",
    }


def shoot_everywhere(browser: Browser, base: str, state: StorageState, name: str, where: str, folder: Path) -> None:
    for width, (across, down) in WIDTHS.items():
        for theme in THEMES:
            context = browser.new_context(
                base_url=base,
                storage_state=state,
                color_scheme=theme,
                has_touch=width == "phone",
                viewport={"width": across, "height": down},
            )
            page = context.new_page()
            page.goto(where)
            settled(page, folder / f"{name}-{width}-{theme}.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= across, f"{name} is wider than a {width}"
            context.close()


def settled(page: Page, path: Path) -> None:
    """A picture of the whole page, after every chart was in sight once: they are drawn only then."""
    page.wait_for_load_state("load")
    for top in range(0, int(page.evaluate("document.documentElement.scrollHeight")), 600):
        page.evaluate("top => scrollTo(0, top)", top)
        page.wait_for_timeout(200)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.screenshot(path=path, full_page=True)


def address(page: Page) -> str:
    return "/" + page.url.split("/", 3)[3]


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="trainyard-pictures-")))
