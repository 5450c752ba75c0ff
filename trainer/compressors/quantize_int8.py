"""Quantize to 8-bit integers

Weights and activations become 8-bit integers, and the file about a quarter as large. Answers change a little, so the
result is compared with the model that it came from.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from trainer.component import Form
from trainer.compressors import Bench, CompressorSpec, RefusedError, Version, compressed

if TYPE_CHECKING:
    from trainer.packaging.package import ModelConfig
    from trainer.proving.answering import Batch
    from trainer.proving.lossy import Change

# Arithmetic of the preprocessing stays in float: raw columns have ranges that share no 8-bit scale.
QUANTIZED = ["Conv", "Gemm", "MatMul", "Relu", "MaxPool"]
CALIBRATION_BATCH = 32


class Spec(CompressorSpec):
    yields: ClassVar[Form] = "onnx"
    order: ClassVar[int] = 2

    calibration_rows: int = Field(
        256,
        ge=1,
        le=100_000,
        title="Calibration rows",
        json_schema_extra={"unit": "rows"},
        description="Training rows from which the range of each activation is read.",
    )
    accuracy_loss: float = Field(
        0.02,
        ge=0,
        le=1,
        title="Accepted fall of a share",
        json_schema_extra={"unit": "share"},
        description="Of rows that are answered rightly: a larger fall on the test rows refuses the result; "
        "0.02 is two points.",
    )
    error_rise: float = Field(
        0.1,
        ge=0,
        le=10,
        title="Accepted rise of the error",
        json_schema_extra={"unit": "share"},
        description="For a number: a larger rise of the mean absolute error refuses the result; 0.1 is 10 %.",
    )


def build(spec: Spec, version: Version, bench: Bench) -> Version:
    """Static quantization by ONNX Runtime: activations U8, weights S8 per channel, calibrated on training rows.

    QOperator and not QDQ: on a small fully connected network QDQ took 0.026 ms a row, QOperator 0.012, float 0.009;
    on a small convolutional one both took the same. S8 activations gained nothing on x86.
    """
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    floating, path = bench.folder / "float.onnx", bench.folder / "quantized.onnx"
    _write_float(version, floating)
    quantize_static(
        str(floating),
        str(path),
        _Calibration(_calibration(spec, bench)),
        quant_format=QuantFormat.QOperator,
        op_types_to_quantize=QUANTIZED,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    change = _change(version, path, bench)
    limit = spec.accuracy_loss if change.unit == "share" else spec.error_rise
    refuse_when_worse(change, limit)
    config = compressed(version.config, spec, version.path)
    _describe(path, config, {"tolerance": limit, **change.report()})
    notes = {"agreement": {**change.report(), "tolerance": limit}, "float_latency_ms": _float_latency(floating, bench)}
    return Version(version.stage + 1, path, "onnx", config, notes)


def refuse_when_worse(change: "Change", limit: float) -> None:
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
    import onnx

    from trainer.exporters.onnx import write
    from trainer.proving.sources import open_source

    source = open_source(version.path, "torch")
    write(source, path)
    graph = onnx.load(str(path))
    del graph.graph.value_info[:]
    onnx.save(graph, str(path))


def _calibration(spec: Spec, bench: Bench) -> "Iterator[Batch]":
    """Training rows, evenly spaced, the same each time; a piece after the other."""
    import numpy as np

    from trainer.proving import answering

    train = bench.rows.parts.train
    chosen = np.linspace(0, len(train) - 1, min(spec.calibration_rows, len(train))).astype(np.int64)
    return (answering.raw(bench.rows, piece) for piece in bench.rows.pieces(train[chosen], CALIBRATION_BATCH))


class _Calibration:
    """Feeds training rows to ONNX Runtime, as its CalibrationDataReader is asked to."""

    def __init__(self, pieces: "Iterator[Batch]") -> None:
        self._pieces = pieces

    def get_next(self) -> "Batch | None":
        return next(self._pieces, None)


def _change(version: Version, path: Path, bench: Bench) -> "Change":
    """What it cost, on all test rows."""
    from trainer.proving import answering

    part = bench.rows.parts.test
    before = answering.decisions(answering.model(version.path, "torch", bench.threads), bench.rows, part)
    after = answering.decisions(answering.model(path, "onnx", bench.threads), bench.rows, part)
    return bench.rows.task.compare(before, after, bench.rows.targets[part])


def _float_latency(path: Path, bench: Bench) -> dict[str, float]:
    """The same network in float in the same runtime, so that the table can tell what the integers gained from
    what ONNX did.
    """
    from trainer.proving import answering, latency

    return latency.measure(
        answering.model(path, "onnx", bench.threads), answering.raw(bench.rows, bench.rows.parts.test[:32])
    )


def _describe(path: Path, config: "ModelConfig", facts: dict[str, Any]) -> None:
    """Keep what the quantizer dropped or never knew: the metadata of the float graph stays, what it cost is added."""
    import onnx

    graph = onnx.load(str(path))
    properties = {entry.key: entry.value for entry in onnx.load(str(path.with_name("float.onnx"))).metadata_props}
    onnx.helper.set_model_props(
        graph, {**properties, "trainyard": config.model_dump_json(), "lossy": json.dumps(facts)}
    )
    onnx.save(graph, str(path))
