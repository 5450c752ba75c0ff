"""Every component in the folders is whole: it has words, round-trips its spec, and builds."""

import json
import math
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn

from tests.trainer.store_specs import NEEDED
from trainer import catalog, rows
from trainer.catalog import FAMILIES, Entry, default, listing
from trainer.columns import category, number, text
from trainer.component import Component
from trainer.data import Prepared
from trainer.errors import TrainerError
from trainer.inputs import feature_columns
from trainer.model import ModelSpec
from trainer.spec import Split, parse
from trainer.summary import DataSummary
from trainer.task import Target, TaskSpec

ALL = [pytest.param(entry, id=f"{family}/{name}") for family in FAMILIES for name, entry in listing(family).items()]
LAYOUTS = {"image": (3, 9, 7), "vector": (5,)}
TABLE = DataSummary(rows=100, columns=(
    number.Column(name="size", distinct=90), category.Column(name="color", distinct=2, levels=("blue", "red")),
    number.Column(name="color_is_red", distinct=2), category.Column(name="large", distinct=2, levels=("no", "yes")),
    number.Column(name="weight", distinct=5), text.Column(name="note")))


def prepared() -> Prepared:
    """Rows of TABLE."""
    random = np.random.default_rng(0)
    numbers = np.column_stack([random.normal(size=100), np.arange(100) % 2, np.arange(100) % 5])
    codes = np.column_stack([np.arange(100) // 2 % 2, np.arange(100) // 3 % 2])
    return Prepared(Path("unwritten"), TABLE, {"numbers": numbers, "categories": codes.astype(np.int32)})


def made(entry: Entry) -> Component:
    return entry.spec.model_validate(NEEDED.get((entry.family, entry.name), {}))


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
        entry.spec.model_validate({**NEEDED.get((entry.family, entry.name), {}), "nonsense": 1})


@pytest.mark.parametrize("entry", of("models"))
def test_a_model_builds_for_every_layout_that_it_takes(entry: Entry) -> None:
    spec = made(entry)
    assert isinstance(spec, ModelSpec)
    for layout, shape in LAYOUTS.items():
        if layout in spec.layouts_taken:
            module: Any = catalog.build("models", spec, {"block": shape}, 4)
            assert module({"block": torch.zeros(2, *shape)}).shape == (2, 4)
            assert module.features({"block": torch.zeros(2, *shape)}).shape == (2, module.head.in_features)


@pytest.mark.parametrize("entry", of("models"))
def test_a_models_widths_are_read_back(entry: Entry) -> None:
    import importlib

    network = importlib.import_module(f"trainer.models.{entry.name}.network")
    if not hasattr(network, "widths"):
        return  # it is not pruned, and says so
    spec = made(entry)
    module = catalog.build("models", spec, {"block": (3, 16, 16)}, 4)
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


# Of each encoding of a target: a batch of a network's outputs, and the targets of its rows.
BATCHES: dict[str, tuple[torch.Tensor, torch.Tensor]] = {
    "class": (torch.tensor([[2.0, -1.0], [0.5, 1.0], [0.0, 3.0]]), torch.tensor([0, 0, 1])),
    "number": (torch.tensor([1.0, 2.0, -1.0]), torch.tensor([1.0, 4.0, 0.0])),
    "labels": (torch.tensor([[2.0, -1.0], [0.5, 1.0], [0.0, 3.0]]), torch.tensor([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])),
}
TARGET = Target(name="t")


@pytest.mark.parametrize("entry", of("losses"))
def test_a_loss_is_one_number_per_row(entry: Entry) -> None:
    assert entry.spec.targets
    loss = catalog.build("losses", made(entry), TARGET)
    for encoding in entry.spec.targets:
        outputs, targets = BATCHES[encoding]
        losses = loss(outputs, targets)
        assert losses.shape == (3,)
        assert (losses >= 0).all()
        assert losses.argmax() == 1, "the row that is told worst"


@pytest.mark.parametrize("entry", of("tasks"))
def test_a_task_tells_what_it_was_made_for(entry: Entry) -> None:
    """From the columns of a file to a report: encoded, described, scored, decided, told, compared."""
    spec = made(entry)
    assert isinstance(spec, TaskSpec)
    assert any(spec.encoding in other.spec.targets for other in listing("losses").values())
    assert spec.encoding in listing("losses")[spec.loss].spec.targets
    entry.module.check(spec, TABLE)
    data = rows.of_task(spec, prepared(), Split(), 0)
    task, part = data.task, data.parts.train
    assert entry.module.Target.model_validate_json(task.target.model_dump_json()) == task.target
    outputs, targets = torch.randn(len(part), task.outputs), data.targets_of(part)
    loss_of = catalog.build("losses", default("losses", spec.loss), task.target)
    assert task.losses(outputs, targets, loss_of).shape == (len(part),)
    sums = task.sums(outputs, targets)
    assert sums.shape == (len(part), task.sum_count)
    scores = dict(zip(task.measures, task.scores(sums.double().sum(0).tolist(), len(part)), strict=True))
    assert all(map(math.isfinite, task.rank({"loss": 1.0, **scores})))
    message, params = task.best_epoch({"loss": 1.0, **scores})
    assert message % {"epoch": 1, **params}
    truth = data.targets[part]
    headline, _scalars, _blocks = task.report(truth.astype(task.decision_type), truth)
    perfect = 0.0 if headline.better == "lower" else 1.0
    assert headline.value == perfect
    change = task.compare(truth.astype(task.decision_type), truth.astype(task.decision_type), truth)
    assert (change.loss, change.rows) == (0.0, len(part))
    assert {chart.latest for chart in entry.module.CHARTS} <= {f"validation/{name}" for name in task.measures}


@pytest.mark.parametrize("entry", of("tasks"))
def test_a_task_puts_an_answer_into_words(entry: Entry) -> None:
    data = rows.of_task(made(entry), prepared(), Split(), 0)  # type: ignore[arg-type]
    answer = runpy.run_path(str(Path(entry.module.__file__ or "").with_name("answer.py")))
    logits = np.linspace(-1.0, 1.0, data.task.outputs, dtype=np.float32)
    told = answer["readable"](logits if data.task.postprocess is None else logits[0], data.task.output())
    assert json.loads(json.dumps(told)) == told


def test_wanted_columns_that_nothing_can_be_learned_from_are_named() -> None:
    with pytest.raises(TrainerError, match="Nothing can be learned from “note”"):
        feature_columns(("color", "note"), ("size",), TABLE)
    assert [column.name for column in feature_columns((), ("size", "weight"), TABLE)] == ["color", "color_is_red", "large"]


def test_the_listing_reaches_no_torch() -> None:
    program = "import sys, trainer.spec; assert 'torch' not in sys.modules; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("kind", ["train", "export"])
def test_the_same_exporter_twice_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match="stands here more than once"):
        parse({"exporters": [{"name": "onnx"}, {"name": "onnx"}]}, kind)
