"""The list of runs, the form of a new one, and the page of one run."""

import json
import re
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.webapp.pages import compression_report, finished, make_dataset, make_run, reported
from trainer.attempt import events
from trainer.report import Report
from trainer.specs.train import TrainDraft
from trainer.tasks.classification import scores as classification
from trainer.tasks.regression import scores as regression
from webapp.accounts.models import User
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.charts import compression
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.metrics.codec import Points
from webapp.runs import fitting, logbook, queries, results, services, stream
from webapp.runs.exports import queue_exports
from webapp.runs.models import Kind, Run, State
from webapp.runs.timing import Timing
from webapp.workers.models import Device, Worker

ERROR = {"name": "mae", "label": "Mean absolute error", "unit": ""}
ACCURACY = {"name": "accuracy", "label": "Accuracy", "value": 0.98, "unit": "share"}

pytestmark = pytest.mark.django_db


def names(client: Client, address: str) -> list[str]:
    return re.findall(
        r"<strong>(.*?)</strong></a>", client.get(address, headers={"HX-Request": "true"}).content.decode()
    )


def filled_form(dataset: Dataset) -> dict[str, str]:
    """What the form of a new run sends when little is changed in it."""
    return {
        "dataset": str(dataset.pk),
        "run_name": "Mine",
        "task.name": "classification",
        "task.classification.target": "species",
        "optimizer.name": "sgd",
    }


def test_the_list_asks_the_database_as_often_for_many_runs_as_for_one(client: Client, ada: User) -> None:
    dataset = make_dataset(ada)
    client.force_login(ada)
    make_run(dataset)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/runs/")
        counts.append(len(asked))
        for number in range(40):
            make_run(dataset, name=f"Run {number}")
    assert counts[0] == counts[1]


@pytest.mark.parametrize("sort", queries.SORTS)
def test_pages_of_the_list_hold_each_run_once_in_every_order(
    client: Client, ada: User, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 3)
    dataset = make_dataset(ada)
    for number in range(8):
        finished(dataset, accuracy=round(number % 3 / 3, 2), name=f"Run {number % 4}-{number}")
    client.force_login(ada)
    address, seen = f"/runs/?sort={sort}", []
    while address:
        text = client.get(address, headers={"HX-Request": "true"}).content.decode()
        seen += re.findall(r"<strong>(.*?)</strong></a>", text)
        more = re.search(r'href="(\?[^"]*)" rel="next"', text)
        address = "/runs/" + more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == 8 and len(set(seen)) == 8
    if sort == "name":
        assert seen == sorted(seen)


def test_the_list_is_narrowed_by_state_name_and_ignores_what_it_does_not_know(client: Client, ada: User) -> None:
    dataset = make_dataset(ada)
    make_run(dataset, name="Apple", state=State.FAILED)
    make_run(dataset, name="Pear")
    client.force_login(ada)
    assert names(client, "/runs/?state=failed") == ["Apple"]
    assert names(client, "/runs/?q=pea") == ["Pear"]
    assert len(names(client, "/runs/?state=nonsense&dataset=x&after=x&sort=drop")) == 2


def test_the_form_offers_only_what_accepts_the_data(client: Client, ada: User) -> None:
    client.force_login(ada)
    table = client.get(f"/runs/new/?dataset={make_dataset(ada).pk}").content.decode()
    image = client.get(f"/runs/new/?dataset={make_dataset(ada, kind='image').pk}").content.decode()
    assert 'value="mlp"' in table and 'value="cnn"' not in table
    assert 'value="cnn"' in image and 'value="regression"' not in image
    assert 'value="regression"' in table and "petal (number)" in table


def test_the_form_begins_with_the_parts_that_the_data_bring_and_is_silent_where_they_bring_none(
    client: Client, ada: User
) -> None:
    client.force_login(ada)
    dataset = make_dataset(ada, kind="image")
    assert "split.column" not in client.get(f"/runs/new/?dataset={dataset.pk}").content.decode()
    version = dataset.versions.get()
    parts = {"name": "part", "kind": "category", "missing": 0, "distinct": 2, "levels": ["train", "test"]}
    assert version.profile is not None
    version.profile["summary"]["columns"].append(parts)
    version.save()
    page = client.get(f"/runs/new/?dataset={dataset.pk}").content.decode()
    choice = page[page.index('name="split.column"') :]
    assert '<option value="part" selected' in choice[: choice.index("</select>")]
    assert 'value="cnn"' in page
    assert fitting.training_spec({"split": {}}, version).split.column == "part"
    assert fitting.training_spec({"split": {"column": ""}}, version).split.column == ""


