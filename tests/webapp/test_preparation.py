"""The preview of cleaning and augmentation beside the form."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from tests.webapp import assets
from tests.webapp.pages import make_dataset
from trainer.asset import role
from trainer.catalog import listing
from trainer.data.summary import DataSummary
from trainer.previewing.report import (
    Cell,
    ColumnChange,
    CutText,
    Lengths,
    Piece,
    Preview,
    Row,
    Statistics,
    Step,
    StepEffect,
    Tokenization,
)
from trainer.specs.train import TrainDraft
from webapp.accounts.models import User
from webapp.artifacts.models import Edge
from webapp.datasets import services as datasets
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.runs import fitting, previews, states
from webapp.runs.controls import draw, offer
from webapp.runs.controls.control import ComponentList
from webapp.runs.models import Kind, Run, State

SPECIES = {"name": "classification", "target": "species"}
FOUND = Preview(
    rows_before=100,
    rows_after=88,
    parts=(70, 9, 9),
    without_target=0,
    classes=(("a", 50), ("b", 38)),
    steps=(
        Step(
            place=0,
            name="drop_duplicates",
            rows_before=100,
            rows_after=88,
            effects=(StepEffect(message="%(count)s duplicate rows were left out.", params={"count": 12}, count=12),),
            left_out=(Row(number=17, cells=(("petal", 1.5), ("species", "<b>"))),),
            joined=(),
        ),
    ),
    changes=(
        ColumnChange(
            column="petal",
            count=1,
            before=Statistics(missing=1, least=0.0, middle=1.0, most=2.0),
            after=Statistics(missing=0, least=0.0, middle=1.0, most=2.0),
            cells=(Cell(row=23, before=None, after=1.25),),
        ),
    ),
    sheet=None,
    seconds=0.1,
)


@pytest.fixture
def flowers(ada: User) -> Dataset:
    return make_dataset(ada)


def version(flowers: Dataset) -> DatasetVersion:
    newest: DatasetVersion = flowers.versions.get()
    return newest


def spec(flowers: Dataset, *cleaning: str, **fields: Any) -> TrainDraft:
    steps = [{"name": name} for name in cleaning]
    return fitting.training_spec({"task": SPECIES, "cleaning": steps, **fields}, version(flowers))


def start(ada: User, flowers: Dataset, *cleaning: str, **fields: Any) -> Run:
    return previews.start(owner=ada, version=version(flowers), spec=spec(flowers, *cleaning, **fields))


def form_of(flowers: Dataset) -> dict[str, str]:
    task = {"task.name": "classification", "task.classification.target": "species"}
    return {"version": str(version(flowers).pk), **task}


def end(run: Run, state: State = State.SUCCEEDED, **values: Any) -> None:
    Run.objects.filter(pk=run.pk).update(state=state, **values)


def test_a_preview_is_a_run_of_the_same_rows_that_needs_no_device(ada: User, flowers: Dataset) -> None:
    run = start(ada, flowers, "drop_duplicates", seed=7)
    assert (run.kind, run.devices_needed) == (Kind.PREVIEW, 0)
    assert (run.spec["seed"], run.spec["cleaning"][0]["name"]) == (7, "drop_duplicates")


def test_the_same_preview_is_not_made_twice(ada: User, flowers: Dataset) -> None:
    run = start(ada, flowers, "drop_duplicates")
    assert start(ada, flowers, "drop_duplicates").pk == run.pk
    end(run, report=FOUND.model_dump(mode="json"))
    assert start(ada, flowers, "drop_duplicates", epochs=99).pk == run.pk
    assert start(ada, flowers, "fill_missing").pk != run.pk


def test_a_newer_preview_takes_the_place_of_the_one_before(ada: User, flowers: Dataset) -> None:
    first = start(ada, flowers, "drop_duplicates")
    second = start(ada, flowers, "fill_missing")
    first.refresh_from_db()
    assert first.state == State.CANCELLED
    end(second)
    third = start(ada, flowers, "drop_missing")
    assert list(Run.objects.filter(kind=Kind.PREVIEW)) == [third]


def test_one_that_failed_is_tried_again(ada: User, flowers: Dataset) -> None:
    run = start(ada, flowers)
    end(run, State.FAILED)
    assert start(ada, flowers).pk != run.pk


def test_the_form_is_answered_with_a_fragment_that_asks_again_until_there_is_a_result(
    ada: User, flowers: Dataset, client: Client
) -> None:
    client.force_login(ada)
    page = client.post("/runs/preparation/", form_of(flowers)).content.decode()
    run = Run.objects.get(kind=Kind.PREVIEW)
    assert f'hx-get="/runs/preparation/{run.pk}/"' in page
    assert "Looking at the data" in page
    assert client.get(f"/runs/preparation/{run.pk}/").content.decode().strip() == page.strip()
    end(run, report=FOUND.model_dump(mode="json"))
    page = client.get(f"/runs/preparation/{run.pk}/").content.decode()
    assert "hx-get" not in page
    assert "Of 100 rows 88 are used: 70 train, 9 choose the best epoch, 9 test." in page
    assert "12 duplicate rows were left out." in page
    assert "&lt;b&gt;" in page
    assert "1.25" in page


def test_what_is_wrong_in_the_form_is_said_and_nothing_is_begun(ada: User, flowers: Dataset, client: Client) -> None:
    client.force_login(ada)
    form = {"version": str(version(flowers).pk), "epochs": "0", "task.name": "classification"}
    assert 'class="error"' in client.post("/runs/preparation/", form).content.decode()
    assert not Run.objects.filter(kind=Kind.PREVIEW).exists()


def test_what_is_wrong_has_the_name_of_its_field_which_leads_there(ada: User, flowers: Dataset, client: Client) -> None:
    client.force_login(ada)
    form = {**form_of(flowers), "cleaning.item": "7", "cleaning.7.name": "clip_outliers"}
    page = client.post("/runs/preparation/", {**form, "seed": "-1", "cleaning.7.low": "9"})
    shown = strip_tags(page.content.decode())
    assert "Seed: " in shown
    assert "Clip outliers: Lower quantile: " in shown
    assert 'href="#field-cleaning-7-low" data-to-fault' in page.content.decode()
    assert not Run.objects.filter(kind=Kind.PREVIEW).exists()


def test_what_is_wrong_elsewhere_in_the_form_keeps_nobody_from_a_preview(
    ada: User, flowers: Dataset, client: Client
) -> None:
    client.force_login(ada)
    client.post("/runs/preparation/", {**form_of(flowers), "epochs": "0", "optimizer.name": "nothing"})
    assert Run.objects.filter(kind=Kind.PREVIEW).count() == 1


def test_a_preview_that_failed_says_why(ada: User, flowers: Dataset, client: Client) -> None:
    client.force_login(ada)
    run = start(ada, flowers)
    states.begin_attempt(run.pk, 0)
    reason = states.Reason("cleaning_left_nothing", "“%(step)s” leaves no row to learn from.", {"step": "This"})
    states.move(run.pk, State.FAILED, reason=reason)
    assert "“This” leaves no row to learn from." in client.get(f"/runs/preparation/{run.pk}/").content.decode()


def test_nobody_sees_the_preview_of_others(ada: User, bob: User, flowers: Dataset, client: Client) -> None:
    run = start(ada, flowers)
    client.force_login(bob)
    assert client.get(f"/runs/preparation/{run.pk}/").status_code == 404
    assert client.get(f"/runs/preparation/{run.pk}/pictures.png").status_code == 404
    assert client.post("/runs/preparation/", {"version": str(version(flowers).pk)}).status_code == 404


def test_a_preview_stands_in_no_list_and_keeps_no_data_from_going(ada: User, flowers: Dataset, client: Client) -> None:
    client.force_login(ada)
    run = start(ada, flowers)
    assert run.name not in client.get("/runs/").content.decode()
    assert run.name not in client.get("/").content.decode()
    datasets.delete(flowers)
    flowers.refresh_from_db()
    assert flowers.deleted is not None


CUT = Tokenization(
    column="note",
    tokenizer="words",
    vocabulary=1234,
    limit=8000,
    fitted_on=500,
    rows=9000,
    longest=4,
    known=0.984,
    cut=0.05,
    lengths=Lengths(least=1, lower_quartile=2, middle=3, upper_quartile=4, most=77),
    texts=(
        CutText(
            row=17,
            tokens=3,
            pieces=(
                Piece(text="<b>", kind="known"),
                Piece(text=" ", kind="between"),
                Piece(text="q\u200b", kind="unknown"),
                Piece(text=" rest", kind="cut"),
            ),
        ),
    ),
    seconds=0.1,
)


def test_texts_are_shown_in_their_tokens(ada: User, flowers: Dataset, client: Client) -> None:
    client.force_login(ada)
    run = start(ada, flowers)
    preview = FOUND.model_copy(update={"tokenizations": (CUT,)})
    end(run, report=preview.model_dump(mode="json"))
    page = client.get(f"/runs/preparation/{run.pk}/").content.decode()
    assert "<h3>note: Words</h3>" in page
    shown = " ".join(strip_tags(page).split())
    assert "1 234 different tokens, which are 98.4 % of what the texts have." in shown
    assert "the longest 77. 5.0 % are longer than 4 and cut." in shown
    assert "made from 500 of the 9 000 texts" in shown
    assert '<span>&lt;b&gt;</span> <mark title="unknown">q[U+200B]</mark><del> rest</del>' in page


def test_a_vocabulary_that_the_texts_do_not_fill_is_told_where_all_of_them_were_read(
    ada: User, flowers: Dataset, client: Client
) -> None:
    client.force_login(ada)
    run = start(ada, flowers)
    sentence = "The vocabulary may have 8 000 tokens; these texts have no more that come often enough."
    for update, is_told in (
        ({"fitted_on": 9000}, True),
        ({"fitted_on": 500}, False),
        ({"fitted_on": 9000, "vocabulary": 8000}, False),
        ({"fitted_on": 9000, "limit": None}, False),
    ):
        preview = FOUND.model_copy(update={"tokenizations": (CUT.model_copy(update=update),)})
        end(run, report=preview.model_dump(mode="json"))
        page = client.get(f"/runs/preparation/{run.pk}/").content.decode()
        assert (sentence in page) is is_told, update


def test_texts_that_are_all_empty_are_told(ada: User, flowers: Dataset, client: Client) -> None:
    client.force_login(ada)
    run = start(ada, flowers)
    empty = CUT.model_copy(update={"lengths": None, "texts": ()})
    end(run, report=FOUND.model_copy(update={"tokenizations": (empty,)}).model_dump(mode="json"))
    assert "All texts are empty behind the cleaning" in client.get(f"/runs/preparation/{run.pk}/").content.decode()


def summary(one: DatasetVersion) -> DataSummary:
    return DataSummary.model_validate((one.profile or {})["summary"])


def with_a_text(flowers: Dataset) -> DatasetVersion:
    newest = version(flowers)
    assert newest.profile is not None
    newest.profile["summary"]["columns"].append({"name": "note", "kind": "text", "distinct": 90, "words": 9})
    newest.save()
    return newest


def test_only_data_with_texts_are_asked_for_tokenizers_and_what_cleans_texts(ada: User, flowers: Dataset) -> None:
    text_steps = {"tokenizers", "lower_case", "html_to_text", "drop_near_duplicates", "swap_tokens"}

    def offers() -> set[str]:
        newest = version(flowers)
        drawn = draw.controls(TrainDraft, {}, draw.Surroundings(summary(newest)))
        blanks = {item.name for one in drawn.values() if isinstance(one, ComponentList) for item in one.blanks}
        return ({*drawn} | blanks) & text_steps

    assert offers() == set()
    with_a_text(flowers)
    assert offers() == text_steps


@pytest.mark.parametrize("name", ["lower_case", "drop_near_duplicates", "drop_missing"])
def test_columns_of_texts_can_be_named_by_steps_that_take_them(name: str, flowers: Dataset) -> None:
    with_a_text(flowers)
    offered = offer.columns(listing("cleaning")[name].spec, "columns", summary(version(flowers)))
    names = [column.name for column in offered]
    assert names == (["petal", "species", "note"] if name == "drop_missing" else ["note"])


def test_tokenizers_that_are_chosen_to_fit_can_be_looked_at_too(ada: User, flowers: Dataset, client: Client) -> None:
    client.force_login(ada)
    with_a_text(flowers)
    page = client.get(f"/runs/new/?version={version(flowers).pk}").content.decode()
    part = page[page.index('data-list="tokenizers"') :]
    button = part[part.index("data-preview") : part.index("</button>", part.index("data-preview"))]
    assert " data-always" in button
    assert " hidden" not in button


def test_a_preview_is_given_the_tokenizer_that_it_names(ada: User) -> None:
    asset = assets.ready(ada, assets.TOKENIZER, "tokenizer.json")
    flowers = make_dataset(ada)
    with_a_text(flowers)
    run = start(ada, flowers, tokenizers=[{"name": "uploaded", "file": str(asset.pk)}])
    assert role(str(asset.pk)) in {edge.role for edge in Edge.objects.filter(run=run)}
