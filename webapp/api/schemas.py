"""The shapes of what the API takes and gives. Times are RFC 3339 in UTC, sizes are bytes, durations are seconds."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict, StrictBool, StrictFloat, StrictInt, StrictStr

from webapp.api.specs import SHAPE

Stage = Annotated[dict[str, Any], Field(json_schema_extra={SHAPE: "Compressors"})]
Exporter = Annotated[dict[str, Any], Field(json_schema_extra={SHAPE: "Exporters"})]


def file_of(media_type: str, description: str) -> dict[str, Any]:
    """``openapi_extra`` of an operation that answers with a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": description, "content": content}}}


class Body(Schema):
    """What is sent: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list["Mistake"] = []


class Mistake(Schema):
    field: str
    message: str


class Rename(Body):
    name: StrictStr = Field(min_length=1, max_length=200)


class NewRun(Body):
    name: StrictStr = Field("", max_length=200, description="The data set's name when left out.")
    dataset: UUID
    version: StrictInt | None = Field(
        None, ge=1, le=2**31 - 1, description="A version's number; the newest that is ready when left out."
    )
    spec: dict[str, Any] = Field(
        description="The run's spec, of which everything has a default but, for a table, “task”.",
        examples=[{"model": {"name": "cnn"}, "epochs": 7, "ranks": 2}],
        json_schema_extra={SHAPE: "TrainDraft"},
    )


class NewCompression(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"stages": [{"name": "prune_channels", "ratio": 0.5}]}]})

    name: StrictStr = Field("", max_length=200)
    stages: list[Stage] | None = Field(
        None,
        max_length=16,
        description="Compressors in order; the default is to prune half of the channels and then to quantize to int8.",
    )


class NewExports(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"exporters": [{"name": "onnx"}]}]})

    exporters: list[Exporter] = Field(min_length=1, max_length=16, description="Each is made of every model it takes.")


class Run(Schema):
    id: UUID
    name: str
    kind: str = Field(description="train, compress, export, inspect, inspect_asset or preview")
    state: str = Field(
        description="queued, starting, running, stopping, paused, succeeded, stopped, failed or cancelled"
    )
    reason: str = Field(description="Why it is in its state, in words.")
    reason_code: str
    reason_params: dict[str, Any] = Field(description="What fills the gaps of the reason.")
    headline: str = Field(description="What came of it in a few words; empty while there is nothing to say.")
    scores: dict[str, float] = Field(description="The numbers of its report by name, by which a list can be sorted.")
    exports_coming: bool = Field(
        description="Whether files to download may still be made of it: it has not ended, or an "
        "export run of it has not. Always false where no exports were asked for."
    )
    dataset: UUID | None
    dataset_version: UUID | None
    parent: UUID | None
    attempt: int
    step: int
    total_steps: int
    steps_per_epoch: int
    created: datetime
    queued: datetime
    started: datetime | None
    ended: datetime | None


class RunDetail(Run):
    spec: dict[str, Any] = Field(
        description="Without what depends on the data until these are inspected.", json_schema_extra={SHAPE: "Spec"}
    )
    report: dict[str, Any] | None = Field(description="What came of it; its sentences in words, with code and params.")
    metrics: list[str] = Field(description="Names for /runs/{id}/metrics.")
    children: list[Run]
    assets: list[UUID] = Field(description="The assets that it reads.")
    seq: int = Field(description="The last number of its stream of events.")


class Metric(Schema):
    """A curve, thinned to about ``points`` points; smallest and largest values always stay. NaN is the text "NaN"."""

    name: str
    steps: list[int]
    values: list[float | str]
    times: list[float | str]
    count: int = Field(description="Points between the two steps before thinning.")
    nonfinite: int = 0


class Export(Schema):
    id: UUID
    format: str
    name: str
    size: int
    sha256: str
    run: UUID = Field(description="The export run that made it.")
    download: str
    meta: dict[str, Any]


class Exports(Schema):
    items: list[Export]
    waiting: bool = Field(description="Whether more may come: the run, or an export run of it, has not ended.")
    proofs: list[dict[str, Any]] = Field(description="Each format with its parity, or why it was refused.")


class NewQuestion(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"values": {"COLUMN": 1.5}}]})

    values: dict[str, StrictStr | StrictInt | StrictFloat | StrictBool | None] = Field(
        max_length=100_000,
        description="By column; what is left out is missing. Of a picture the content of its file, in Base64; a "
        "request has at most 2 MiB.",
    )
    about: StrictStr = Field(
        "", max_length=1000, description="The class or label that the influences are to be about; the answer's own."
    )
    model: UUID | None = Field(None, description="The export in ONNX, where the run has several models; the last one.")


class Influence(Schema):
    column: str
    change: float = Field(description="Of the probability, or of the number: with this, less without it.")
    place: list[int] = Field(
        description="Of a word its first and last character, of a patch left, top, right and bottom in pixels; empty "
        "where the whole value was left out."
    )
    further: int = Field(description="Columns that were left out together with this one.")


class Doubt(Schema):
    column: str
    value: str


class Excess(Schema):
    column: str
    tokens: int = Field(description="That the text has.")
    read: int = Field(description="That the model reads.")
    part: str = Field(description="beginning or end: which tokens are read.")


class Answer(Schema):
    target: str
    value: float | None = Field(description="Where a number is told.")
    words: list[str] = Field(description="The class, or the labels that are there.")
    probabilities: dict[str, float] = Field(description="The largest, at most 20.")
    further: int = Field(description="Classes or labels that are less probable than those told.")
    about: str = Field(description="Whose probability the influences are about; empty where a number is told.")
    latency_ms: float = Field(description="Of one row: the median of some calls on the worker's processor.")
    calls: int
    threads: int
    not_understood: list[Doubt] = Field(description="Values that counted as missing.")
    not_read: list[Excess] = Field(description="Texts with more tokens than the model reads.")
    influences: list[Influence] = Field(description="The largest first.")
    parts: int = Field(description="What could be left out.")
    tried: int = Field(description="What of it was left out before the time was up.")
    model: UUID


class Events(Schema):
    items: list[dict[str, Any]] = Field(
        description="Each with its number “seq”; “from” is the number up to which one must know all."
    )
    last: int


class LogLine(Schema):
    seq: int
    time: datetime
    level: str
    code: str = Field(description="What is wrong, for programs; empty where a line only tells of progress.")
    message: str
    params: dict[str, Any] = Field(description="What fills the gaps of the message.")


class LogLines(Schema):
    items: list[LogLine]
    last: int


class Component(Schema):
    family: str
    name: str
    label: str
    description: str
    targets: list[str] = Field(description="Of a loss: the encodings of targets that it takes.")
    schema_: dict[str, Any] = Field(alias="schema")


class Preset(Schema):
    name: str
    label: str
    description: str
    settings: dict[str, Any] = Field(description="Fields of a training's spec; the rest follows from the data.")


class Components(Schema):
    items: list[Component]
    presets: list[Preset] = Field(description="Settings that do well with data of a sort.")
    specs: dict[str, Any] = Field(description="The JSON Schema of each kind of run's spec.")


class Device(Schema):
    name: str
    label: str
    memory: int | None
    busy: bool


class Worker(Schema):
    name: str
    host: str
    alive: bool
    draining: bool
    seen: datetime
    devices: list[Device]


class Me(Schema):
    id: UUID
    name: str