def test_bounds_of_the_specs_stand_in_the_form(client: Client, ada: User) -> None:
    client.force_login(ada)
    text = client.get(f"/runs/new/?dataset={make_dataset(ada).pk}").content.decode()
    batch = re.search(r'<input[^>]*name="batch_size"[^>]*>', text)
    assert batch and 'min="1"' in batch[0] and 'max="1000000"' in batch[0]


def test_a_form_that_is_right_queues_a_run_and_twice_the_same_makes_one(client: Client, ada: User) -> None:
    dataset = make_dataset(ada)
    client.force_login(ada)
    sent = {
        **filled_form(dataset),
        "key": "k1",
        "optimizer.sgd.learning_rate": "0.5",
        "epochs": "3",
        "exporters.item": ["7"],
        "exporters.7.name": "onnx",
    }
    first, second = client.post("/runs/new/", sent), client.post("/runs/new/", sent)
    run = Run.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/runs/{run.pk}/"
    assert run.spec["optimizer"]["learning_rate"] == 0.5
    assert run.spec["epochs"] == 3
    assert run.spec["model"]["name"] == "mlp"
    assert [one["name"] for one in run.spec["exporters"]] == ["onnx"]


def test_a_form_that_was_changed_after_back_makes_another_run(client: Client, ada: User) -> None:
    sent = {**filled_form(make_dataset(ada)), "key": "k1", "epochs": "3"}
    client.force_login(ada)
    first, second = client.post("/runs/new/", sent), client.post("/runs/new/", {**sent, "epochs": "20"})
    assert first.headers["Location"] != second.headers["Location"]
    assert sorted(run.spec["epochs"] for run in Run.objects.all()) == [3, 20]


def test_a_run_whose_error_is_no_number_has_its_pages_like_any_other(client: Client, ada: User) -> None:
    dataset = make_dataset(ada)
    predicted, actual = np.array([np.nan, 1.0, np.inf]), np.array([1.0, 2.0, 3.0])
    headline, scalars, blocks = regression.report(predicted, actual, 2.0)
    report = Report(headline=headline.name, scalars=(headline, *scalars), blocks=tuple(blocks))
    run = reported(make_run(dataset, name="Burst", state=State.SUCCEEDED), json.loads(report.model_dump_json()))
    client.force_login(ada)
    for address in ("/", "/runs/", "/runs/?sort=test/mae", f"/datasets/{dataset.pk}/"):
        assert client.get(address).status_code == 200
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "Burst" in page and "Mean absolute error NaN" in client.get("/runs/").content.decode()
    assert results.of(run).drawings[0].figure["data"][0]["y"] == [1.0]  # type: ignore[union-attr]


def test_a_model_no_better_than_guessing_is_said_to_be_so_on_its_page_in_lists_and_in_the_answers_of_the_api(
    client: Client, ada: User
) -> None:
    dataset = make_dataset(ada)
    predicted, actual = np.array([0, 1, 1, 0]), np.array([0, 0, 1, 0])
    headline, scalars, blocks = classification.report(predicted, actual, ("<cat>", "dog"), 0)
    report = Report(headline=headline.name, scalars=(headline, *scalars), blocks=tuple(blocks))
    run = reported(make_run(dataset, state=State.SUCCEEDED), json.loads(report.model_dump_json()))
    client.force_login(ada)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    first, rest = page.split("always answering “&lt;cat&gt;”, the commonest class, is right in 75.0 %")
    assert "Results" in first and "Test accuracy" not in first.rpartition("Results")[2]
    assert "Guessing the commonest class" in rest
    short = "Test accuracy 75.0\u202f%, no better than guessing"
    for address in ("/runs/", "/runs/?sort=test/accuracy", f"/datasets/{dataset.pk}/"):
        assert short in client.get(address).content.decode()
    answer = client.get(f"/api/v1/runs/{run.pk}").json()
    assert answer["headline"] == short
    assert any("“<cat>”" in block.get("message", "") for block in answer["report"]["blocks"])
    with transaction.atomic():
        stream.record(run.pk, entries=[("result", {"report": run.report})])
    assert ("warning", True) in [(line.level, "no better than guessing" in line.text) for line in logbook.lines(run)]


