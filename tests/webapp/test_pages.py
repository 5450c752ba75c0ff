"""Every page answers, says what it should when there is nothing to show, and shows nobody what is not theirs."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from tests.webapp.pages import make_dataset, make_run
from trainer.catalog import listing
from webapp.accounts.models import User
from webapp.datasets.models import Dataset
from webapp.runs.models import Run, State

pytestmark = pytest.mark.django_db
EMPTY = {
    "/": "Train a model on your own data",
    "/datasets/": "Drop files here",
    "/runs/": "No runs yet",
    "/runs/new/": "There is no data to train on yet",
    "/models/": "No models yet",
    "/workers/": "Workers",
}
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize(("address", "words"), EMPTY.items())
def test_a_page_with_nothing_to_show_says_what_to_do(client: Client, ada: User, address: str, words: str) -> None:
    client.force_login(ada)
    answer = client.get(address)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_the_page_of_data_sets_names_every_format(client: Client, ada: User) -> None:
    client.force_login(ada)
    page = html.unescape(client.get("/datasets/").content.decode())
    for entry in listing("formats").values():
        content, _bracket, name = entry.label.partition(" (")
        assert f"{content}: " in page and name.removesuffix(")") in page


@pytest.mark.parametrize("address", EMPTY)
def test_nobody_sees_a_page_before_signing_in(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/signin/")


def test_what_belongs_to_somebody_else_is_not_there(client: Client, ada: User, bob: User) -> None:
    dataset = make_dataset(ada)
    run = make_run(dataset)
    client.force_login(bob)
    addresses = [
        f"/datasets/{dataset.pk}/",
        f"/datasets/{dataset.pk}/thumbnails/1.png",
        f"/runs/{run.pk}/",
        f"/runs/{run.pk}/status/",
        f"/runs/{run.pk}/outcome/",
        f"/runs/{run.pk}/compress/",
        f"/runs/{run.pk}/clone/",
        f"/runs/new/?clone={run.pk}",
    ]
    assert [client.get(address).status_code for address in addresses] == [404] * len(addresses)
    actions = [
        f"/runs/{run.pk}/{action}/" for action in ("stop", "cancel", "pause", "resume", "retry", "delete", "compress")
    ]
    actions += [f"/datasets/{dataset.pk}/{action}/" for action in ("rename", "versions", "delete", "restore")]
    assert [client.post(address).status_code for address in actions] == [404] * len(actions)


def test_a_foreign_data_set_cannot_be_trained_on(client: Client, ada: User, bob: User) -> None:
    dataset = make_dataset(ada)
    client.force_login(bob)
    answer = client.post("/runs/new/", {"dataset": str(dataset.pk), "run_name": "stolen"})
    assert answer.headers["Location"] == "/runs/new/"
    assert client.post("/runs/new/preview/", {"dataset": str(dataset.pk)}).status_code == 404


def test_names_with_markup_stay_text_on_every_page(client: Client, ada: User) -> None:
    dataset = make_dataset(ada, name=HOSTILE, column=HOSTILE)
    run = make_run(dataset, name=HOSTILE)
    client.force_login(ada)
    pages = [
        "/",
        "/datasets/",
        f"/datasets/{dataset.pk}/",
        "/runs/",
        f"/runs/{run.pk}/",
        f"/runs/new/?dataset={dataset.pk}",
    ]
    for address in pages:
        text = client.get(address).content.decode()
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text


def test_an_unknown_address_is_answered_by_a_page_of_ours(client: Client, ada: User) -> None:
    client.force_login(ada)
    answer = client.get(f"/runs/{uuid4()}/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_deleted_data_set_can_be_had_back(client: Client, ada: User) -> None:
    dataset = make_dataset(ada, name="Precious")
    client.force_login(ada)
    answer = client.post(f"/datasets/{dataset.pk}/delete/", follow=True)
    assert "“Precious” was deleted" in answer.content.decode()
    assert client.get(f"/datasets/{dataset.pk}/").status_code == 404
    client.post(f"/datasets/{dataset.pk}/restore/")
    assert client.get(f"/datasets/{dataset.pk}/").status_code == 200


def test_pages_load_plots_only_where_there_are_some(client: Client, ada: User) -> None:
    run = make_run(make_dataset(ada))
    client.force_login(ada)
    assert "plotly" in client.get(f"/runs/{run.pk}/").content.decode()
    assert "plotly" not in client.get("/runs/").content.decode()


def test_no_page_carries_a_script_or_a_handler_of_its_own(client: Client, ada: User) -> None:
    dataset = make_dataset(ada)
    run = make_run(dataset)
    client.force_login(ada)
    for address in [
        *EMPTY,
        f"/datasets/{dataset.pk}/",
        f"/runs/{run.pk}/",
        f"/runs/new/?dataset={dataset.pk}",
        "/account/",
    ]:
        text = client.get(address).content.decode()
        assert "<script>" not in text
        assert " onclick=" not in text and " style=" not in text


def test_a_fault_of_ours_shows_an_identifier_that_is_in_the_log(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(user: User) -> None:
        raise RuntimeError("a fault of ours")

    client.force_login(ada)
    client.raise_request_exception = False
    monkeypatch.setattr("webapp.datasets.pages.overview", broken)
    answer = client.get("/datasets/")
    assert answer.status_code == 500
    incident = re.search(r"<code>([0-9a-f]{32})</code>", answer.content.decode())
    assert incident and f"Incident {incident[1]}" in caplog.text
    assert "a fault of ours" in caplog.text and "a fault of ours" not in answer.content.decode()


def test_what_was_deleted_can_be_had_back_for_a_week_and_no_longer(client: Client, ada: User) -> None:
    recent, old = make_dataset(ada, name="Recent"), make_dataset(ada, name="Long gone")
    Dataset.objects.filter(pk=recent.pk).update(deleted=timezone.now() - timedelta(days=6))
    Dataset.objects.filter(pk=old.pk).update(deleted=timezone.now() - timedelta(days=8))
    client.force_login(ada)
    page = client.get("/datasets/").content.decode()
    assert f"/datasets/{recent.pk}/restore/" in page and date_format(timezone.now() + timedelta(days=1)) in page
    assert "Long gone" not in page


def test_the_first_page_asks_less_often_while_nothing_runs(client: Client, ada: User) -> None:
    run = make_run(make_dataset(ada), state=State.RUNNING)
    client.force_login(ada)
    assert 'hx-trigger="every 3s"' in client.get("/working/").content.decode()
    Run.objects.filter(pk=run.pk).update(state=State.SUCCEEDED)
    assert 'hx-trigger="every 10s"' in client.get("/working/").content.decode()
