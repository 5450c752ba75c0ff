"""Pictures of every page at desk and phone width, light and dark, from a real finished run; one of them is the README's.

``python -m tests.browser.screenshots FOLDER`` starts a Trainyard of its own, trains on the digits, and looks around.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, PATIENCE, chromium, enter, sign_in_link
from tests.browser.test_walk import LONG, expect_more_steps, expect_state, start_digits, take_digits
from tests.yard import ROOT, Yard

README_PICTURE = ROOT / "docs" / "screenshot.png"
LONG_NAME = "A long name with_a_part_that_cannot_be_broken_at_any_space_" + "and_more_" * 14
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, Yard(Path(state)) as yard, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(base_url=yard.base_url, viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        enter(page, sign_in_link(yard))
        settled(page, folder / "newcomer.png")
        pages = {**use(page), **misuse(page)}
        for width, (across, down) in WIDTHS.items():
            for theme in THEMES:
                context = browser.new_context(
                    base_url=yard.base_url,
                    storage_state=page.context.storage_state(),
                    color_scheme=theme,
                    has_touch=width == "phone",
                    viewport={"width": across, "height": down},
                )
                shoot(context.new_page(), pages, folder, f"{width}-{theme}", across)
                context.close()
        browser.close()


def use(page: Page) -> Mapping[str, str]:
    """Train on the digits and make the model smaller; the README shows the run while it trains."""
    dataset = take_digits(page)
    start_digits(page, epochs=7, name="Handwritten digits, two ranks")
    run = address(page)
    expect_more_steps(page, 420)
    README_PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=README_PICTURE, style="#run-status .on-worker { visibility: hidden }")  # a machine's name is its owner's
    expect_state(page, "Succeeded")
    page.get_by_role("link", name="Everything as one ZIP").wait_for(timeout=LONG)
    return {
        "home": "/",
        "runs": "/runs/",
        "run": run,
        "compress": f"{run}compress/",
        "small": compressed(page),
        "datasets": "/datasets/",
        "dataset": dataset,
        "new": f"/runs/new/?dataset={dataset.split('/')[2]}",
        "models": "/models/",
        "workers": "/workers/",
        "account": "/account/",
    }


def misuse(page: Page) -> Mapping[str, str]:
    """What goes wrong, is too long, or is empty: a run that fails, text, a filter that fits nothing."""
    start_digits(page, epochs=5, name=LONG_NAME, diverges=True)
    expect_state(page, "Failed")
    failed = address(page)
    page.goto("/datasets/")
    page.get_by_role("button", name="Take it: Hotel reviews").click()
    page.get_by_text("Nothing can be trained on this data").wait_for()
    return {"failed": failed, "text": address(page), "none": "/runs/?q=no+such+run", "nowhere": "/nowhere/"}


def compressed(page: Page) -> str:
    """Prune half of the model of the run on this page, quantize the rest; the address of the run that does it, which has ended."""
    page.get_by_role("link", name="Compress").click()
    for label, value in (("Epochs of", "1"), ("Fewest steps of", "1")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Start compressing").click()
    expect_state(page, "Succeeded")
    return address(page)


def shoot(page: Page, pages: Mapping[str, str], folder: Path, suffix: str, across: int) -> None:
    """A picture of each page, none of which may be wider than its window."""
    for name, where in pages.items():
        page.goto(where)
        settled(page, folder / f"{name}-{suffix}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= across, f"{name} is too wide at {suffix}"


def settled(page: Page, path: Path) -> None:
    """A picture of the whole page, after every chart was in sight once: they are drawn only then."""
    page.wait_for_load_state("load")
    for top in range(0, int(page.evaluate("document.documentElement.scrollHeight")), 600):
        page.evaluate("top => scrollTo(0, top)", top)
        page.wait_for_timeout(120)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.screenshot(path=path, full_page=True)


def address(page: Page) -> str:
    return "/" + page.url.split("/", 3)[3]


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="trainyard-pictures-")))