def test_a_compression_whose_metric_is_no_number_says_what_it_can(ada: User) -> None:
    stages = [
        {"name": name, "size": size, "metric": {**ERROR, "value": np.nan}}
        for name, size in (("original", 200), ("small", 100))
    ]
    report = json.loads(events.Result(report=compression_report(stages)).model_dump_json())["report"]
    run = make_run(make_dataset(ada), kind=Kind.COMPRESS, state=State.SUCCEEDED, report=report)
    shown = results.of(run)
    assert shown is not None and [value for _, value in shown.facts] == ["2.0× smaller"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("epochs", "0", "must be at least 1."),
        ("epochs", "many", "must be a whole number, not text."),
        ("optimizer.sgd.learning_rate", "-1", "must be greater than 0"),
        ("optimizer.sgd.learning_rate", "inf", "must be a finite number."),
        ("split.validation", "0.95", "must be less than 0.9"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_stays_typed(
    client: Client, ada: User, field: str, value: str, sentence: str
) -> None:
    client.force_login(ada)
    answer = client.post("/runs/new/", {**filled_form(make_dataset(ada)), field: value})
    text = answer.content.decode()
    assert answer.status_code == 422 and not Run.objects.exists()
    assert sentence in text
    control = re.search(rf'<input[^>]*name="{re.escape(field)}"[^>]*>', text)
    assert control and f'value="{value}"' in control[0] and 'aria-invalid="true"' in control[0]


def test_the_preview_says_that_a_rate_which_follows_the_loss_is_not_known_before(client: Client, ada: User) -> None:
    client.force_login(ada)
    sent = filled_form(make_dataset(ada))
    previews = [
        client.post("/runs/new/preview/", {**sent, "schedule.name": name}).content.decode()
        for name in ("plateau", "cosine")
    ]
    assert ["lowered further each time the validation loss" in preview for preview in previews] == [True, False]


def test_json_that_was_edited_and_not_put_into_the_form_is_neither_lost_nor_ignored(client: Client, ada: User) -> None:
    client.force_login(ada)
    sent = {**filled_form(make_dataset(ada)), "json": '{"epochs": 9', "json_edited": "1"}
    assert 'id="spec-json"' not in client.post("/runs/new/preview/", sent).content.decode()
    answer = client.post("/runs/new/", sent)
    text = answer.content.decode()
    assert answer.status_code == 422 and not Run.objects.exists()
    assert "The JSON was edited" in text and "{&quot;epochs&quot;: 9</textarea>" in text
    assert 'id="json-edited"' not in client.post("/runs/new/json/", sent).content.decode()
    whole = client.post("/runs/new/json/", {**sent, "json": '{"epochs": 9}'}).content.decode()
    assert 'id="json-edited" value="" hx-swap-oob="true"' in whole


def test_the_time_left_goes_by_the_pace_since_the_run_went_on(ada: User) -> None:
    run = make_run(make_dataset(ada))
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING, step=300, total_steps=500)
    with transaction.atomic():
        record_losses(run, range(1, 201), 0.0)
        stream.record(run.pk, entries=[("started", {"step": 200})])  # it was paused overnight
        record_losses(run, range(201, 301), 12 * 3600.0)
    run.refresh_from_db()
    assert Timing.of(run).left == pytest.approx(20)


def record_losses(run: Run, steps: range, began: float) -> None:
    """One every tenth of a second."""
    times = np.linspace(began, began + 0.1 * (len(steps) - 1), len(steps))
    stream.record(run.pk, batch={"train/loss": Points(np.array(steps), np.ones(len(steps)), times)})


def add_version(dataset: Dataset, number: int, state: DatasetVersion.State) -> DatasetVersion:
    first = dataset.versions.get(number=1)
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=number,
        state=state,
        content_hash="x",
        size=1,
        prepared=first.prepared,
        profile=first.profile,
    )


