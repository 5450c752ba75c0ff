"""A run that could only fail is refused when it is asked for, with the field that is to blame."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from tests.webapp.inspected import parcels
from tests.webapp.pages import make_dataset, table
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.specs.train import TrainSpec
from webapp.accounts.models import User
from webapp.datasets import queries
from webapp.datasets import services as datasets
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.runs import fitting, forms
from webapp.runs.plan import plan

CLASSIFIED = {"name": "classification", "target": "species"}


def post(person: User, dataset: UUID, spec: dict[str, Any]) -> Any:
    body = json.dumps({"dataset": str(dataset), "spec": spec})
    return Client().post("/api/v1/runs", body, "application/json", headers=things.bearer(person))


def profiled(dataset: Dataset, **changes: Any) -> DatasetVersion:
    """The data set's version, inspected with another result."""
    version: DatasetVersion = dataset.versions.get()
    version.profile = {**version.profile, **changes}  # type: ignore[dict-item]
    version.save(update_fields=["profile"])
    return version


def refusal(version: DatasetVersion, spec: dict[str, Any]) -> tuple[str, str | None]:
    with pytest.raises(TrainerError) as caught:
        fitting.training_spec(spec, version)
    return caught.value.code, caught.value.field


@pytest.mark.parametrize(
    ("balance", "code"), [([["cat", 20], ["dog", 0]], "one_class"), ([["cat", 20], ["dog", 1]], "class_with_one_row")]
)
def test_pictures_without_two_classes_of_two_rows_are_refused(ada: User, balance: list[Any], code: str) -> None:
    assert refusal(profiled(make_dataset(ada, kind="image"), balance=balance), {}) == (code, "dataset")


def test_a_class_with_one_row_is_refused_in_whichever_column_is_the_target(ada: User) -> None:
    columns = table("petal")["columns"]
    columns[1]["levels"] = [["a", 99], ["b", 1]]
    version = profiled(make_dataset(ada), columns=columns, suggested_target="petal")
    assert refusal(version, {"task": CLASSIFIED}) == ("class_with_one_row", "task")
    assert fitting.training_spec({"task": {"name": "regression", "target": "petal"}}, version)


def test_numbers_that_are_classes_are_counted_too(ada: User) -> None:
    columns = table("petal")["columns"]
    columns[0] |= {"distinct": 2, "rarest": ["1", 1]}
    version = profiled(make_dataset(ada), columns=columns, suggested_target="species")
    spec = {"task": {"name": "classification", "target": "petal"}}
    assert refusal(version, spec) == ("class_with_one_row", "task")
    columns[0]["rarest"] = ["1", 2]
    assert fitting.training_spec(spec, profiled(version.dataset, columns=columns))


def test_the_suggested_target_is_counted_whole_where_its_column_shows_only_frequent_levels(ada: User) -> None:
    version = profiled(make_dataset(ada), balance=[["a", 60], ["b", 39], ["c", 1]], suggested_target="species")
    assert refusal(version, {"task": CLASSIFIED}) == ("class_with_one_row", "task")


def test_cleaning_lets_a_class_of_one_row_go_before_the_run_is_queued(ada: User) -> None:
    version = profiled(make_dataset(ada), balance=[["a", 60], ["b", 39], ["c", 1]], suggested_target="species")
    rare = {"name": "drop_rare_classes", "rows": 2}
    assert fitting.training_spec({"task": CLASSIFIED, "cleaning": [rare]}, version)
    assert refusal(version, {"task": CLASSIFIED, "cleaning": [{**rare, "rows": 50}]}) == ("one_class", "task")
    steps = [{"name": "drop_duplicates"}, {**rare, "rows": 61}]
    assert refusal(version, {"task": CLASSIFIED, "cleaning": steps}) == ("cleaning_left_nothing", "cleaning.1")


def test_joined_classes_are_counted_together(ada: User) -> None:
    version = profiled(make_dataset(ada), balance=[["a", 60], ["b", 39], ["B", 1]], suggested_target="species")
    assert refusal(version, {"task": CLASSIFIED}) == ("class_with_one_row", "task")
    assert fitting.training_spec({"task": CLASSIFIED, "cleaning": [{"name": "fold_labels"}]}, version)


