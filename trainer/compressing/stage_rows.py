"""The table of a compression: a row for the original and for each stage that is done."""

from typing import Annotated, Any, Literal

from pydantic import Field

from trainer.component import Form, Strict
from trainer.proving.lossy import Cost, MetricChange
from trainer.report import Number, Unit

Latency = dict[str, float]  # milliseconds of a call by batch size, as JSON has its keys


class Metric(Strict):
    """The task's metric of a version; ``note`` must stand beside the value."""

    name: str
    label: str
    value: Number
    unit: Unit
    note: str = ""


class Measured(Strict):
    """A version. ``change`` compares it with the original, ``cost`` with the version that it was quantized from, which
    has ``float_latency_ms`` in the same runtime. ``size`` is in bytes."""

    status: Literal["done"] = "done"
    stage: int
    name: str
    form: Form
    runtime: str
    metric: Metric
    loss: Number
    size: int
    parameters: int
    threads: int
    latency_ms: Latency
    change: MetricChange | None = None
    cost: Cost | None = None
    float_latency_ms: Latency | None = None


class Refused(Strict):
    """Why a stage offers no version; ``message`` with ``params`` is the sentence for the user."""

    status: Literal["refused"] = "refused"
    stage: int
    name: str
    form: Form
    code: str
    message: str
    params: dict[str, Any]


StageRow = Annotated[Measured | Refused, Field(discriminator="status")]