def test_a_new_version_that_cannot_be_used_keeps_nobody_from_training(client: Client, ada: User) -> None:
    dataset = make_dataset(ada)
    add_version(dataset, 2, DatasetVersion.State.FAILED)
    client.force_login(ada)
    assert "Flowers" in client.get("/runs/new/").content.decode()
    client.post("/runs/new/", filled_form(dataset))
    assert Run.objects.get().dataset_version == dataset.versions.get(number=1)


def test_the_version_whose_page_it_was_is_trained_on(client: Client, ada: User) -> None:
    dataset = make_dataset(ada)
    first = dataset.versions.get()
    add_version(dataset, 2, DatasetVersion.State.READY)
    client.force_login(ada)
    assert f"/runs/new/?version={first.pk}" in client.get(f"/datasets/{dataset.pk}/?version=1").content.decode()
    form = client.get(f"/runs/new/?version={first.pk}").content.decode()
    assert "Data: Flowers, version 1" in form and f'name="version" value="{first.pk}"' in form
    sent = {name: value for name, value in filled_form(dataset).items() if name != "dataset"}
    page = client.post("/runs/new/", {**sent, "version": str(first.pk)}, follow=True).content.decode()
    assert Run.objects.get().dataset_version == first and "version 1" in page


def test_a_clone_of_a_run_whose_data_set_was_deleted_says_so_and_keeps_what_was_typed(
    client: Client, ada: User
) -> None:
    dataset = make_dataset(ada)
    run = make_run(dataset)
    Dataset.objects.update(deleted=Now())
    client.force_login(ada)
    assert "“Flowers” was deleted" in client.get(f"/runs/{run.pk}/clone/", follow=True).content.decode()
    sent = {**filled_form(dataset), "version": str(dataset.versions.get().pk), "run_name": "Kept"}
    answer = client.post("/runs/new/", sent)
    assert answer.status_code == 422 and 'value="Kept"' in answer.content.decode()
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "Flowers (deleted)" in page and f"/datasets/{dataset.pk}/" not in page


def test_json_fills_the_form_and_an_unknown_field_is_named(client: Client, ada: User) -> None:
    client.force_login(ada)
    sent = {
        "dataset": str(make_dataset(ada, kind="image").pk),
        "run_name": "x",
        "json": json.dumps({"epochs": 9, "colour": "red"}),
    }
    text = client.post("/runs/new/json/", sent).content.decode()
    assert 'name="epochs" value="9"' in text
    assert "colour" in text and "There is no field of this name" in text


@pytest.mark.parametrize("said", ["{", "[]", "[" * 100_000, '{"epochs": NaN}', "7"])
def test_json_that_is_no_spec_is_answered_with_a_sentence(client: Client, ada: User, said: str) -> None:
    client.force_login(ada)
    answer = client.post("/runs/new/json/", {"dataset": str(make_dataset(ada).pk), "json": said})
    assert answer.status_code == 200
    assert "The run cannot start like this." in answer.content.decode()


def test_a_clone_is_a_form_with_the_same_spec(client: Client, ada: User) -> None:
    run = make_run(make_dataset(ada))
    client.force_login(ada)
    text = client.get(f"/runs/{run.pk}/clone/", follow=True).content.decode()
    assert "A copy of “First”" in text and 'value="First again"' in text


def test_class_names_in_a_plot_are_no_markup(client: Client, ada: User) -> None:
    run = finished(make_dataset(ada), accuracy=0.9)
    client.force_login(ada)
    text = client.get(f"/runs/{run.pk}/").content.decode()
    assert "90.0" in text
    assert "<b>cat</b>" not in text and "\\u0026lt;b\\u0026gt;cat" in text


