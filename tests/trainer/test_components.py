"""Every component in the folders is whole: it has words, round-trips its spec, and builds."""

import json
import math
import runpy
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from tests.trainer.store_specs import NEEDED
from trainer import catalog, parts, schedules
from trainer.catalog import FAMILIES, Entry, default, listing
from trainer.columns import category, constant, number
from trainer.component import Component
from trainer.data import rows
from trainer.data.inputs import feature_columns
from trainer.data.prepared import Prepared
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.model import ModelSpec
from trainer.optimizers import OptimizerSpec
from trainer.packaging import networks
from trainer.parts import CombinerSpec, EncoderSpec, Input
from trainer.schedules import Scheduler, ScheduleSpec
from trainer.specs.parsing import parse
from trainer.specs.split import Split
from trainer.task import Target, TaskSpec
from trainer.training import checkpoint
from trainer.training.checkpoint import Progress
from trainer.training.parallel import Ranks

ALL = [pytest.param(entry, id=f"{family}/{name}") for family in FAMILIES for name, entry in listing(family).items()]
LENGTHS = "block_lengths"
INPUTS = {
    "image": Input("image", (3, 9, 7), ("image",)),
    "vector": Input("vector", (5,), ("vector",)),
    "tokens": Input("tokens", (None,), ("tokens",), LENGTHS, vocabulary=30, longest=12),
}
TABLE = DataSummary(
    rows=100,
    columns=(
        number.Column(name="size", distinct=90),
        category.Column(name="color", distinct=2, levels=("blue", "red")),
        number.Column(name="color_is_red", distinct=2),
        category.Column(name="large", distinct=2, levels=("no", "yes")),
        number.Column(name="weight", distinct=5),
        constant.Column(name="note"),
    ),
)


def prepared() -> Prepared:
    """Rows of TABLE."""
    random = np.random.default_rng(0)
    numbers = np.column_stack([random.normal(size=100), np.arange(100) % 2, np.arange(100) % 5])
    codes = np.column_stack([np.arange(100) // 2 % 2, np.arange(100) // 3 % 2])
    return Prepared(Path("unwritten"), TABLE, {"numbers": numbers, "categories": codes.astype(np.int32)})


def default_spec(entry: Entry) -> Component:
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
    spec = default_spec(entry)
    assert entry.spec.model_validate(json.loads(spec.model_dump_json())) == spec


@pytest.mark.parametrize("entry", ALL)
def test_it_refuses_a_field_that_it_does_not_know(entry: Entry) -> None:
    with pytest.raises(ValidationError, match="nonsense"):
        entry.spec.model_validate({**NEEDED.get((entry.family, entry.name), {}), "nonsense": 1})


def inputs_of(spec: ModelSpec) -> list[dict[str, Input]]:
    """A block of each layout that a model takes, and all of them together where it takes several."""
    each = {layout: INPUTS[layout] for layout in sorted(spec.layouts_taken)}
    together = [each] if spec.most_blocks is None or len(each) <= spec.most_blocks else []
    return [*({layout: taken} for layout, taken in each.items()), *together]


def batch(inputs: Mapping[str, Input]) -> dict[str, torch.Tensor]:
    """Two rows."""
    batch = {}
    for name, taken in inputs.items():
        shape = [7 if size is None else size for size in taken.shape]
        batch[name] = torch.ones(2, *shape, dtype=torch.int64 if taken.vocabulary else torch.float32)
        if taken.lengths:
            batch[f"{name}_lengths"] = torch.tensor([7, 3])
    return batch


@pytest.mark.parametrize("entry", of("models"))
def test_a_model_builds_for_every_layout_that_it_takes(entry: Entry) -> None:
    spec = default_spec(entry)
    assert isinstance(spec, ModelSpec)
    for inputs in inputs_of(spec):
        module: Any = networks.network(spec, inputs, 4)
        assert module(batch(inputs)).shape == (2, 4)
        assert module.features(batch(inputs)).shape == (2, module.head.in_features)


@pytest.mark.parametrize("entry", of("models"))
def test_a_models_widths_are_read_back(entry: Entry) -> None:
    spec = default_spec(entry)
    assert isinstance(spec, ModelSpec)
    for inputs in inputs_of(spec):
        module = networks.network(spec, inputs, 4)
        again = networks.network(networks.narrowed(spec, inputs, module), inputs, 4)
        assert {name: weight.shape for name, weight in again.state_dict().items()} == {
            name: weight.shape for name, weight in module.state_dict().items()
        }


@pytest.mark.parametrize("entry", of("encoders"))
def test_an_encoder_gives_as_many_features_as_its_spec_says(entry: Entry) -> None:
    spec = default_spec(entry)
    assert isinstance(spec, EncoderSpec)
    assert spec.layouts_taken
    for layout in spec.layouts_taken:
        inputs = {"block": INPUTS[layout]}
        arguments = {**spec.part(inputs).arguments, **parts.fields(spec)}
        module = import_module(f"{entry.module.__name__}.network").Network(**arguments)
        assert module(batch(inputs)).shape == (2, spec.width_of(inputs))
        assert module.width == spec.width_of(inputs)


@pytest.mark.parametrize("entry", of("combiners"))
def test_a_combiner_gives_as_many_features_as_its_spec_says(entry: Entry) -> None:
    spec = default_spec(entry)
    assert isinstance(spec, CombinerSpec)
    module = import_module(f"{entry.module.__name__}.network").Network(blocks=3, width=5, **parts.fields(spec))
    assert module(torch.ones(2, 3, 5)).shape == (2, spec.width_of(3, 5))


@pytest.mark.parametrize("entry", of("optimizers"))
def test_an_optimizer_makes_a_parabola_smaller(entry: Entry) -> None:
    weight = nn.Parameter(torch.tensor([2.0]))
    optimizer: torch.optim.Optimizer = catalog.build("optimizers", default_spec(entry), [("weight", weight)])
    for _ in range(50):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()
    assert abs(weight.item()) < 2.0


class Run:
    """Some steps of training: a small network, an optimizer and a schedule."""

    def __init__(self, optimizer: Component, schedule: Component) -> None:
        assert isinstance(schedule, ScheduleSpec)
        torch.manual_seed(0)
        self.network = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 1))
        self.optimizer: torch.optim.Optimizer = catalog.build("optimizers", optimizer, self.network.named_parameters())
        self.schedule = Scheduler(schedule, self.optimizer, 40)

    def go(self, steps: range) -> None:
        """With an epoch of four steps, whose validation loss falls at first."""
        for step in steps:
            self.optimizer.zero_grad()
            (self.network(torch.full((2, 3), step / 10)) ** 2).sum().backward()
            self.optimizer.step()
            self.schedule.step()
            if step % 4 == 3:
                self.schedule.observe(1.0 / min(step, 7))

    def state(self) -> dict[str, Any]:
        """All that the next step depends on."""
        groups = [
            {**group, "params": [parameter.tolist() for parameter in group["params"]]}
            for group in self.optimizer.param_groups
        ]
        memory = {
            name: {key: value.tolist() if isinstance(value, torch.Tensor) else value for key, value in state.items()}
            for name, parameter in self.network.named_parameters()
            if (state := self.optimizer.state.get(parameter))
        }
        return dict(json.loads(json.dumps({"groups": groups, "memory": memory, "schedule": self.schedule.state()})))


