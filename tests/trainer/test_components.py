"""Every component in the folders is whole: it has words, round-trips its spec, and builds."""

import json
import subprocess
import sys
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from trainer import catalog
from trainer.catalog import FAMILIES, Entry, listing
from trainer.component import Component
from trainer.errors import TrainerError
from trainer.plan import TaskPlan, feature_columns
from trainer.spec import parse
from trainer.summary import Column, DataSummary

ALL = [pytest.param(entry, id=f"{family}/{name}") for family in FAMILIES for name, entry in listing(family).items()]
IMAGES = DataSummary(kind="image", rows=100, classes=("a", "b"), shape=(1, 9, 7))
TABLE = DataSummary(kind="table", rows=100, columns=(
    Column(name="size", kind="number", distinct=90), Column(name="color", kind="category", distinct=2, levels=("blue", "red")),
    Column(name="note", kind="text")))
NEEDED: dict[str, dict[str, Any]] = {"table_classification": {"target": "color"}, "table_regression": {"target": "size"}}


def made(entry: Entry) -> Component:
    return entry.spec.model_validate(NEEDED.get(entry.name, {}))


def of(*families: str) -> list[Any]:
    return [param for param in ALL if param.values[0].family in families]  # type: ignore[union-attr]


@pytest.mark.parametrize("entry", ALL)
def test_it_has_a_label_and_help_on_every_field(entry: Entry) -> None:
    assert entry.label
    assert entry.description
    for name, field in entry.spec.model_fields.items():
        if name not in ("name", "version"):
            assert field.title, name
            assert field.description, name


@pytest.mark.parametrize("entry", ALL)
def test_its_spec_survives_json(entry: Entry) -> None:
    spec = made(entry)
    assert entry.spec.model_validate(json.loads(spec.model_dump_json())) == spec


@pytest.mark.parametrize("entry", ALL)
def test_it_refuses_a_field_that_it_does_not_know(entry: Entry) -> None:
    with pytest.raises(ValidationError, match="nonsense"):
        entry.spec.model_validate({**NEEDED.get(entry.name, {}), "nonsense": 1})


@pytest.mark.parametrize("entry", of("models"))
def test_a_model_builds_for_every_kind_of_data_that_it_accepts(entry: Entry) -> None:
    for kind, shape in {"image": (3, 9, 7), "table": (5,)}.items():
        if kind in entry.spec.accepts:
            module: nn.Module = catalog.build("models", made(entry), shape, 4)
            assert module(torch.zeros(2, *shape)).shape == (2, 4)


@pytest.mark.parametrize("entry", of("models"))
def test_a_models_widths_are_read_back(entry: Entry) -> None:
    import importlib

    network = importlib.import_module(f"trainer.models.{entry.name}.network")
    spec = made(entry)
    module = catalog.build("models", spec, (3, 16, 16), 4)
    assert spec.replaced(**network.widths(module)) == spec


@pytest.mark.parametrize("entry", of("optimizers"))
def test_an_optimizer_makes_a_parabola_smaller(entry: Entry) -> None:
    weight = nn.Parameter(torch.tensor([2.0]))
    optimizer: torch.optim.Optimizer = catalog.build("optimizers", made(entry), [weight])
    for _ in range(50):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()
    assert abs(weight.item()) < 2.0


@pytest.mark.parametrize("entry", of("schedules"))
def test_a_schedule_does_what_its_factor_says(entry: Entry) -> None:
    spec = made(entry).replaced(warmup=0.2)
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule: Any = catalog.build("schedules", spec, optimizer, 40)
    rates = []
    for _ in range(40):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert rates == pytest.approx([0.5 * entry.module.factor(spec, step, 40) for step in range(40)])
    assert rates[0] < rates[4] < rates[7] <= 0.5
    assert all(rate > 0 for rate in rates)


@pytest.mark.parametrize("entry", of("losses"))
def test_a_loss_is_one_number_per_row(entry: Entry) -> None:
    loss = catalog.build("losses", made(entry))
    if "class" in entry.spec.targets:
        assert loss(torch.randn(5, 3), torch.tensor([0, 1, 2, 0, 1])).shape == (5,)
    else:
        assert loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0])).tolist() == [0.0, 4.0]


@pytest.mark.parametrize("entry", of("tasks"))
def test_a_task_plans_for_the_data_that_it_accepts(entry: Entry) -> None:
    data = IMAGES if "image" in entry.spec.accepts else TABLE
    plan: TaskPlan = catalog.build("tasks", made(entry), data)
    assert plan.target == entry.module.target_kind(made(entry), data)
    assert plan.target in entry.spec.targets


def test_wanted_columns_that_nothing_can_be_learned_from_are_named() -> None:
    with pytest.raises(TrainerError, match="Nothing can be learned from “note”"):
        feature_columns(("color", "note"), "size", TABLE)
    assert [column.name for column in feature_columns((), "size", TABLE)] == ["color"]


def test_the_listing_reaches_no_torch() -> None:
    program = "import sys, trainer.spec; assert 'torch' not in sys.modules; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("kind", ["train", "export"])
def test_the_same_exporter_twice_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match="stands here more than once"):
        parse({"exporters": [{"name": "onnx"}, {"name": "onnx"}]}, kind)
