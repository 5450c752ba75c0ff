"""Pictures of every page in every state, at desk and phone width, light and dark; one of a run that trains is the
README's.

``python -m tests.browser.screenshots FOLDER`` starts a Trainyard of its own and looks around.
"""

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Literal

import django
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, PATIENCE, chromium, enter, sign_in_link
from tests.browser.states import states
from tests.browser.test_walk import expect_more_steps, expect_state, start_digits
from tests.yard import ROOT, Yard

README_PICTURE = ROOT / "docs" / "screenshot.png"
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, Yard(Path(state)) as yard, sync_playwright() as playwright:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "webapp.settings", "TRAINYARD_STATE": state}
        django.setup()  # the pages of errors are drawn here
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(
            base_url=yard.base_url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        enter(page, sign_in_link(yard))
        shoot_readme(page)
        for name, subject in states(browser, context, yard):
            shoot(subject, folder, re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "home")
        browser.close()


def shoot_readme(page: Page) -> None:
    """A run of two ranks on the digits while it trains."""
    start_digits(page, epochs=7, name="Handwritten digits, two ranks")
    expect_more_steps(page, 420)
    README_PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(
        path=README_PICTURE, style="#run-status .on-worker { visibility: hidden }"
    )  # a machine's name is its owner's
    expect_state(page, "Succeeded")


def shoot(page: Page, folder: Path, name: str) -> None:
    """A picture in each width and theme; the page is left as it was."""
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            settled(page, folder / f"{name}-{width}-{theme}.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def settled(page: Page, path: Path) -> None:
    """A picture of the whole page, after every chart was in sight once: they are drawn only then."""
    for top in range(0, int(page.evaluate("document.documentElement.scrollHeight")), 600):
        page.evaluate("top => scrollTo(0, top)", top)
        page.wait_for_timeout(60)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    page.screenshot(path=path, full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="trainyard-pictures-")))