def resumed(optimizer: Component, schedule: Component, folder: Path) -> tuple[Run, Run]:
    """A run of 32 steps in one life, and one that a checkpoint cut in two."""
    whole, first, second = (Run(optimizer, schedule) for _ in range(3))
    whole.go(range(32))
    first.go(range(18))
    path = checkpoint.write(
        folder,
        Progress(step=18),
        first.network,
        "[]",
        first.optimizer,
        first.schedule,
        checkpoint.random_state(Ranks()),
    )
    checkpoint.restore(checkpoint.read(path), Ranks(), second.network, second.optimizer, second.schedule)
    assert second.state() == first.state()
    second.go(range(18, 32))
    return whole, second


@pytest.mark.parametrize("entry", of("optimizers"))
def test_an_optimizer_goes_on_from_a_checkpoint_exactly(entry: Entry, tmp_path: Path) -> None:
    assert issubclass(entry.spec, OptimizerSpec)
    whole, second = resumed(default_spec(entry), default("schedules", "constant"), tmp_path)
    assert second.state() == whole.state()


@pytest.mark.parametrize("entry", of("schedules"))
def test_a_schedule_goes_on_from_a_checkpoint_exactly(entry: Entry, tmp_path: Path) -> None:
    whole, second = resumed(default("optimizers", "sgd"), default_spec(entry).replaced(warmup=0.2), tmp_path)
    assert second.state() == whole.state()


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_biases_and_norms_can_be_left_without_decay(name: str, tmp_path: Path) -> None:
    spec = default("optimizers", name).replaced(weight_decay=0.1, decay_biases=False)
    whole, second = resumed(spec, default("schedules", "cosine"), tmp_path)
    assert second.state() == whole.state()
    decays = {name: group["weight_decay"] for group in whole.optimizer.param_groups for name in group["param_names"]}
    assert decays == {"0.weight": 0.1, "2.weight": 0.1, "0.bias": 0.0, "1.weight": 0.0, "1.bias": 0.0, "2.bias": 0.0}
    pulled = Run(spec.replaced(decay_biases=True), default("schedules", "constant"))
    assert [group["weight_decay"] for group in pulled.optimizer.param_groups] == [0.1]


