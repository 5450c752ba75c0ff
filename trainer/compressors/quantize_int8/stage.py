"""Quantization by ONNX Runtime. Static: activations U8, weights S8 per channel, calibrated on training rows. Dynamic:
fully connected layers alone, weights and activations S8 in blocks, with ranges of its own for each row or token. Tables
of vectors, and the weights of recurrent layers, are only stored as integers.

No activation takes its range from the batch, as quantize_dynamic has it: that was faster (an LSTM with 32 rows in 15 ms
instead of 27), but what a row is answered depended on the rows beside it, by up to 0.01.

QOperator and not QDQ: on a small fully connected network QDQ took 0.026 ms a row, QOperator 0.012, float 0.009; on a
small convolutional one both took the same. S8 activations gained nothing on x86.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.onnx_model import ONNXModel

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
QUANTIZED = ["Conv", "Gemm", "MatMul", "Relu", "MaxPool"]
CALIBRATION_BATCH = 32
BLOCK = 64  # features that share a scale
ACTIVATIONS_IN_8_BITS = 4  # of the levels of accuracy that ONNX Runtime's MatMulNBits knows


def compress(spec: Spec, version: Version, bench: Bench) -> Version:
    """Quantize the version. Raises RefusedError where that costs more than the spec accepts."""
    floating, path = bench.folder / "float.onnx", bench.folder / "quantized.onnx"
    _write_float(version, floating)
    if spec.ranges == "static":
        _quantize_statically(floating, path, _calibration(spec, bench))
    else:
        _quantize_dynamically(floating, path)
    quantize_dynamic(str(path), str(path), op_types_to_quantize=["Gather"], weight_type=QuantType.QInt8)
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


def _quantize_statically(floating: Path, path: Path, calibration: Iterator[Batch]) -> None:
    quantize_static(
        str(floating),
        str(path),
        _Calibration(calibration),
        quant_format=QuantFormat.QOperator,
        op_types_to_quantize=QUANTIZED,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},  # what attends multiplies activations, which stay in float
    )
    weights.store_small(path, weights.CELLS)


def _quantize_dynamically(floating: Path, path: Path) -> None:
    graph = ONNXModel(onnx.load(str(floating)))
    graph.replace_gemm_with_matmul()
    quantizer = MatMulNBitsQuantizer(
        graph.model, bits=8, block_size=BLOCK, is_symmetric=True, accuracy_level=ACTIVATIONS_IN_8_BITS
    )
    quantizer.process()
    onnx.save(quantizer.model.model, str(path))
    weights.store_small(path, {**weights.CELLS, **weights.CONVOLUTIONS})


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
