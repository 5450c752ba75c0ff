"""The pages of assets in each of their states."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.conftest import PATIENCE
from tests.browser.steps import State, opened
from trainer.catalog import listing

ASSET = re.compile("/assets/[0-9a-f-]{36}/")
KINDS = {name: entry.module.examples()[0] for name, entry in listing("assets").items()}
((TOKENIZER_NAME, TOKENIZER),) = KINDS["tokenizer_json"].items()
WORDS = ("the", "of", "日光", "naïve", "😀", "كتاب", *(f"word{number}" for number in range(200)))
VECTORS = f"{len(WORDS) + 3} 8\n" + "".join(
    f"{word} {' '.join(str((place * step) % 7 / 7) for step in range(8))}\n" for place, word in enumerate(WORDS, 1)
)
REPEATED = VECTORS + "the 1 1 1 1 1 1 1 1\n"
BROKEN = VECTORS.replace("word7 ", "word7 nan ").encode()


def send_asset(page: Page, name: str, content: bytes) -> None:
    """Upload a file on the page of assets; the page is then the asset's."""
    page.goto("/assets/")
    page.locator("[data-files]").set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})
    page.wait_for_url(ASSET)


def asset_states(page: Page) -> Iterator[State]:
    """The name of each state, and the page in it; the last asset that is seen stays."""
    send_asset(page, "broken.vec", BROKEN)
    page.get_by_text("This file cannot be used.").wait_for(timeout=PATIENCE)
    yield "asset: unusable", page
    page.locator("#delete").click()
    page.locator("dialog[open] button.danger").click()
    page.get_by_role("button", name="Undo", exact=True).first.wait_for()
    yield "assets: deleted", page
    send_asset(page, "english.vec", REPEATED.encode())
    page.locator(".state-ready").wait_for(timeout=PATIENCE)
    yield "asset: word vectors", page
    for dialog in ("rename-dialog", "delete-dialog"):
        yield from opened(page, dialog)
    send_asset(page, TOKENIZER_NAME, TOKENIZER)
    page.locator(".state-ready").wait_for(timeout=PATIENCE)
    yield "asset: tokenizer", page
    page.goto("/assets/")
    yield "assets", page
