"""A spec that names assets: they are there, the person's, ready and fit, or the field is named; and they stay."""

import random
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.template.loader import render_to_string
from pytest_django import Settings

from tests.attacks import things
from tests.webapp import assets, inspected
from trainer.asset import AssetOf
from trainer.component import Component
from trainer.errors import TrainerError
from trainer.specs.run import RunSpec
from webapp.accounts.models import User
from webapp.assets import queries, references, services
from webapp.assets.models import Asset
from webapp.datasets import queries as dataset_queries
from webapp.datasets import services as datasets
from webapp.runs import awaiting, configuration
from webapp.runs import services as runs
from webapp.runs.controls import draw, read
from webapp.runs.controls.control import Field
from webapp.runs.controls.draw import Surroundings
from webapp.runs.lineage import add_inputs, inputs_of
from webapp.runs.models import Kind, Run


class Part(Component):
    vectors: Annotated[str | None, AssetOf("word_vectors")] = None

    def require_asset(self, path: str, field: str, measures: Mapping[str, int]) -> None:
        if measures["width"] > 4:
            raise TrainerError("too_wide", "These vectors are too wide.", field=path)


class Naming(RunSpec):
    parts: tuple[Part, ...] = ()
    tokenizer: Annotated[str, AssetOf("tokenizer_json")] = "none"


@pytest.fixture(autouse=True)
def _stored(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}/store"


def naming(vectors: Any, tokenizer: Any) -> Naming:
    return Naming(parts=(Part(), Part(vectors=str(vectors))), tokenizer=str(tokenizer))


def tokenizer(owner: User) -> Asset:
    return assets.ready(owner, assets.TOKENIZER, "tokenizer.json")


def test_what_a_spec_names_is_given_to_the_run_by_role(ada: User) -> None:
    vectors, cutter = assets.ready(ada), tokenizer(ada)
    with transaction.atomic():
        inputs = references.inputs(naming(vectors.pk, cutter.pk), ada)
    assert {role: artifact.pk for role, artifact in inputs.items()} == {
        f"asset:{vectors.pk}": vectors.content_id,
        f"asset:{cutter.pk}": cutter.content_id,
    }
    run = Run.objects.create(owner=ada, name="x", kind=Kind.TRAIN, spec={}, devices_needed=1)
    add_inputs(run, inputs)
    assert queries.of_run(run) == [vectors, cutter]


def refused(spec: Naming, owner: User) -> tuple[str, str | None]:
    with pytest.raises(TrainerError) as caught:
        references.require(spec, owner)
    return caught.value.code, caught.value.field


def test_one_that_cannot_be_used_is_refused_at_its_field(ada: User, bob: User) -> None:
    cutter, place = tokenizer(ada), "parts.1.vectors"
    assert refused(naming(uuid4(), cutter.pk), ada) == ("asset_unknown", place)
    assert refused(naming("x", cutter.pk), ada) == ("asset_unknown", place)
    assert refused(naming(assets.ready(bob).pk, cutter.pk), ada) == ("asset_unknown", place)
    assert refused(naming(cutter.pk, cutter.pk), ada) == ("asset_kind", place)
    assert refused(naming(assets.made(ada).pk, cutter.pk), ada) == ("asset_inspecting", place)
    failed = assets.ready(ada, b"a,b\n", "x.csv")
    assert refused(naming(failed.pk, cutter.pk), ada) == ("asset_not_ready", place)
    wide = assets.ready(ada, b"a 1 2 3 4 5\nb 1 2 3 4 5\n")
    assert refused(naming(wide.pk, cutter.pk), ada) == ("too_wide", place)
    deleted = assets.ready(ada)
    services.delete(deleted)
    assert refused(naming(deleted.pk, cutter.pk), ada) == ("asset_deleted", place)
    assert refused(naming(assets.ready(ada).pk, deleted.pk), ada) == ("asset_deleted", "tokenizer")