def test_a_failed_run_says_why_in_words(client: Client, ada: User) -> None:
    run = make_run(
        make_dataset(ada),
        state=State.FAILED,
        reason_code="killed",
        reason="Stopped by %(signal)s at step %(step)s.",
        reason_params={"signal": "SIGKILL", "step": 7},
    )
    client.force_login(ada)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "Stopped by SIGKILL at step 7." in page
    assert f'class="button primary" href="/runs/{run.pk}/clone/"' in page, "what must be changed is changed there"


def test_an_action_that_does_not_fit_the_state_is_refused_in_words(client: Client, ada: User) -> None:
    run = finished(make_dataset(ada), accuracy=0.9)
    client.force_login(ada)
    text = client.post(f"/runs/{run.pk}/pause/", headers={"HX-Request": "true"}).content.decode()
    assert "This run has already ended." in text


def test_a_run_is_deleted_only_with_its_name_typed(client: Client, ada: User) -> None:
    run = finished(make_dataset(ada), accuracy=0.9)
    client.force_login(ada)
    client.post(f"/runs/{run.pk}/delete/", {"typed": "Don"})
    assert Run.objects.exists()
    client.post(f"/runs/{run.pk}/delete/", {"typed": "Done"})
    assert not Run.objects.exists()


def test_the_form_begins_with_two_ranks_where_they_fit(client: Client, ada: User) -> None:
    client.force_login(ada)
    address = f"/runs/new/?dataset={make_dataset(ada).pk}"
    assert re.search(r'name="ranks" value="2"', client.get(address).content.decode())
    worker = Worker.objects.create(name="small", host="small", started=timezone.now(), seen=timezone.now())
    Device.objects.create(worker=worker, name="cpu:0", label="one core")
    assert re.search(r'name="ranks" value="1"', client.get(address).content.decode())


def test_data_that_nothing_can_be_learnt_from_offers_no_run_and_says_so(client: Client, ada: User) -> None:
    dataset = make_dataset(ada)
    version = dataset.versions.get()
    assert version.profile
    columns = [{"name": "words", "kind": "text", "missing": 0, "distinct": 90}]
    version.profile = {
        **version.profile,
        "summary": {**version.profile["summary"], "columns": columns},
        "columns": columns,
        "rows": [],
    }
    version.save()
    client.force_login(ada)
    text = client.get(f"/datasets/{dataset.pk}/").content.decode()
    assert "New run" not in text.split("<main")[1].split("dialog")[0]
    assert "Nothing can be trained on this data" in text


def test_the_table_of_stages_compares_like_with_like(client: Client, ada: User) -> None:
    def stage(name: str, **more: object) -> dict[str, Any]:
        return {"name": name, "status": "done", "metric": ACCURACY, "parameters": 10, **more}

    stages: list[dict[str, Any]] = [
        stage("original", size=4000, runtime="PyTorch", latency_ms={"1": 0.8, "32": 4.0}),
        stage(
            "quantize_int8",
            size=1000,
            runtime="ONNX Runtime",
            latency_ms={"1": 0.1, "32": 1.0},
            float_latency_ms={"1": 0.2, "32": 2.0},
        ),
    ]
    run = make_run(make_dataset(ada), kind="compress", state=State.SUCCEEDED, report=compression_report(stages))
    client.force_login(ada)
    text = client.get(f"/runs/{run.pk}/").content.decode()
    assert "8.0× as fast" in text and "2.0× as fast" in text
    assert "The same, not quantized" in text and "ONNX Runtime" in text and "0.2 ms" in text


def test_what_quantizing_made_slower_is_called_slower(client: Client, ada: User) -> None:
    original = {"name": "original", "status": "done", "metric": ACCURACY, "size": 4000, "parameters": 10}
    quantized = {**original, "name": "quantize_int8", "size": 1000, "float_latency_ms": {"1": 0.2}}
    stages = [{**original, "latency_ms": {"1": 0.8}}, {**quantized, "latency_ms": {"1": 0.25}}]
    run = make_run(make_dataset(ada), kind="compress", state=State.SUCCEEDED, report=compression_report(stages))
    client.force_login(ada)
    text = client.get(f"/runs/{run.pk}/").content.decode()
    assert "3.2× as fast" in text
    assert "slower: 1.2× the time" in text and "0.8× as fast" not in text


