"""A run's page that was opened before anybody knew its data."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NAME, PATIENCE
from tests.yard import Yard

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_page_that_waits_for_the_inspection_gets_the_charts_of_its_task_by_itself(
    page: Page, session_yard: Yard
) -> None:
    headers = {"Authorization": f"Bearer {session_yard.token(NAME)}"}
    with httpx.Client(base_url=f"{session_yard.base_url}/api/v1/", headers=headers, timeout=30) as api:
        worker = session_yard.child("worker.app")
        worker.suspend()
        try:
            dataset = api.post("datasets", json={"sample": "digits"}).json()["id"]
            body = {"dataset": dataset, "spec": {"epochs": 1, "exporters": []}}
            page.goto(f"/runs/{api.post('runs', json=body).json()['id']}/")
            expect(page.locator(".run-reason")).to_have_text("Waits until the data set is inspected.")
            expect(page.get_by_role("heading", name="Loss")).to_be_visible()
            expect(page.get_by_role("heading", name="Accuracy")).to_have_count(0)
        finally:
            worker.resume()
    expect(page.get_by_role("heading", name="Accuracy")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#run-status .state")).to_have_text("Succeeded", timeout=PATIENCE)
