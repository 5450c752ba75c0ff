"""The page of a data set corrects kinds: what is chosen, what would change, kept or discarded, and what goes wrong."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from tests.webapp.inspected import PARCELS, inspect, parcels, uploaded
from webapp.accounts.models import User
from webapp.datasets import changes, corrections, kind_controls, queries, services
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.runs import services as runs

ZIP, AREA, SPECIES = "kind.0", "kind.1", "kind.2"
AS_IT_IS = {"version": "1", ZIP: "category", AREA: "number", SPECIES: "category"}


@pytest.fixture
def dataset(ada: User, tmp_path: Path, settings: Settings) -> Dataset:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return parcels(ada)


@pytest.fixture
def page(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def address_of(dataset: Dataset) -> str:
    return f"/datasets/{dataset.pk}/corrections/"


def proposed(page: Client, dataset: Dataset, **kinds: str) -> str:
    """The address of the preview."""
    answer = page.post(address_of(dataset), {**AS_IT_IS, **kinds})
    assert answer.status_code == 302
    return str(answer["Location"])


def inspected(address: str) -> str:
    inspect(DatasetVersion.objects.get(pk=address.rstrip("/").rsplit("/", 1)[1]))
    return address


def text(page: Client, address: str, **headers: Any) -> str:
    answer = page.get(address, headers=headers, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def count(dataset: Dataset) -> int:
    """Versions and proposals."""
    return DatasetVersion.objects.filter(dataset=dataset).count()


def selected(content: str, name: str) -> str:
    control = re.search(rf'<select[^>]*name="{re.escape(name)}".*?</select>', content, re.DOTALL)
    assert control
    (value,) = re.findall(r'value="([\w ]+)" selected', control[0])
    return str(value)


def test_each_column_has_its_kind_as_a_control_and_a_warning_leads_to_it(page: Client, dataset: Dataset) -> None:
    content = text(page, f"/datasets/{dataset.pk}/")
    assert [selected(content, name) for name in (ZIP, AREA, SPECIES)] == ["category", "number", "category"]
    assert 'href="#kind-0" data-to-kind>Correct “zip”</a>' in content  # codes
    assert 'href="#kind-1" data-to-kind>Correct “area”</a>' in content  # text among numbers


def test_a_preview_shows_what_would_change_and_is_kept(page: Client, dataset: Dataset) -> None:
    address = proposed(page, dataset, **{ZIP: "number", AREA: "category"})
    assert "read again" in text(page, address) and "every 500ms" in text(page, address)
    content = text(page, inspected(address))
    assert "What would change" in content and "2 gaps</strong> have values now" in content
    assert "every 500ms" not in content
    answer = page.post(f"{address}keep/")
    assert answer["Location"] == f"/datasets/{dataset.pk}/?version=2"
    content = text(page, answer["Location"])
    assert "Version 1 with area as category, zip as number" in re.sub(r"\s+", " ", content)
    assert [selected(content, name) for name in (ZIP, AREA)] == ["number", "category"]


def test_the_fragment_is_the_part_that_changes(page: Client, dataset: Dataset) -> None:
    fragment = text(page, inspected(proposed(page, dataset, **{ZIP: "number"})), **{"HX-Request": "true"})
    assert "<html" not in fragment and "What would change" in fragment


def test_pressed_twice_it_is_one_preview_and_one_version(page: Client, dataset: Dataset) -> None:
    address = proposed(page, dataset, **{ZIP: "number"})
    assert proposed(page, dataset, **{ZIP: "number"}) == address
    inspected(address)
    assert {page.post(f"{address}keep/")["Location"] for _press in range(2)} == {f"/datasets/{dataset.pk}/?version=2"}
    assert count(dataset) == 2
    assert page.get(address)["Location"] == f"/datasets/{dataset.pk}/?version=2"  # reloaded, or gone back to


def test_discarded_in_another_tab_it_says_so(page: Client, dataset: Dataset) -> None:
    address = proposed(page, dataset, **{ZIP: "number"})
    assert "everything is as it was" in page.post(f"{address}discard/", follow=True).content.decode()
    assert page.get(address, headers={"HX-Request": "true"})["HX-Redirect"] == f"/datasets/{dataset.pk}/"
    for answer in (page.get(address, follow=True), page.post(f"{address}keep/", follow=True)):
        assert "was discarded" in answer.content.decode()
    assert count(dataset) == 1


def test_kept_in_another_tab_it_is_not_discarded(page: Client, dataset: Dataset) -> None:
    address = inspected(proposed(page, dataset, **{ZIP: "number"}))
    page.post(f"{address}keep/")
    assert page.post(f"{address}discard/")["Location"] == f"/datasets/{dataset.pk}/?version=2"
    assert count(dataset) == 2


def test_what_the_values_do_not_allow_is_said_beside_the_column_with_the_choice_still_there(
    page: Client, dataset: Dataset
) -> None:
    address = inspected(proposed(page, dataset, **{SPECIES: "number", AREA: "category"}))
    content = text(page, address)
    assert "does not work" in content
    assert [selected(content, name) for name in (ZIP, AREA, SPECIES)] == ["category", "category", "number"]
    error = re.search(r'<select id="kind-2"[^>]*aria-invalid="true" aria-describedby="kind-2-error"', content)
    assert error and content.count("species”") >= 2  # above, and beside the column
    assert f"/datasets/{dataset.pk}/corrections/" not in text(page, f"/datasets/{dataset.pk}/").replace(
        f'action="/datasets/{dataset.pk}/corrections/"', ""
    )  # nothing to decide on


def test_a_preview_that_was_cancelled_says_so_and_keeps_the_choice(page: Client, ada: User, dataset: Dataset) -> None:
    address = proposed(page, dataset, **{ZIP: "number"})
    run = queries.inspection(DatasetVersion.objects.get(number=None))
    assert run is not None
    runs.command(run, "cancel", ada)
    content = text(page, address)
    assert "preview was cancelled" in content and selected(content, ZIP) == "number"


def test_a_preview_that_waits_is_on_the_page_and_its_choice_can_be_edited(page: Client, dataset: Dataset) -> None:
    address = inspected(proposed(page, dataset, **{ZIP: "number"}))
    content = text(page, f"/datasets/{dataset.pk}/")
    assert (
        "Corrections to decide on" in content
        and f'href="{address}"' in content
        and selected(content, ZIP) == "category"
    )
    (edit,) = re.findall(r'href="([^"]*correction=[^"#]*)#columns"', text(page, address))
    assert selected(text(page, edit.replace("&amp;", "&")), ZIP) == "number"


def test_a_newer_version_that_came_meanwhile_is_pointed_out(page: Client, ada: User, dataset: Dataset) -> None:
    address = inspected(proposed(page, dataset, **{ZIP: "number"}))
    services.add_version(dataset=dataset, uploads=[uploaded(ada, PARCELS[:-1]).pk])
    content = text(page, address)
    assert "version 2 has come since" in content and "Keep as version 3" in content


def test_what_is_left_as_it_is_is_no_correction(page: Client, dataset: Dataset) -> None:
    answer = page.post(address_of(dataset), AS_IT_IS, follow=True)
    assert "Nothing changes" in answer.content.decode()
    assert count(dataset) == 1


def test_a_kind_that_was_chosen_can_be_recognised_again(page: Client, dataset: Dataset) -> None:
    first = inspected(proposed(page, dataset, **{ZIP: "number"}))
    page.post(f"{first}keep/")
    answer = page.post(address_of(dataset), {**AS_IT_IS, "version": "2", ZIP: "recognised"})
    inspected(answer["Location"])
    page.post(f"{answer['Location']}keep/")
    assert DatasetVersion.objects.get(dataset=dataset, number=3).readings == {}


@pytest.mark.parametrize("sent", [{"version": "7"}, {"version": "x"}, {}, {ZIP: "colour"}])
def test_a_form_that_nobody_was_given_changes_nothing(page: Client, dataset: Dataset, sent: dict[str, str]) -> None:
    answer = page.post(address_of(dataset), {**({} if sent == {} else AS_IT_IS), **sent})
    assert answer.status_code in (302, 404)
    assert count(dataset) == 1


def test_a_version_whose_upload_is_gone_has_no_controls_and_says_why(page: Client, dataset: Dataset) -> None:
    inspection = queries.inspection(queries.newest(dataset))
    assert inspection is not None
    runs.delete(inspection)
    content = text(page, f"/datasets/{dataset.pk}/")
    assert "data-kind " not in content and "uploaded files of this version are gone" in content


def test_another_person_sees_and_does_nothing(client: Client, page: Client, bob: User, dataset: Dataset) -> None:
    address = inspected(proposed(page, dataset, **{ZIP: "number"}))
    other = Client()
    other.force_login(bob)
    assert other.post(address_of(dataset), {**AS_IT_IS, AREA: "category"}).status_code == 404
    assert other.get(address).status_code == 404
    assert [other.post(f"{address}{act}/").status_code for act in ("keep", "discard")] == [404, 404]
    mine = parcels(bob)
    foreign = f"{address_of(mine)}{address.rstrip('/').rsplit('/', 1)[1]}/"
    assert "was discarded" in other.get(foreign, follow=True).content.decode()
    assert "was discarded" in other.get(f"{address_of(mine)}{uuid4()}/", follow=True).content.decode()
    assert DatasetVersion.objects.filter(dataset=dataset, number=None).count() == 1


def test_a_data_set_that_was_deleted_takes_its_previews_along(page: Client, dataset: Dataset) -> None:
    address = inspected(proposed(page, dataset, **{ZIP: "number"}))
    page.post(f"/datasets/{dataset.pk}/delete/")
    assert page.get(address).status_code == 404
    page.post(f"/datasets/{dataset.pk}/restore/")
    assert "What would change" in text(page, address)


def test_a_correction_that_was_kept_unseen_and_failed_says_so_on_its_page(page: Client, dataset: Dataset) -> None:
    version = corrections.propose(version=queries.newest(dataset), readings={"species": {"kind": "number"}}, keep=True)
    inspect(version)
    content = text(page, f"/datasets/{dataset.pk}/?version=2")
    assert "correction of version 1 cannot be used" in content and "Send better files" not in content
    (again,) = re.findall(r'href="([^"]*correction=[^"#]*)#columns"', content)
    assert selected(text(page, again.replace("&amp;", "&")), SPECIES) == "number"


def test_the_page_of_its_run_leads_to_the_preview(page: Client, dataset: Dataset) -> None:
    address = proposed(page, dataset, **{ZIP: "number"})
    run = queries.inspection(DatasetVersion.objects.get(number=None))
    assert run is not None
    content = text(page, f"/runs/{run.pk}/")
    assert f'href="{address}"' in content and "a correction to decide on" in content
    assert "zip: number" in content  # its configuration
    assert page.post(f"/runs/{run.pk}/cancel/")["Location"] == address
    assert page.post(f"/runs/{run.pk}/retry/")["Location"] == address
    assert "every 500ms" in text(page, address)


def test_a_very_wide_table_has_controls_for_its_first_columns(page: Client, ada: User) -> None:
    names = [f"x{number}" for number in range(kind_controls.MOST + 5)]
    rows = "".join(",".join(str(row * place) for place in range(len(names))) + "\n" for row in range(12))
    wide = parcels(ada, ",".join(names) + "\n" + rows)
    content = text(page, f"/datasets/{wide.pk}/")
    assert content.count("data-kind ") <= kind_controls.MOST and "corrected by the API" in content


BILLS = "due,paid,late\n" + "".join(
    f"{1 + row % 12:02d}/{1 + row % 12:02d}/2024,{1 + row // 12:02d}/{1 + row % 12:02d}/2023,{'ny'[row % 2]}\n"
    for row in range(40)
)


def test_what_there_is_to_say_of_a_kind_is_said_beside_it(page: Client, ada: User, dataset: Dataset) -> None:
    bills = parcels(ada, BILLS)
    content = text(page, f"/datasets/{bills.pk}/")
    assert "Correct “paid”" in content  # no row decides which is the day
    assert selected(content, "kind.1.date.order") == "auto"
    kinds = {"version": "1", "kind.0": "date", "kind.1": "date", "kind.2": "boolean"}
    orders = {"kind.0.date.order": "auto", "kind.1.date.order": "month first"}
    address = inspected(page.post(address_of(bills), {**kinds, **orders})["Location"])
    assert DatasetVersion.objects.get(number=None).readings == {
        "paid": {"kind": "date", "order": "month first", "numbers": "auto"}
    }
    content = text(page, address)
    assert "date (month first)" in content and "no row decides" in content  # which is gone
    page.post(f"{address}keep/")
    content = text(page, f"/datasets/{bills.pk}/")
    assert re.search(r'value="month first" selected', content) and "paid as date (month first)" in content


def test_where_the_first_rows_are_alike_those_behind_them_are_shown_that_differ(ada: User, dataset: Dataset) -> None:
    same = "".join(f"01/01/20{10 + row},{row}.5\n" for row in range(12))
    bills = parcels(ada, "paid,sum\n" + same + "02/03/2024,7\n")
    proposal = corrections.propose(
        version=queries.newest(bills), readings={"paid": {"kind": "date", "order": "month first"}}
    )
    inspect(proposal)
    comparison = changes.between(queries.newest(bills), proposal)
    assert comparison is not None
    assert [value.row for value in comparison.columns[0].values] == [1, 2, 3, 4, 13]