@pytest.mark.parametrize("values", [(1.0, 1.0), (0.0, 0.0), (0.0, 1.0), (0.97, 0.5)])
def test_the_axis_of_a_part_goes_from_0_to_1_at_most_and_labels_keep_off_its_ends(values: tuple[float, float]) -> None:
    stages = [{"size": size, "metric": {"value": value}} for size, value in zip((9000, 700), values, strict=True)]
    chart = compression.draw(stages, ["A large one", "A small one"], "Accuracy", is_part=True)
    low, high = chart["layout"]["yaxis"]["range"]
    assert 0 <= low <= min(values) and max(values) <= high <= 1 and low < high
    assert chart["data"][0]["textposition"] == ["top left", "bottom right" if values[1] else "top right"]


def test_a_refused_stage_says_why_in_the_table(client: Client, ada: User) -> None:
    refused = {
        "name": "quantize_int8",
        "status": "refused",
        "message": "Refused: it fell to %(after)s.",
        "params": {"after": "0.7"},
    }
    original = {"name": "original", "status": "done", "metric": ACCURACY, "size": 1, "parameters": 1}
    stages: list[dict[str, Any]] = [original, refused]
    run = make_run(make_dataset(ada), kind="compress", state=State.SUCCEEDED, report=compression_report(stages))
    client.force_login(ada)
    assert "Refused: it fell to 0.7." in client.get(f"/runs/{run.pk}/").content.decode()


def test_what_follows_from_a_run_with_the_longest_name_finds_room_for_its_own(ada: User) -> None:
    run = make_run(make_dataset(ada), name="n" * 200)
    child = make_run(make_dataset(ada, name="Other"), name=f"Exports of {run.name}")
    assert len(child.name) == 200 and child.name.endswith("…")


def test_who_has_seen_the_downloads_gets_them_again_only_when_they_changed(client: Client, ada: User) -> None:
    client.force_login(ada)
    run = finished(dataset := make_dataset(ada), 0.9)
    Run.objects.filter(pk=run.pk).update(ended=timezone.now())
    child = make_run(dataset, name="Exports", kind=Kind.EXPORT, parent=run, state=State.RUNNING)
    address = f"/runs/{run.pk}/outcome/"
    seen = re.search(r"outcome/\?seen=(\w+)", client.get(address).content.decode())
    assert seen
    assert client.get(address, {"seen": seen[1]}).status_code == 204
    Run.objects.filter(pk=child.pk).update(state=State.FAILED)
    assert client.get(address, {"seen": seen[1]}).status_code == 200


def test_downloads_that_are_made_again_are_looked_for_on_the_run_of_the_model(client: Client, ada: User) -> None:
    client.force_login(ada)
    run = finished(dataset := make_dataset(ada), 0.9)
    spec = {"kind": "export", "exporters": [{"name": "onnx"}]}
    child = make_run(dataset, name="Exports", kind=Kind.EXPORT, parent=run, state=State.FAILED, spec=spec)
    assert client.post(f"/runs/{child.pk}/retry/").headers["Location"] == f"/runs/{run.pk}/"


def test_a_run_is_deleted_by_its_name_as_a_page_shows_it(client: Client, ada: User) -> None:
    client.force_login(ada)
    run = make_run(make_dataset(ada), name="my  data", state=State.CANCELLED)
    client.post(f"/runs/{run.pk}/delete/", {"typed": "my data"})
    assert not Run.objects.filter(pk=run.pk).exists()


def test_a_fault_in_the_advanced_part_of_a_component_is_in_sight(client: Client, ada: User) -> None:
    client.force_login(ada)
    form = {**filled_form(make_dataset(ada)), "optimizer.name": "adamw", "optimizer.adamw.beta1": "2"}
    page = client.post("/runs/new/", form).content.decode()
    assert re.search(r"<details open><summary>Advanced</summary>", page)


def test_data_that_nothing_can_be_trained_on_is_not_offered_for_a_run(client: Client, ada: User) -> None:
    client.force_login(ada)
    make_dataset(ada, name="Flowers")
    texts = make_dataset(ada, name="Reviews").versions.get()
    assert texts.profile is not None
    texts.profile["summary"]["columns"] = [{"name": "words", "kind": "text"}, {"name": "more", "kind": "text"}]
    texts.save()
    page = client.get("/runs/new/").content.decode()
    assert "Flowers" in page and "Reviews" not in page