def test_a_checkpoint_with_other_groups_of_parameters_is_refused(tmp_path: Path) -> None:
    spec, still = default("optimizers", "adamw"), default("schedules", "constant")
    first, second = Run(spec, still), Run(spec.replaced(decay_biases=False), still)
    path = checkpoint.write(
        tmp_path, Progress(), first.network, "[]", first.optimizer, first.schedule, checkpoint.random_state(Ranks())
    )
    with pytest.raises(TrainerError, match="of another model"):
        checkpoint.restore(checkpoint.read(path), Ranks(), second.network, second.optimizer, second.schedule)


@pytest.mark.parametrize("entry", of("schedules"))
def test_a_schedule_does_what_its_factor_says_behind_a_warm_up(entry: Entry) -> None:
    spec = default_spec(entry).replaced(warmup=0.2)
    assert isinstance(spec, ScheduleSpec)
    assert spec.driven_by_loss == hasattr(entry.module, "observe")
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule = Scheduler(spec, optimizer, 40)
    rates = []
    for _ in range(40):
        rates.append(optimizer.param_groups[0]["lr"])
        schedule.step()
    assert rates == pytest.approx([0.5 * schedules.factor(spec, step, 40) for step in range(40)])
    assert rates[:8] == pytest.approx([rates[7] * (step + 1) / 8 for step in range(8)])
    assert rates[8:] == pytest.approx([0.5 * entry.module.factor(spec, step, 32) for step in range(32)])
    assert all(0 < rate <= 0.5 for rate in rates)


def test_the_rate_falls_on_a_plateau_as_torchs_does() -> None:
    spec = default("schedules", "plateau").replaced(patience=2, reduction=0.5, least=0.1)
    assert isinstance(spec, ScheduleSpec)
    ours, theirs = (torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0) for _ in range(2))
    schedule, reference = Scheduler(spec, ours, 100), ReduceLROnPlateau(theirs, factor=0.5, patience=2, min_lr=0.1)
    rates = []
    for loss in (3.0, 2.0, 2.0, 1.9999, math.nan, 1.0, *[1.5] * 12, 0.5, *[math.inf] * 4):
        schedule.observe(loss)
        reference.step(loss)
        rates.append(ours.param_groups[0]["lr"])
        assert rates[-1] == pytest.approx(theirs.param_groups[0]["lr"])
    assert sorted(set(rates)) == pytest.approx([0.1, 0.125, 0.25, 0.5, 1.0])


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
    loss = catalog.build("losses", default_spec(entry), TARGET)
    for encoding in entry.spec.targets:
        outputs, targets = BATCHES[encoding]
        losses = loss(outputs, targets)
        assert losses.shape == (3,)
        assert (losses >= 0).all()
        assert losses.argmax() == 1, "the row that is told worst"


@pytest.mark.parametrize("entry", of("tasks"))
def test_a_task_tells_what_it_was_made_for(entry: Entry) -> None:
    """From the columns of a file to a report: encoded, described, scored, decided, told, compared."""
    spec = default_spec(entry)
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
    data = rows.of_task(default_spec(entry), prepared(), Split(), 0)  # type: ignore[arg-type]
    answer = runpy.run_path(str(Path(entry.module.__file__ or "").with_name("answer.py")))
    logits = np.linspace(-1.0, 1.0, data.task.outputs, dtype=np.float32)
    words = answer["readable"](logits if data.task.postprocess is None else logits[0], data.task.output())
    assert json.loads(json.dumps(words)) == words


def test_wanted_columns_that_nothing_can_be_learned_from_are_named() -> None:
    with pytest.raises(TrainerError, match="Nothing can be learned from “note”"):
        feature_columns(("color", "note"), ("size",), TABLE)
    assert [column.name for column in feature_columns((), ("size", "weight"), TABLE)] == [
        "color",
        "color_is_red",
        "large",
    ]


def test_the_listing_reaches_no_torch() -> None:
    program = "import sys, trainer.specs.parsing; assert 'torch' not in sys.modules; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("kind", ["train", "export"])
def test_the_same_exporter_twice_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match="stands here more than once"):
        parse({"exporters": [{"name": "onnx"}, {"name": "onnx"}]}, kind)
