"""Every page in each of its states, one after the other in a running Trainyard: what must be accessible, and what is
photographed.

A new page or state is one more line here. Whoever takes the states may change a page's window, theme and folds between
two of them.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import partial

import httpx
from django.template.loader import render_to_string
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.asset_states import asset_states
from tests.browser.conftest import PATIENCE, enter
from tests.browser.steps import State, client, expect_ready, finished, opened, sample, send, stalling, start_run
from tests.browser.test_interruptions import escaping_zip
from tests.browser.test_labels import WIDE
from tests.browser.test_trying import answered, bar
from tests.browser.test_uploads import DATASET, wide_table
from tests.browser.test_walk import LONG, expect_more_steps, expect_state
from tests.yard import Yard

TABLE = "length,colour\n" + "".join(f"{number},{'red' if number % 3 else 'blue'}\n" for number in range(60))
ADDRESSES = (
    "/",
    "/runs/",
    "/runs/?q=no+such+run",
    "/runs/new/",
    "/datasets/",
    "/models/",
    "/workers/",
    "/account/",
    "/nowhere/",
    "/api/v1/docs",
)
LONG_NAME = "A long name with_a_part_that_cannot_be_broken_at_any_space_" + "and_more_" * 14
NEWCOMER = "newcomer"
ERROR_PAGES = ("400.html", "403.html", "403_csrf.html", "500.html")


def states(browser: Browser, signed_in: BrowserContext, yard: Yard) -> Iterator[State]:
    """The name of each state, and the page that is in it until the next one is asked for."""
    yield from _of_a_stranger(browser, yard)
    yield from _of_a_newcomer(browser, yard)
    with closing(signed_in.new_page()) as page, client(yard) as api:
        yield from _of_data(page, yard)
        yield from asset_states(page)
        yield from _of_runs(page, api, yard)
        yield from _of_results(page, api)
        yield from _of_the_rest(page)


def _of_a_stranger(browser: Browser, yard: Yard) -> Iterator[State]:
    with closing(browser.new_context(base_url=yard.base_url)) as context:
        page = context.new_page()
        page.goto("/signin/")
        yield "sign-in", page
        page.get_by_label("Name").fill("nobody")
        page.get_by_label("Password").fill("a wrong password")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("alert").wait_for()
        yield "sign-in refused", page
        page.goto("/signin/spent/")
        yield "spent link", page


def _of_a_newcomer(browser: Browser, yard: Yard) -> Iterator[State]:
    """Somebody of whom nothing is known yet: lists are empty."""
    yard.token(NEWCOMER)
    with closing(browser.new_context(base_url=yard.base_url)) as context:
        page = context.new_page()
        link = yard.manage("signin", NEWCOMER).split()[-1]
        page.goto(link)
        if page.locator("[name=again]").count():
            yield "first account", page
            page.fill("[name=password]", "short")
            page.fill("[name=again]", "shorter")
            page.locator("main button[type=submit]").click()
            page.locator(".error").first.wait_for()
            yield "first account refused", page
        enter(page, link, NEWCOMER)
        yield "newcomer", page
        for name in ("runs", "runs/new", "datasets", "assets", "models"):
            page.goto(f"/{name}/")
            yield f"no {name}", page


def _of_data(page: Page, yard: Yard) -> Iterator[State]:
    page.goto("/datasets/")
    with stalling(page, "**/api/v1/uploads/*"):
        page.locator("[data-files]").first.set_input_files(wide_table(yard.state / "large.csv"))
        page.get_by_role("button", name="Pause").wait_for()
        yield "uploading", page
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("about:blank")
    page.goto("/datasets/")
    send(page, "escape.zip", escaping_zip())
    page.get_by_text("These files cannot be used.").wait_for(timeout=PATIENCE)
    yield "unusable data", page
    page.get_by_role("button", name="Delete").first.click()
    page.locator("dialog[open] button.danger").click()
    page.get_by_text("Undo").or_(page.get_by_role("button", name="Bring it back")).first.wait_for()
    yield "deleted data", page
    page.goto("/datasets/")
    send(page, "table.csv", TABLE.encode())
    expect_ready(page)
    page.get_by_role("button", name="New version").click()
    yield "dialog of a new version", page
    send(page, "table.csv", (TABLE + "61,red\n").encode(), inside="#version-dialog ")
    page.get_by_role("heading", name="Versions").wait_for(timeout=PATIENCE)
    expect_ready(page)
    yield "data of two versions", page
    yield from _of_corrections(page, yard)
    for dialog in ("rename-dialog", "delete-dialog"):
        yield from opened(page, dialog)
    for key, name in (("reviews-zh", "text"), ("penguins", "table"), ("digits", "images")):
        page.goto("/datasets/")
        page.locator(f"form[action*='{key}'] button").click()
        page.wait_for_url(DATASET)
        page.locator(".state-ready").first.wait_for(timeout=PATIENCE)
        yield f"data: {name}", page
        page.get_by_role("link", name="New run").click()
        page.locator("#spec-preview .main-svg").first.wait_for()
        yield f"form: {name}", page
    page.get_by_label("Batch size").fill("0")
    page.get_by_role("button", name="Start").click()
    page.locator("#spec-errors").wait_for()
    yield "form refused", page
    yield from _of_many_columns(page)


def _of_many_columns(page: Page) -> Iterator[State]:
    """A form whose columns are narrowed, with a fault in its summary."""
    page.goto("/datasets/")
    send(page, "wide.csv", WIDE.encode())
    expect_ready(page)
    page.get_by_role("link", name="New run").click()
    page.get_by_role("searchbox", name="Input columns").first.fill("measure1")
    page.get_by_label("Epochs").fill("0")
    page.locator("#spec-preview [data-to-fault]").wait_for()
    yield "form: many columns", page


def _of_corrections(page: Page, yard: Yard) -> Iterator[State]:
    """From the page of a data set whose last column holds words, and back to it."""
    address, worker = page.url, yard.child("worker.app")
    page.locator("[data-kind]").first.select_option("category")
    yield "kinds chosen", page
    worker.suspend()
    try:
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("heading", name="Looking at what would change").wait_for()
        yield "correction: being read", page
    finally:
        worker.resume()
    page.get_by_role("heading", name="What would change", exact=True).wait_for(timeout=PATIENCE)
    yield "correction: ready", page
    page.goto(address)
    yield "data with a correction", page
    page.locator("[data-kind]").last.select_option("number")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="This does not work").wait_for(timeout=PATIENCE)
    yield "correction: refused", page
    page.goto(address)


def _of_runs(page: Page, api: httpx.Client, yard: Yard) -> Iterator[State]:
    """A run on its way: waiting while its machine takes nothing, training, paused, discarded; and one that fails."""
    digits, worker = sample(api, "digits"), api.get("/workers").json()["items"][0]["name"]
    yard.manage("drain", worker)
    try:
        run = start_run(api, digits, "Digits on their way", epochs=2000, ranks=2)
        page.goto(f"/runs/{run}/")
        yield "run: queued", page
        yield from opened(page, "cancel-dialog")
        page.goto("/workers/")
        yield "workers: draining", page
    finally:
        yard.manage("drain", worker, "--off")
    page.goto(f"/runs/{run}/")
    expect_more_steps(page, 20)
    yield "run: live", page
    page.goto("/")
    yield "home: working", page
    page.goto("/workers/")
    yield "workers: working", page
    page.goto(f"/runs/{run}/")
    page.get_by_role("button", name="Pause").click()
    expect_state(page, "Paused")
    yield "run: paused", page
    api.post(f"/runs/{run}/cancel")
    expect_state(page, "Cancelled")
    yield "run: cancelled", page
    optimizer = {"name": "sgd", "learning_rate": 100, "weight_decay": 10}
    page.goto(f"/runs/{start_run(api, digits, LONG_NAME, epochs=5, optimizer=optimizer)}/")
    expect_state(page, "Failed")
    yield "run: failed", page


def _of_results(page: Page, api: httpx.Client) -> Iterator[State]:
    """What came of runs: classes, a number, a compression."""
    digits = finished(
        api, "train", "Digits", lambda: start_run(api, sample(api, "digits"), "Digits", epochs=1, ranks=2)
    )
    task = {"name": "regression", "target": "body_mass_g"}
    penguins = finished(
        api, "train", "Penguins", lambda: start_run(api, sample(api, "penguins"), "Penguins", epochs=2, task=task)
    )
    page.goto(f"/runs/{digits}/")
    page.get_by_role("link", name="Everything as one ZIP").wait_for(timeout=LONG)
    yield "results: classes", page
    page.goto(f"/runs/{digits}/clone/")
    yield "form: clone", page
    yield from _of_lists(page)
    page.goto(f"/runs/{digits}/compress/")
    yield "form: compress", page
    while page.locator("[data-remove]").count():
        page.locator("[data-remove]").first.click()
    page.get_by_role("button", name="Start compressing").click()
    page.locator("[data-list=stages] .error").first.wait_for()
    yield "form: compress refused", page
    page.goto(f"/runs/{digits}/formats/")
    yield "form: formats", page
    stages = [{"name": "prune_channels", "epochs": 1, "least_steps": 1}, {"name": "quantize_int8"}]
    smaller = finished(
        api, "compress", "", lambda: str(api.post(f"/runs/{digits}/compress", json={"stages": stages}).json()["id"])
    )
    page.goto(f"/runs/{penguins}/")
    page.get_by_role("link", name="Everything as one ZIP").wait_for(timeout=LONG)
    yield "results: number", page
    yield from _of_trials(page, digits, penguins)
    page.goto(f"/runs/{smaller}/")
    expect_state(page, "Succeeded")
    page.get_by_role("link", name="Everything as one ZIP").first.wait_for(timeout=LONG)
    yield "results: compression", page
    for kind in ("export", "inspect"):
        page.goto(f"/runs/{api.get('/runs', params={'kind': kind, 'state': 'succeeded'}).json()['items'][0]['id']}/")
        yield f"run: {kind}", page
    yield from opened(page, "delete-dialog")


def _of_trials(page: Page, digits: str, penguins: str) -> Iterator[State]:
    """A model that is tried: on a row, with a value that is not understood, on a picture, and without one."""
    page.goto(f"/runs/{penguins}/try/")
    yield "trial: form", page
    page.get_by_label("bill_length_mm").fill("long")
    answered(page)
    yield "trial: number", page
    page.goto(f"/runs/{digits}/")
    page.locator("#try-form").wait_for(timeout=LONG)
    page.get_by_role("button", name="Answer").click()
    page.locator("#try-answer [role=alert]").wait_for()
    yield "trial: refused", page
    page.locator("#try-form [type=file]").set_input_files([bar()])
    answered(page)
    yield "trial: picture", page


def _of_lists(page: Page) -> Iterator[State]:
    """A form whose lists are open, with one in another, and what is wrong in them."""
    page.reload()  # with every fold as it is at first
    page.locator("#field-model").select_option("fusion")
    for name in ("cleaning", "augmentation", "model.fusion.encoders"):
        _add(page, name)
    page.locator("[data-list=cleaning] [data-preview]").click()
    page.locator("#preparation h3").first.wait_for()
    yield "form: what becomes of the rows", page
    page.evaluate("document.querySelectorAll('[data-menu]').forEach((menu) => { menu.open = false; })")
    _add(page, "exporters")
    page.locator("[data-list=exporters] [data-remove]").nth(1).click()
    page.locator("[data-list=exporters] [data-menu] > summary").click()
    yield "form: lists", page
    page.locator("[data-list=cleaning] [data-item]").first.wait_for()
    page.get_by_role("button", name="Start").click()
    page.locator("[data-list=exporters] .error").first.wait_for()
    yield "form: lists refused", page


def _add(page: Page, name: str) -> None:
    group = page.locator(f"[data-list='{name}']")
    group.locator("> .list-foot > [data-menu] > summary").click()
    group.locator("> .list-foot [data-add]").first.click()


def _of_the_rest(page: Page) -> Iterator[State]:
    for address in ADDRESSES:
        page.goto(address)
        yield address, page
    page.goto("/account/")
    passwords = page.locator("form[action$='password/'] input[type=password]")
    for field in passwords.all():
        field.fill("wrong")
    page.get_by_role("button", name="Change the password").click()
    page.locator(".error").first.wait_for()
    yield "password refused", page
    page.goto("/account/")
    page.locator("form[action$='tokens/'] input[type=text]").fill("A token to look at")
    page.get_by_role("button", name="New token").click()
    page.locator("#new-token").wait_for()
    yield "new token", page
    yield from opened(page, page.locator("dialog[id^=revoke]").first.get_attribute("id") or "")
    page.locator("[data-open^=revoke]").first.click()
    page.locator("dialog[open] button.danger").click()
    page.get_by_text("is revoked").wait_for()
    yield "token revoked", page
    yield from opened(page, "keys")
    page.goto("/workers/")
    page.context.set_offline(True)
    page.get_by_text("Connection lost. Reconnecting").wait_for(timeout=PATIENCE)
    yield "offline", page
    page.context.set_offline(False)
    for template in ERROR_PAGES:
        page.route("**/broken/", partial(_answer, render_to_string(template, {"incident": "0123456789abcdef"})))
        page.goto("/broken/")
        yield template, page
        page.unroute("**/broken/")


def _answer(body: str, route: Route) -> None:
    route.fulfill(body=body, content_type="text/html")