def test_a_page_and_its_part_are_never_taken_for_one_another(client: Client, ada: User) -> None:
    client.force_login(ada)
    answer = client.get("/runs/")
    assert "HX-Request" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_an_inspection_that_a_full_disk_paused_can_be_resumed(client: Client, ada: User) -> None:
    client.force_login(ada)
    run = make_run(make_dataset(ada), kind=Kind.INSPECT, state=State.PAUSED)
    assert f"/runs/{run.pk}/resume/" in client.get(f"/runs/{run.pk}/").content.decode()
    client.post(f"/runs/{run.pk}/resume/")
    assert Run.objects.get(pk=run.pk).state == State.QUEUED


def test_a_paused_run_without_a_checkpoint_has_nothing_that_stopping_could_keep(client: Client, ada: User) -> None:
    client.force_login(ada)
    run = make_run(make_dataset(ada), state=State.PAUSED, step=5)
    page = client.post(f"/runs/{run.pk}/stop/", follow=True).content.decode()
    assert "Nothing has been trained yet that could be kept" in page
    assert f"/runs/{run.pk}/stop/" not in page
    assert Run.objects.get(pk=run.pk).state == State.PAUSED


@pytest.mark.parametrize(
    ("size", "words"),
    [(4600, "1.8× larger"), (1000, "2.5× smaller"), (2501, "as large as before"), (None, "nothing was kept")],
)
def test_what_became_of_the_size_is_said_alike_everywhere(
    client: Client, ada: User, size: int | None, words: str
) -> None:
    refusal = {
        "name": "quantize_int8",
        "status": "refused",
        "message": "Refused: it fell to %(after)s.",
        "params": {"after": "0.5"},
    }
    last = {"name": "prune_channels", "metric": ACCURACY, "size": size} if size else refusal
    stages = [{"name": "original", "metric": ACCURACY, "size": 2500}, last]
    run = make_run(make_dataset(ada), kind="compress", state=State.SUCCEEDED, report=compression_report(stages))
    client.force_login(ada)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert words in client.get("/runs/").content.decode()
    assert words in client.get("/").content.decode()
    assert words == client.get(f"/api/v1/runs/{run.pk}").json()["headline"]
    assert (words in page) == (size is not None)
    if size is None:
        assert "Nothing was kept: no stage yielded a model" in page
        assert "Refused: it fell to 0.5." in page
        assert "1.0×" not in page


def test_a_run_that_was_asked_for_no_exports_says_so_and_one_that_left_it_out_makes_all(
    client: Client, ada: User
) -> None:
    dataset = make_dataset(ada)
    client.force_login(ada)
    task = {"name": "classification", "target": "species"}
    none, every = TrainDraft.model_validate({"task": task, "exporters": []}), TrainDraft.model_validate({"task": task})
    for number, (spec, formats) in enumerate([(none, []), (every, ["safetensors", "torchscript", "onnx"])]):
        run = services.queue_run(owner=ada, name="x", spec=spec, inputs={}, dataset_version=dataset.versions.get())
        content = Artifact.objects.create(sha256=f"{number:064x}", size=1)
        Edge.objects.create(run=run, artifact=content, direction=Edge.Direction.INPUT, role="prepared", name="prepared")
        ModelVersion.objects.create(run=run, artifact=content, name="original", form=ModelVersion.Form.TORCH)
        Run.objects.filter(pk=run.pk).update(state=State.SUCCEEDED)
        children = queue_exports(run)
        assert [one["name"] for child in children for one in child.spec["exporters"]] == formats
        page = client.get(f"/runs/{run.pk}/").content.decode()
        assert ("training was asked to make no exports" in page) == (not formats)


def test_a_form_in_which_no_export_is_ticked_asks_for_none(client: Client, ada: User) -> None:
    client.force_login(ada)
    client.post("/runs/new/", {**filled_form(make_dataset(ada)), "key": "k2"})
    assert Run.objects.get().spec["exporters"] == []