def test_of_classes_that_are_not_all_counted_cleaning_leaves_the_verdict_to_the_training(ada: User) -> None:
    columns = table("petal")["columns"]
    columns[0] |= {"distinct": 2, "rarest": ["1", 1]}
    version = profiled(make_dataset(ada), columns=columns, suggested_target="species")
    spec = {"task": {"name": "classification", "target": "petal"}, "cleaning": [{"name": "drop_rare_classes"}]}
    assert fitting.training_spec(spec, version)


def test_the_summary_says_at_most_where_cleaning_leaves_rows_out(ada: User) -> None:
    version = make_dataset(ada).versions.get()
    summary = DataSummary.model_validate(version.profile["summary"])  # type: ignore[index]
    texts = []
    for steps in ([], [{"name": "fill_missing"}], [{"name": "drop_duplicates"}]):
        spec = fitting.training_spec({"task": CLASSIFIED, "cleaning": steps}, version)
        assert isinstance(spec, TrainSpec)
        texts.append(dict(plan(spec, summary, version.profile or {}).pairs))
    assert ["at most" in text["Training rows"] for text in texts] == [False, False, True]
    assert ["at most" in text["Steps"] for text in texts] == [False, False, True]


def test_a_target_of_which_no_class_was_counted_is_left_to_the_training(ada: User) -> None:
    version = make_dataset(ada).versions.get()
    assert fitting.training_spec({"task": {"name": "classification", "target": "petal"}}, version)


def test_nobody_is_told_to_wait_for_an_inspection_that_failed(ada: User) -> None:
    dataset = make_dataset(ada, kind="image")
    dataset.versions.update(state=DatasetVersion.State.FAILED)
    answer = post(ada, dataset.pk, {})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (409, "dataset")
    assert "wait" not in error["message"]
    assert "better files" in error["message"]


def test_a_run_on_data_that_is_missing_deleted_or_anothers_names_the_field_in_the_same_words(
    ada: User, bob: User
) -> None:
    deleted, foreign = make_dataset(ada), make_dataset(bob)
    datasets.delete(deleted)
    answers = [post(ada, identifier, {}) for identifier in (uuid4(), deleted.pk, foreign.pk)]
    assert [answer.status_code for answer in answers] == [404] * 3
    (said,) = {answer.content for answer in answers}
    (error,) = json.loads(said)["errors"]
    assert (error["field"], "address" in error["message"]) == ("dataset", False)


def test_what_is_counted_has_its_singular(ada: User) -> None:
    version = make_dataset(ada).versions.get()
    reading = forms.check({"task": CLASSIFIED, "batch_size": 1}, version)
    summary = DataSummary.model_validate((version.profile or {})["summary"])
    controls = [one for part in forms.sections(reading, summary, 1) for one in part.group.controls]
    (ranks,) = [one for one in controls if one.name == "ranks"]
    assert ranks.help.endswith("The largest worker here has 1 device.")
    assert isinstance(reading.spec, TrainSpec)
    assert dict(plan(reading.spec, summary, version.profile or {}).pairs)["Ranks"] == "1, with 1 row of each step"


@pytest.mark.parametrize(("parts", "rows"), [("train,val,test", "20 of 60"), ("train,test", "36 of 60")])
def test_the_summary_counts_the_training_rows_that_the_data_set_apart(
    ada: User, tmp_path: Path, settings: Settings, parts: str, rows: str
) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    names = parts.split(",")
    chosen = ["train"] * 40 + ["test"] * 20 if len(names) == 2 else names * 20
    content = "x,y,split\n" + "".join(f"{row * 1.5},{'ab'[row % 2]},{part}\n" for row, part in enumerate(chosen))
    version = queries.newest(parcels(ada, content))
    reading = forms.check({"task": {"name": "classification", "target": "y"}}, version)
    assert isinstance(reading.spec, TrainSpec)
    profile = version.profile or {}
    pairs = plan(reading.spec, DataSummary.model_validate(profile["summary"]), profile).pairs
    assert dict(pairs)["Training rows"] == f"{rows}, given by “split”"
