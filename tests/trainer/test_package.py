"""The model file holds all that is needed, and its preprocessing is what it says."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests import pictures
from tests.trainer.attempts import encoded, write_images, write_table
from trainer.columns import image, number
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.data.rows import Rows
from trainer.errors import TrainerError
from trainer.packaging import package
from trainer.packaging.preprocessing import RawModel
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft, TrainSpec
from trainer.tasks.regression import Target
from trainer.training.device import to_device
from trainer.training.parallel import Ranks

REGRESSION = {"task": {"name": "regression", "target": "n0"}}
CLASSES = {"task": {"name": "classification", "target": "c0"}}


def ready(path: Path, spec: dict[str, Any]) -> tuple[TrainSpec, Rows]:
    prepared = Prepared.open(path)
    parsed = parse({"exporters": [], **spec}, "train")
    assert isinstance(parsed, TrainDraft)
    resolved = parsed.resolved(prepared.summary)
    return resolved, rows.read(resolved, prepared)


@pytest.fixture
def numbers() -> np.ndarray[Any, Any]:
    random = np.random.default_rng(3)
    values = random.normal([10.0, -3.0, 1000.0], [2.0, 0.1, 50.0], (200, 3))
    values[random.random((200, 3)) < 0.1] = np.nan
    return values


@pytest.fixture
def codes() -> np.ndarray[Any, Any]:
    return np.random.default_rng(4).integers(-1, 3, (200, 2))


def test_a_saved_model_gives_the_same_answers(tmp_path: Path) -> None:
    spec, data = ready(write_images(tmp_path / "images"), {})
    config = rows.configure(spec, data)
    model = package.module(config).eval()
    package.save(tmp_path / "model", config, model)
    read, state = package.load(tmp_path / "model")
    assert read == config
    raw, _targets = to_device(data, data.parts.test, Ranks(), torch.float32)
    assert torch.equal(package.module(read, state).eval()(raw), model(raw))


def test_the_same_weights_give_the_same_file(tmp_path: Path) -> None:
    spec, data = ready(write_images(tmp_path / "images"), {})
    config = rows.configure(spec, data)
    model = package.module(config)
    for name in ("first", "second"):
        package.save(tmp_path / name, config, model)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"not a model")
    with pytest.raises(TrainerError, match="not a model"):
        package.load(tmp_path / "model")


def test_pixels_come_out_with_mean_0_and_variance_1(tmp_path: Path) -> None:
    spec, data = ready(write_images(tmp_path / "images"), {})
    model = package.module(rows.configure(spec, data))
    scaled = encoded(model, data, data.parts.train)
    assert float(scaled.mean()) == pytest.approx(0, abs=1e-3)
    assert float(scaled.std()) == pytest.approx(1, abs=1e-3)


def test_no_few_large_pictures_decide_for_all(tmp_path: Path) -> None:
    path = write_images(tmp_path / "images", rows=40, size=400)
    _, data = ready(path, {})
    prepared, pixels = data.prepared, pictures.pixels(data.prepared).copy()
    pixels[data.parts.train[0]] = 0
    pictures.write(path, pixels, pictures.labels(prepared), pictures.classes(prepared.summary))
    (inputs,) = rows.configure(*ready(path, {})).inputs
    assert isinstance(inputs, image.Block)
    assert inputs.mean == pytest.approx((pixels[data.parts.train].mean(),), rel=0.02)
    assert inputs.scale == pytest.approx((pixels[data.parts.train].std(),), rel=0.02)


def test_large_pictures_are_sampled_in_little_memory(tmp_path: Path) -> None:
    spec, data = ready(write_images(tmp_path / "images", rows=400, size=200), {})
    tracemalloc.start()
    rows.configure(spec, data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024**2  # as float64 all training rows are 90 MB, as bytes 256 of them 10 MB


def test_columns_come_out_standardised_flagged_and_one_hot(
    tmp_path: Path, numbers: np.ndarray[Any, Any], codes: np.ndarray[Any, Any]
) -> None:
    spec, data = ready(write_table(tmp_path / "table", numbers, codes), CLASSES)
    model = package.module(rows.configure(spec, data))
    part = data.parts.train
    features = encoded(model, data, part).numpy()
    missing = np.isnan(numbers[part])
    present = np.where(missing, np.nan, numbers[part])
    low, center, high = np.nanquantile(present, (0.25, 0.5, 0.75), axis=0)
    scaled = (np.where(missing, center, present) - center) / ((high - low) / 1.349)
    standard = scaled / np.sqrt(1 + (scaled / 3) ** 2)
    one_hot = codes[part, 1][:, None] == np.arange(3)
    assert features == pytest.approx(np.hstack([standard, missing, one_hot]), abs=1e-4)


@pytest.mark.parametrize("unit", [1e-9, 1e-15, 1e-25])
def test_columns_and_targets_in_small_units_are_standardised_alike(
    tmp_path: Path, numbers: np.ndarray[Any, Any], codes: np.ndarray[Any, Any], unit: float
) -> None:
    spec, data = ready(write_table(tmp_path / "table", numbers, codes), REGRESSION)
    large = rows.configure(spec, data)
    features = encoded(package.module(large), data, data.parts.train).numpy()
    spec, data = ready(write_table(tmp_path / "small", numbers * unit, codes), REGRESSION)
    small = rows.configure(spec, data)
    assert encoded(package.module(small), data, data.parts.train).numpy() == pytest.approx(features, abs=1e-4)
    assert isinstance(small.target, Target) and isinstance(large.target, Target)
    assert small.target.scale == pytest.approx(large.target.scale * unit)


@pytest.mark.parametrize("value", [0.0, 0.1, -7e-20, 1e20])
def test_a_column_that_is_the_same_in_all_training_rows_is_not_scaled(
    tmp_path: Path, codes: np.ndarray[Any, Any], value: float
) -> None:
    spec, data = ready(write_table(tmp_path / "table", np.full((200, 1), value), codes), CLASSES)
    numbers = rows.configure(spec, data).inputs[0]
    assert isinstance(numbers, number.Block)
    assert numbers.scale == (1.0,)


@pytest.mark.parametrize("wild", [999.0, 1e30, -1e33])
def test_a_wild_cell_leaves_the_others_as_they_were(tmp_path: Path, codes: np.ndarray[Any, Any], wild: float) -> None:
    clean = np.random.default_rng(5).normal(size=(200, 1))
    spec, data = ready(write_table(tmp_path / "clean", clean, codes), CLASSES)
    expected = encoded(package.module(rows.configure(spec, data)), data, data.parts.train)[:, 0].numpy()
    dirty = clean.copy()
    dirty[data.parts.train[3], 0] = wild
    spec, data = ready(write_table(tmp_path / "dirty", dirty, codes), CLASSES)
    features = encoded(package.module(rows.configure(spec, data)), data, data.parts.train)[:, 0].numpy()
    assert np.delete(features, 3) == pytest.approx(np.delete(expected, 3), abs=0.15)
    assert abs(features[3]) == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("rare", [0.01, 0.2])
def test_numbers_of_which_most_are_the_same_keep_what_tells_the_others_apart(
    tmp_path: Path, codes: np.ndarray[Any, Any], rare: float
) -> None:
    values = (np.random.default_rng(6).random((200, 1)) < rare).astype(float)
    values[:4] = 1.0
    spec, data = ready(write_table(tmp_path / "table", values, codes), CLASSES)
    numbers = rows.configure(spec, data).inputs[0]
    assert isinstance(numbers, number.Block)
    assert (numbers.center, numbers.scale) == ((0.0,), (1.0,))


def test_rows_without_a_target_are_left_out_and_counted(
    tmp_path: Path, numbers: np.ndarray[Any, Any], codes: np.ndarray[Any, Any]
) -> None:
    _, data = ready(write_table(tmp_path / "table", numbers, codes), REGRESSION)
    missing = np.flatnonzero(np.isnan(numbers[:, 0]))
    assert data.dropped == len(missing) > 0
    for part in (data.parts.train, data.parts.validation, data.parts.test):
        assert not set(part) & set(missing)


def test_a_regression_answers_in_the_targets_unit(
    tmp_path: Path, numbers: np.ndarray[Any, Any], codes: np.ndarray[Any, Any]
) -> None:
    spec, data = ready(write_table(tmp_path / "table", numbers, codes), REGRESSION)
    config = rows.configure(spec, data)
    model: RawModel = package.module(config).eval()
    raw, _targets = to_device(data, data.parts.test, Ranks(), torch.float32)
    inner = model.network(model.encode(raw)).squeeze(1)
    target = config.target
    assert isinstance(target, Target)
    assert torch.allclose(model(raw), inner * target.scale + target.mean)
    assert target.mean == pytest.approx(10, abs=1)


def test_the_preprocessing_can_be_scripted(
    tmp_path: Path, numbers: np.ndarray[Any, Any], codes: np.ndarray[Any, Any]
) -> None:
    spec, data = ready(write_table(tmp_path / "table", numbers, codes), CLASSES)
    model = package.module(rows.configure(spec, data)).eval()
    raw, _targets = to_device(data, data.parts.test, Ranks(), torch.float32)
    assert torch.equal(torch.jit.script(model)(raw), model(raw))


def test_a_number_column_can_be_a_class(tmp_path: Path, codes: np.ndarray[Any, Any]) -> None:
    numbers = np.column_stack([np.arange(200) % 2, np.random.default_rng(0).normal(size=200)])
    path = write_table(tmp_path / "table", numbers, codes)
    _, data = ready(path, {"task": {"name": "classification", "target": "n0"}})
    assert data.task.facts() == [("Classes", ("0", "1"))]
    assert data.targets.tolist() == numbers[:, 0].astype(int).tolist()


@pytest.mark.parametrize(("labels", "code"), [([0] * 20, "one_class"), ([0] * 19 + [1], "class_with_one_row")])
def test_classes_that_cannot_be_learned_are_a_sentence(tmp_path: Path, labels: list[int], code: str) -> None:
    path = write_table(tmp_path / "table", np.arange(20.0)[:, None], np.array(labels)[:, None])
    with pytest.raises(TrainerError) as caught:
        ready(path, CLASSES)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ({"name": "regression", "target": "c0"}, "target_not_a_number"),
        ({"name": "regression", "target": "nowhere"}, "target_unknown"),
        ({"name": "classification", "target": "c0", "features": ["nowhere"]}, "feature_unknown"),
        ({"name": "classification", "target": "c0", "features": ["c0"]}, "feature_unknown"),
    ],
)
def test_a_task_that_does_not_fit_is_a_sentence(
    tmp_path: Path, numbers: np.ndarray[Any, Any], codes: np.ndarray[Any, Any], task: dict[str, Any], code: str
) -> None:
    with pytest.raises(TrainerError) as caught:
        ready(write_table(tmp_path / "table", numbers, codes), {"task": task})
    assert (caught.value.code, caught.value.field) == (code, "task")
