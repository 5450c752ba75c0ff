import json
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from pydantic import ValidationError

from tests.trainer import samples
from tests.trainer.samples import Done
from trainer import catalog, report
from trainer.attempt import events, job
from trainer.attempt.journal import Reader
from trainer.checked import sha256
from trainer.compressors import RefusedError
from trainer.compressors.quantize_int8.stage import refuse_when_worse
from trainer.data.prepared import Array
from trainer.packaging import package
from trainer.proving import export, lossy, sources
from trainer.proving.proof import Proof
from trainer.specs.parsing import parse

PRUNE = {"name": "prune_channels", "epochs": 3, "least_steps": 1}
QUANTIZE = {"name": "quantize_int8", "calibration_rows": 64}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The inputs of a compression."""
    folder = tmp_path_factory.mktemp("digits")
    prepared = samples.digits(folder)
    done = samples.attempt(folder / "train", "train", {"epochs": 4}, {"prepared": prepared})
    return {"prepared": prepared, "model": done.output("model.safetensors")}


@pytest.fixture(scope="module")
def compressed(digits: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Done:
    return samples.attempt(
        tmp_path_factory.mktemp("compress") / "run", "compress", {"stages": [PRUNE, QUANTIZE]}, digits
    )


def test_half_of_the_channels_go_and_the_accuracy_comes_back(compressed: Done) -> None:
    assert compressed.ended.outcome == "succeeded", compressed.ended
    original, pruned, _ = compressed.report["stages"]
    assert pruned["parameters"] < 0.3 * original["parameters"]
    assert pruned["size"] < 0.3 * original["size"]
    assert pruned["metric"]["value"] >= original["metric"]["value"] - 0.01
    config, state = package.load(compressed.output("stage-1-prune_channels.safetensors"))
    assert config.model.model_dump()["channels"] == (8, 16)
    package.module(config, state)


def test_eight_bits_are_smaller_again_and_answer_alike(compressed: Done) -> None:
    _, pruned, quantized = compressed.report["stages"]
    assert quantized["form"] == "onnx"
    assert quantized["size"] < 0.4 * pruned["size"]
    assert quantized["cost"]["agreement"] >= 0.98
    assert quantized["cost"]["low"] <= 0 <= quantized["cost"]["high"]


def test_every_stage_is_measured_alike(compressed: Done) -> None:
    for number, row in enumerate(compressed.report["stages"]):
        assert row["stage"] == number
        assert row["loss"] > 0
        assert row["threads"] == 1
        assert set(row["latency_ms"]) == {"1", "32"}
        assert all(ms > 0 for ms in row["latency_ms"].values())


def test_the_report_shows_the_rows_that_the_last_version_answers_worst(compressed: Done) -> None:
    (block,) = report.parse(compressed.report).blocks
    assert isinstance(block, report.Samples) and block.sheet is not None
    hits = compressed.report["stages"][-1]["metric"]["value"] * block.params["rows"]
    assert block.params["count"] == round(block.params["rows"] - hits) >= len(block.samples) > 0
    assert compressed.output(block.sheet.file).exists()


def test_each_stage_is_a_version_and_fine_tuning_has_a_curve(compressed: Done) -> None:
    *models, sheet = compressed[events.Output]
    assert [(output.role, output.meta["stage"], output.meta["form"]) for output in models] == [
        ("model", 1, "torch"),
        ("model", 2, "onnx"),
    ]
    assert sheet.role == "samples"
    (started,) = compressed[events.Started]
    names = {series.id: series.names for series in compressed[events.Series]}
    steps = [point.step for point in compressed[events.Point] if "train/loss" in names[point.series]]
    assert steps == list(range(1, started.total_steps + 1))


def test_a_quantized_version_is_exported_with_its_cost(
    compressed: Done, digits: dict[str, Path], tmp_path: Path
) -> None:
    inputs = {"prepared": digits["prepared"], "model": compressed.output("stage-2-quantize_int8.onnx")}
    done = samples.attempt(tmp_path / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    (row,) = done.report["exports"]
    assert row["status"] == "lossy", row
    cost = compressed.report["stages"][2]["cost"]
    assert cost["rows"] == 239
    assert row["lossy"] == cost
    assert [output.meta["format"] for output in done[events.Output]][:2] == ["bundle", "onnx"]
    chain = (done.folder / "out" / "lineage.json").read_text()
    assert sha256(digits["model"]) in chain
    assert sha256(compressed.output("stage-1-prune_channels.safetensors")) in chain


def test_the_card_of_a_quantized_version_tells_its_own_error(tmp_path: Path) -> None:
    prepared = samples.penguins(tmp_path)
    spec = {"task": {"name": "regression", "target": "body_mass_g"}, "epochs": 5, "exporters": []}
    model = samples.attempt(tmp_path / "train", "train", spec, {"prepared": prepared}).output("model.safetensors")
    stages = {"stages": [{**QUANTIZE, "error_rise": 10.0}]}
    result = samples.attempt(tmp_path / "compress", "compress", stages, {"prepared": prepared, "model": model})
    inputs = {"prepared": prepared, "model": result.output("stage-1-quantize_int8.onnx")}
    done = samples.attempt(tmp_path / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    before, after = (row["metric"]["value"] for row in result.report["stages"])
    mean_error = json.loads((done.folder / "out" / "parity.json").read_text())["test"]["Mean absolute error"]
    assert mean_error == pytest.approx(after, rel=1e-6)
    assert mean_error != pytest.approx(before, rel=1e-6)
    assert f"Mean absolute error {mean_error:.4g}" in (done.folder / "out" / "README.md").read_text()


def test_a_quantized_export_that_answers_otherwise_is_refused(
    compressed: Done, digits: dict[str, Path], tmp_path: Path
) -> None:
    source = sources.open_source(compressed.output("stage-2-quantize_int8.onnx"), "onnx")
    proof = Proof.prepare(source, digits["prepared"], tmp_path)
    result = export.make(catalog.default("exporters", "onnx"), source, proof, tmp_path / "made")
    assert result.report.status == "lossy"
    graph = onnx.load(str(result.folder / "model.onnx"))
    bias = next(
        tensor for tensor in graph.graph.initializer if tensor.data_type == onnx.TensorProto.INT32 and tensor.dims
    )
    bias.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(bias) + 10_000, bias.name))
    onnx.save(graph, str(result.folder / "model.onnx"))
    assert proof.check(result.folder, result.run, source).status == "refused"


def of_errors(before: Array, after: Array, truth: Array) -> lossy.MetricChange:
    return lossy.of_errors("mae", "Mean absolute error", np.abs(before - truth), np.abs(after - truth))


def test_a_cost_that_is_no_number_refuses_a_quantized_model() -> None:
    truth = np.arange(4.0)
    change = of_errors(np.full(4, np.nan), truth, truth)
    with pytest.raises(RefusedError):
        refuse_when_worse(change, 0.1)
    json.dumps(change.report(), allow_nan=False)


def test_too_much_loss_is_refused_with_a_sentence() -> None:
    truth = np.arange(100) % 2
    after = np.where(np.arange(100) < 3, 1 - truth, truth)
    change = lossy.of_hits("accuracy", "Accuracy", np.ones(100, bool), after == truth, 0.97)
    refuse_when_worse(change, 0.031)
    with pytest.raises(
        RefusedError, match=r"the share of right answers fell from 1\.0000 to 0\.9700, more than the accepted 0\.02"
    ):
        refuse_when_worse(change, 0.02)


def test_stages_in_an_impossible_order_are_refused_before_anything_runs() -> None:
    with pytest.raises(ValidationError, match=r"needs a model of the form torch.*one of the form onnx; move it up"):
        parse({"stages": [QUANTIZE, PRUNE]}, "compress")


def _command_at(folder: Path, step: int, order: int) -> threading.Thread:
    """Gives the order as soon as the journal has reached the step."""

    def watch() -> None:
        seen = 0
        while seen < step:
            time.sleep(0.005)
            points = (event for _, event in Reader(folder / "journal").read() if isinstance(event, events.Point))
            seen = max((point.step for point in points), default=0)
        job.command(folder, order)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_a_paused_compression_goes_on_exactly(digits: dict[str, Path], tmp_path: Path) -> None:
    spec = {"stages": [{**PRUNE, "epochs": 2}]}
    whole = samples.attempt(tmp_path / "whole", "compress", spec, digits)
    _command_at(tmp_path / "first", 10, job.PAUSE)
    first = samples.attempt(tmp_path / "first", "compress", spec, digits)
    assert first.ended.outcome == "paused"
    checkpoint = first[events.Checkpoint][-1]
    assert 10 <= checkpoint.step < whole.ended.step
    second = samples.attempt(tmp_path / "second", "compress", spec, digits, resume=first.folder / checkpoint.path)
    assert second[events.Rewind][0].step == checkpoint.step
    assert _weights(second) == _weights(whole)
    assert _curve(first) + _curve(second) == _curve(whole)
    assert second.report["blocks"] == whole.report["blocks"]


def test_a_compression_paused_between_two_stages_keeps_what_is_done(
    compressed: Done, digits: dict[str, Path], tmp_path: Path
) -> None:
    checkpoint = compressed[events.Checkpoint][-1]
    done = samples.attempt(
        tmp_path / "run", "compress", {"stages": [PRUNE, QUANTIZE]}, digits, resume=compressed.folder / checkpoint.path
    )
    assert done.ended.outcome == "succeeded"
    assert not done[events.Point]
    assert _weights(done) == _weights(compressed)
    assert [row["name"] for row in done.report["stages"]] == ["original", "prune_channels", "quantize_int8"]


def test_a_last_stage_that_is_stopped_after_an_epoch_is_offered_and_the_run_was_stopped(
    digits: dict[str, Path], tmp_path: Path
) -> None:
    _command_at(tmp_path / "run", 70, job.STOP)  # an epoch has 60 steps
    done = samples.attempt(tmp_path / "run", "compress", {"stages": [{**PRUNE, "epochs": 40}]}, digits)
    (started,) = done[events.Started]
    assert done.ended.outcome == "stopped"
    assert 70 <= done.ended.step < started.total_steps
    model, sheet = done[events.Output]
    assert (model.meta["stage"], sheet.role) == (1, "samples")


def test_what_was_hardly_tuned_when_it_was_stopped_is_not_offered(digits: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "run").parent.mkdir(exist_ok=True)
    _command_at(tmp_path / "run", 5, job.STOP)
    done = samples.attempt(tmp_path / "run", "compress", {"stages": [PRUNE, QUANTIZE]}, digits)
    assert done.ended.outcome == "stopped"
    assert not done[events.Output]
    assert done.report["stages"][1]["status"] == "refused"


def _weights(done: Done) -> str:
    return sha256(done.output("stage-1-prune_channels.safetensors"))


def _curve(done: Done) -> list[Any]:
    names = {series.id: series.names for series in done[events.Series]}
    return [(point.step, point.values) for point in done[events.Point] if "train/loss" in names[point.series]]


def test_the_interval_covers_the_true_change_of_accuracy() -> None:
    """Simulated: both models right 90 %, one more right 6 %, one less 3 %; of 95 % intervals at least 93 % hold the
    truth.
    """
    random = np.random.default_rng(1)
    draws = random.multinomial(150, [0.87, 0.03, 0.06, 0.04], size=400)
    covered = [low <= 0.03 <= high for low, high in (lossy.newcombe(*map(int, row)) for row in draws)]
    assert 0.93 <= np.mean(covered) <= 0.995


def test_the_interval_is_not_empty_when_nothing_changed() -> None:
    low, high = lossy.newcombe(30, 0, 0, 0)
    assert low < -0.05 < 0.05 < high


def test_the_cost_for_a_number_is_the_rise_of_its_error() -> None:
    truth = np.arange(100.0)
    change = of_errors(truth + 1, truth + np.where(truth % 2 == 0, 1.0, 1.2), truth)
    assert change.metric == "mae"
    assert change.loss == pytest.approx(0.1)
    assert change.low < 0.1 < change.high


def test_the_interval_of_an_error_needs_no_memory_for_all_resamples_at_once() -> None:
    random = np.random.default_rng(2)
    before, after = random.normal(size=5000), random.normal(size=5000)
    tracemalloc.start()
    change = of_errors(before, after, np.zeros(5000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 1024**2  # all indices together are 80 MB
    drawn = np.random.default_rng(0).integers(0, 5000, (lossy.RESAMPLES, 5000))
    at_once = np.quantile((np.abs(after) - np.abs(before))[drawn].mean(1), (0.025, 0.975))
    assert [change.low, change.high] == at_once.tolist()
