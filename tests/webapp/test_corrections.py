"""The kinds of columns are corrected by a proposal of the same upload, which is kept or discarded."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now
from pydantic import ValidationError
from pytest_django import Settings

from tests.webapp.inspected import PARCELS, inspect, parcels, uploaded
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Artifact
from webapp.datasets import changes, corrections, queries, services
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.services import DatasetError
from webapp.runs import services as runs
from webapp.runs.models import Run

NUMBER, CATEGORY = {"kind": "number", "decimal": "auto"}, {"kind": "category"}


@pytest.fixture
def dataset(ada: User, tmp_path: Path, settings: Settings) -> Dataset:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    return parcels(ada)


def first(dataset: Dataset) -> DatasetVersion:
    return dataset.versions.get(number=1)


def proposal_of(dataset: Dataset, **readings: dict[str, str] | None) -> DatasetVersion:
    proposal = corrections.propose(version=first(dataset), readings=readings)
    inspect(proposal)
    return proposal


def numbers(dataset: Dataset) -> list[int | None]:
    return [version.number for version in queries.datasets(dataset.owner).get(pk=dataset.pk).versions.all()]


def test_a_proposal_reads_the_same_upload_with_the_kinds_that_were_chosen(dataset: Dataset) -> None:
    proposal = proposal_of(dataset, zip=NUMBER)
    assert proposal.profile is not None
    kinds = {column["name"]: column["kind"] for column in proposal.profile["columns"]}
    assert kinds == {"zip": "number", "area": "number", "species": "category"}
    assert (proposal.content_hash, proposal.size) == (first(dataset).content_hash, first(dataset).size)


def test_a_proposal_is_no_version_that_anything_else_takes(dataset: Dataset) -> None:
    proposal = proposal_of(dataset, zip=NUMBER)
    again = queries.datasets(dataset.owner).get(pk=dataset.pk)
    assert numbers(dataset) == [1]
    assert queries.newest_ready(again) == first(dataset)
    assert proposal not in queries.versions(dataset.owner)
    assert list(queries.undecided(dataset)) == [proposal]


def test_kept_it_is_the_next_version_and_the_old_one_stays(dataset: Dataset) -> None:
    before = first(dataset).profile
    version = corrections.keep(proposal_of(dataset, zip=NUMBER))
    assert version.number == 2
    assert numbers(dataset) == [2, 1]
    assert first(dataset).profile == before
    assert not queries.undecided(dataset).exists()


def test_discarded_it_leaves_nothing_behind(dataset: Dataset, django_capture_on_commit_callbacks: object) -> None:
    runs_before, files_before = set(Run.objects.values_list("pk", flat=True)), set(Artifact.objects.values_list("pk"))
    proposal = proposal_of(dataset, zip=NUMBER)
    assert proposal.prepared_id is not None
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert corrections.discard(proposal)
    assert set(Run.objects.values_list("pk", flat=True)) == runs_before
    assert set(Artifact.objects.values_list("pk")) == files_before
    assert numbers(dataset) == [1]
    assert not corrections.discard(proposal)
    assert proposal_of(dataset, zip=NUMBER).profile  # the upload is still there


def test_one_that_is_still_being_read_is_discarded_too(dataset: Dataset) -> None:
    proposal = corrections.propose(version=first(dataset), readings={"zip": NUMBER})
    assert corrections.discard(proposal)
    assert not Run.objects.filter(dataset_version=proposal.pk).exists()


def test_the_same_proposal_again_is_the_one_that_is_there(dataset: Dataset) -> None:
    proposal = corrections.propose(version=first(dataset), readings={"zip": NUMBER})
    assert corrections.propose(version=first(dataset), readings={"zip": NUMBER}) == proposal
    assert corrections.propose(version=first(dataset), readings={"zip": NUMBER, "area": CATEGORY}) != proposal


def test_one_that_failed_is_tried_again(dataset: Dataset) -> None:
    proposal = proposal_of(dataset, species=NUMBER)
    proposal.refresh_from_db()
    assert proposal.state == DatasetVersion.State.FAILED
    assert corrections.propose(version=first(dataset), readings={"species": NUMBER}) != proposal
    with pytest.raises(DatasetError, match="cannot be kept"):
        corrections.keep(proposal)


def test_a_correction_of_a_correction_keeps_what_was_said_before_and_takes_it_back(dataset: Dataset) -> None:
    second = corrections.keep(proposal_of(dataset, zip=NUMBER))
    third = corrections.propose(version=second, readings={"area": CATEGORY})
    assert third.readings == {"zip": NUMBER, "area": CATEGORY}
    inspect(third)
    fourth = corrections.propose(version=corrections.keep(third), readings={"zip": None})
    assert fourth.readings == {"area": CATEGORY}


def test_what_changes_nothing_or_names_no_column_is_refused(dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="Nothing changes"):
        corrections.propose(version=first(dataset), readings={"zip": None})
    with pytest.raises(DatasetError, match="no column") as refusal:
        corrections.propose(version=first(dataset), readings={"postcode": NUMBER})
    assert refusal.value.field == "columns.postcode"
    with pytest.raises(ValidationError):
        corrections.propose(version=first(dataset), readings={"zip": {"kind": "colour"}})


def test_the_preview_tells_values_that_become_gaps_and_how_the_first_rows_are_read(dataset: Dataset) -> None:
    second = corrections.keep(proposal_of(dataset, area=CATEGORY, zip=NUMBER))
    comparison = changes.between(first(dataset), second)
    assert comparison is not None
    area, zips = sorted(comparison.columns, key=lambda column: column.name)
    assert (area.before.kind, area.after.kind, area.filled_gaps, area.new_gaps) == ("number", "category", 2, 0)
    assert [(value.written, value.before, value.after) for value in zips.values[:2]] == [
        ("00501", "00501", "501"),
        ("00502", "00502", "502"),
    ]
    assert {finding.code for finding in comparison.gone} >= {"codes", "text_in_numbers"}

    back = corrections.propose(version=second, readings={"area": NUMBER})
    inspect(back)
    (column,) = [one for one in (changes.between(second, back) or comparison).columns if one.name == "area"]
    assert (column.new_gaps, [(cell.line, cell.value) for cell in column.unread]) == (
        2,
        [(4, "about 12"), (42, "about 12")],
    )
    assert (column.values[2].written, column.values[2].before, column.values[2].after) == ("about 12", "about 12", "")


def test_a_newer_upload_and_a_correction_get_numbers_in_the_order_in_which_they_count(dataset: Dataset) -> None:
    proposal = proposal_of(dataset, zip=NUMBER)
    assert services.add_version(dataset=dataset, uploads=[uploaded(dataset.owner, PARCELS[:-1]).pk]).number == 2
    assert corrections.keep(proposal).number == 3


def test_a_version_whose_upload_is_gone_says_so(dataset: Dataset) -> None:
    assert corrections.obstacle(first(dataset)) == ""
    inspection = queries.inspection(first(dataset))
    assert inspection is not None
    upload = store.local_path(inspection.edges.get(role="upload:0").artifact_id)
    aside = upload.rename(upload.with_suffix(".aside"))
    assert "are gone" in corrections.obstacle(first(dataset))
    aside.rename(upload)
    runs.delete(inspection)
    with pytest.raises(DatasetError, match="Upload them again"):
        corrections.propose(version=first(dataset), readings={"zip": NUMBER})


def test_nobody_corrects_what_is_deleted(dataset: Dataset) -> None:
    proposal = proposal_of(dataset, zip=NUMBER)
    services.delete(dataset)
    with pytest.raises(DatasetError, match="was deleted"):
        corrections.propose(version=first(dataset), readings={"area": CATEGORY})
    with pytest.raises(DatasetError, match="was deleted"):
        corrections.keep(proposal)


def test_proposals_that_nobody_decides_on_go_after_a_week(dataset: Dataset) -> None:
    old, new = proposal_of(dataset, zip=NUMBER), proposal_of(dataset, area=CATEGORY)
    DatasetVersion.objects.filter(pk=old.pk).update(created=Now() - timedelta(days=9))
    assert corrections.expire() == 1
    assert list(queries.proposals(dataset)) == [new]


@pytest.mark.django_db(transaction=True)
def test_of_those_who_keep_and_discard_at_once_one_comes_first(ada: User, tmp_path: Path, settings: Settings) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    dataset = parcels(ada)
    for _attempt in range(5):
        proposal = proposal_of(dataset, zip=NUMBER)
        count = len(numbers(dataset))
        with ThreadPoolExecutor(4) as threads:
            acts = [corrections.keep, corrections.discard, corrections.keep, corrections.discard]
            ended = [threads.submit(_outcome, act, proposal) for act in acts]
            outcomes = [one.result() for one in ended]
        is_numbered = DatasetVersion.objects.filter(pk=proposal.pk, number__isnull=False).exists()
        assert len(numbers(dataset)) == count + is_numbered
        assert DatasetVersion.objects.filter(pk=proposal.pk).exists() == is_numbered
        assert (True in outcomes) == (not is_numbered)


def _outcome(act: object, proposal: DatasetVersion) -> object:
    try:
        return act(proposal)  # type: ignore[operator]
    except DatasetError:
        return None
    finally:
        connection.close()
