"""Quantization by ONNX Runtime: activations U8, weights S8 per channel.

Convolutions have the ranges of their activations from training rows, and so have fully connected layers, but where
layers are recurrent or attend: there each batch brings its own. Tables of vectors, and the weights of cells for which
ONNX Runtime has no integers, are only stored small.

QOperator and not QDQ: on a small fully connected network QDQ took 0.026 ms a row, QOperator 0.012, float 0.009; on a
small convolutional one both took the same. S8 activations gained nothing on x86.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import numpy as np
import onnx
from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static

from trainer.compressors import Bench, RefusedError, Version
from trainer.compressors.quantize_int8 import Spec, weights
from trainer.exporters.onnx.write import write
from trainer.packaging import package
from trainer.packaging.package import ModelConfig
from trainer.proving import answering, latency
from trainer.proving.answering import Batch
from trainer.proving.lossy import Cost, MetricChange
from trainer.proving.sources import open_source

# Arithmetic of the preprocessing stays in float: raw columns have ranges that share no 8-bit scale.
CALIBRATED = ["Conv", "Relu", "MaxPool"]
CONNECTED = ["Gemm", "MatMul"]
DYNAMIC = ["Gather", "LSTM"]
RECURRENT = frozenset({"LSTM", "GRU", "RNN"})
CALIBRATION_BATCH = 32


def compress(spec: Spec, version: Version, bench: Bench) -> Version:
    """Quantize the version. Raises RefusedError where that costs more than the spec accepts."""
    floating, path = bench.folder / "float.onnx", bench.folder / "quantized.onnx"
    _write_float(version, floating)
    _quantize(floating, path, _calibration(spec, bench))
    change = _change(version, path, bench)
    cost = Cost.of(change, tolerance=spec.accuracy_loss if change.unit == "share" else spec.error_rise)
    refuse_when_worse(change, cost.tolerance)
    config = package.compressed(version.config, spec, version.path)
    _describe(path, config, cost)
    return Version(
        stage=version.stage + 1,
        path=path,
        form="onnx",
        config=config,
        cost=cost,
        float_latency_ms=_latency(floating, bench),
    )


def _quantize(floating: Path, path: Path, calibration: Iterator[Batch]) -> None:
    graph = onnx.load(str(floating)).graph
    operators, is_dynamic = {node.op_type for node in graph.node}, _is_sequential(graph)
    calibrated = CALIBRATED if is_dynamic else CALIBRATED + CONNECTED
    if operators.isdisjoint({*calibrated}):
        copyfile(floating, path)
    else:
        _quantize_calibrated(floating, path, calibrated, calibration)
    quantize_dynamic(
        str(path),
        str(path),
        op_types_to_quantize=DYNAMIC + CONNECTED if is_dynamic else DYNAMIC,
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    weights.store_small(path)


def _is_sequential(graph: onnx.GraphProto) -> bool:
    """Whether it is recurrent, or attends: multiplies matrices neither of which are weights."""
    weights = {tensor.name for tensor in graph.initializer}
    return any(
        node.op_type in RECURRENT or (node.op_type == "MatMul" and weights.isdisjoint(node.input))
        for node in graph.node
    )


def _quantize_calibrated(floating: Path, path: Path, operators: list[str], calibration: Iterator[Batch]) -> None:
    quantize_static(
        str(floating),
        str(path),
        _Calibration(calibration),
        quant_format=QuantFormat.QOperator,
        op_types_to_quantize=operators,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )


def refuse_when_worse(change: MetricChange, limit: float) -> None:
    """Raise RefusedError where the loss is above ``limit``."""
    if change.loss <= limit:
        return
    if change.unit == "share":
        raise RefusedError(
            "quantization_too_lossy",
            "Refused: the share of right answers fell from %(before)s to %(after)s, "
            "more than the accepted %(limit)s; accept a larger fall, or leave quantization out.",
            before=f"{change.before:.4f}",
            after=f"{change.after:.4f}",
            limit=f"{limit:g}",
        )
    raise RefusedError(
        "quantization_too_lossy",
        "Refused: the mean error rose from %(before)s to %(after)s, by more than the "
        "accepted share of %(limit)s; accept a larger rise, or leave quantization out.",
        before=f"{change.before:.4g}",
        after=f"{change.after:.4g}",
        limit=f"{limit:g}",
    )


def _write_float(version: Version, path: Path) -> None:
    """The version as a float graph. The quantizer trips over shapes noted at inner values."""
    source = open_source(version.path, "torch")
    write(source, path)
    graph = onnx.load(str(path))
    del graph.graph.value_info[:]
    onnx.save(graph, str(path))


def _calibration(spec: Spec, bench: Bench) -> Iterator[Batch]:
    """Training rows, evenly spaced, the same each time; a piece after the other."""
    train = bench.rows.parts.train
    places = np.linspace(0, len(train) - 1, min(spec.calibration_rows, len(train))).astype(np.int64)
    return (answering.raw(bench.rows, piece) for piece in bench.rows.pieces(train[places], CALIBRATION_BATCH))


class _Calibration:
    """Feeds training rows to ONNX Runtime, as its CalibrationDataReader is asked to."""

    def __init__(self, pieces: Iterator[Batch]) -> None:
        self._pieces = pieces

    def get_next(self) -> Batch | None:
        return next(self._pieces, None)


def _change(version: Version, path: Path, bench: Bench) -> MetricChange:
    """What became of the metric, on all test rows."""
    part = bench.rows.parts.test
    before = answering.decisions(answering.model(version.path, "torch", bench.threads), bench.rows, part)
    after = answering.decisions(answering.model(path, "onnx", bench.threads), bench.rows, part)
    return bench.rows.task.compare(before, after, bench.rows.targets[part])


def _latency(path: Path, bench: Bench) -> dict[str, float]:
    """The same network in float in the same runtime, so that the table can tell what the integers gained from
    what ONNX did.
    """
    return latency.measure(
        answering.model(path, "onnx", bench.threads), answering.raw(bench.rows, bench.rows.parts.test[:32])
    )


def _describe(path: Path, config: ModelConfig, cost: Cost) -> None:
    """Keep what the quantizer dropped or never knew: the metadata of the float graph stays, what it cost is added."""
    graph = onnx.load(str(path))
    properties = {entry.key: entry.value for entry in onnx.load(str(path.with_name("float.onnx"))).metadata_props}
    onnx.helper.set_model_props(
        graph, {**properties, "trainyard": config.model_dump_json(), "lossy": json.dumps(cost.report())}
    )
    onnx.save(graph, str(path))