def test_an_identifier_is_taken_in_one_spelling_only(ada: User) -> None:
    """A run finds its input by what the spec says, letter by letter."""
    vectors, cutter = assets.ready(ada), tokenizer(ada)
    assert refused(naming(str(vectors.pk).upper(), cutter.pk), ada)[0] == "asset_unknown"
    assert refused(naming(vectors.pk.hex, cutter.pk), ada)[0] == "asset_unknown"


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_being_queued_and_a_deletion_do_not_pass_each_other() -> None:
    """The deletion waits for the transaction that queues the run, and then sees the run."""
    ada = things.user("ada")
    vectors, cutter = assets.ready(ada), tokenizer(ada)
    outcome: list[str] = []

    def delete() -> None:
        try:
            services.delete(vectors)
            outcome.append("deleted")
        except services.AssetError as error:
            outcome.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        inputs = references.inputs(naming(vectors.pk, cutter.pk), ada)
        thread = threading.Thread(target=delete)
        thread.start()
        thread.join(0.5)
        assert not outcome, "it waits"
        run = Run.objects.create(owner=ada, name="just queued", kind=Kind.TRAIN, spec={}, devices_needed=1)
        add_inputs(run, inputs)
    thread.join(10)
    assert outcome == ["The run “just queued” uses this asset. Cancel it, or wait until it has ended."]


def test_a_run_that_waits_for_its_data_has_its_assets_from_the_first(ada: User) -> None:
    """Nobody deletes them meanwhile, and the data come to them."""
    vectors = assets.ready(ada)
    words = ("good", "bad", "slow", "friendly", "cheap", "dear", "late", "warm", "clean", "loud")
    texts = (" ".join(random.Random(row).choices(words, k=12)) for row in range(60))
    table = "text,label\n" + "".join(f"{text},{'ab'[row % 2]}\n" for row, text in enumerate(texts))
    dataset = datasets.create(owner=ada, uploads=[inspected.uploaded(ada, table).pk])
    version = dataset_queries.newest(dataset_queries.datasets(ada).get(pk=dataset.pk))
    model = {"name": "rnn", "width": 4, "vectors": str(vectors.pk)}
    spec = {"task": {"name": "classification", "target": "label"}, "model": model}
    run = runs.start_training(owner=ada, name="early", dataset_version=version, spec=spec)
    assert run.awaits_data and [edge.role for edge in inputs_of(run)] == [f"asset:{vectors.pk}"]
    with pytest.raises(services.AssetError, match="“early” uses this asset"):
        services.delete(vectors)
    inspected.inspect(version)
    awaiting.settle()
    run = Run.objects.get(pk=run.pk)
    assert not run.awaits_data, run.reason
    assert {edge.role for edge in inputs_of(run)} == {f"asset:{vectors.pk}", "prepared"}
    assert run.spec["model"]["vectors"] == str(vectors.pk)


def control(model: type[Component | RunSpec], raw: dict[str, Any], choices: queries.Choices | None) -> Field:
    (field,) = (
        one
        for one in draw.controls(model, raw, Surroundings(assets=choices)).values()
        if isinstance(one, Field) and one.names_asset
    )
    return field


def test_a_form_offers_the_persons_assets_of_the_kind(ada: User, bob: User) -> None:
    vectors, _cutter, _other = assets.ready(ada), tokenizer(ada), assets.ready(bob)
    field = control(Part, {"vectors": str(vectors.pk)}, queries.choices(ada))
    assert field.look == "select" and field.value == str(vectors.pk)
    assert field.choices == (("", "None"), (str(vectors.pk), "english (3 words, 4 numbers each)"))
    assert field.words == "Vectors english (3 words, 4 numbers each)"
    required = control(Naming, {}, {})
    assert required.choices == (("", "There is none yet"), ("none", "none")) and not required.is_idle


def test_the_control_leads_to_the_page_where_one_is_uploaded(ada: User) -> None:
    asset = assets.ready(ada)
    html = render_to_string("runs/controls/field.html", {"control": control(Part, {}, queries.choices(ada))})
    assert f'<option value="{asset.pk}">english (3 words, 4 numbers each)</option>' in html
    assert 'href="/assets/"' in html


def test_what_a_form_sends_is_read_as_it_was_chosen() -> None:
    assert read.read(Part, QueryDict("vectors=")) == {"vectors": None}
    assert read.read(Part, QueryDict("vectors=abc")) == {"vectors": "abc"}


def test_a_configuration_is_told_with_the_names_of_assets() -> None:
    spec = {"model": {"vectors": "id-1", "more": ["id-2", 3]}}
    assert configuration.with_names(spec, {"id-1": "English"}) == {"model": {"vectors": "English", "more": ["id-2", 3]}}
