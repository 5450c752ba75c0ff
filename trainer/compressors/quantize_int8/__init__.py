"""Quantize to 8-bit integers

Weights and activations become 8-bit integers, and the file about a quarter as large; of recurrent layers the weights
alone do. Answers change a little, so the result is compared with the model that it came from.
"""

from typing import ClassVar, Literal

from pydantic import Field

from trainer.component import Form
from trainer.compressors import Bench, CompressorSpec, Version


class Spec(CompressorSpec):
    yields: ClassVar[Form] = "onnx"
    order: ClassVar[int] = 2

    ranges: Literal["static", "dynamic"] = Field(
        "static",
        title="Ranges of activations",
        description="Static: read from training rows, once for all. Dynamic: of each row or token as it comes, so "
        "that one that is unlike the others keeps its digits; convolutions then calculate in float.",
    )
    calibration_rows: int = Field(
        256,
        ge=1,
        le=100_000,
        title="Calibration rows",
        json_schema_extra={"unit": "rows"},
        description="Training rows from which the static range of each activation is read.",
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
    from trainer.compressors.quantize_int8 import stage

    return stage.compress(spec, version, bench)
