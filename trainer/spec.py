"""The spec of a run: one frozen class per kind, read alike by the form, the API, the command line, the database
and each rank.
"""

from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from trainer.augmentation import AugmentationSpec
from trainer.catalog import Choice, default, entry, listing
from trainer.cleaning import CleaningSpec, Use
from trainer.columns import AnyReading, Column, Reading
from trainer.component import ADVANCED, Component, Form, Lenient, Section, Strict, Versioned
from trainer.compressors import CompressorSpec
from trainer.data import inputs, partition
from trainer.data.epochs import steps_per_epoch
from trainer.data.summary import LABEL, DataSummary
from trainer.errors import SpecError, TrainerError
from trainer.model import ModelSpec
from trainer.optimizers import OptimizerSpec
from trainer.schedules import ScheduleSpec
from trainer.sentences import gettext_noop as _
from trainer.task import TaskSpec

NAMED = 5  # columns in a sentence
FITTING: dict[str, Any] = {"empty": "Chosen to fit the data"}
Task = Annotated[TaskSpec, Choice("tasks")]
Model = Annotated[ModelSpec, Choice("models")]
Loss = Annotated[Component, Choice("losses")]
Optimizer = Annotated[OptimizerSpec, Choice("optimizers")]
Schedule = Annotated[ScheduleSpec, Choice("schedules")]
Cleaning = Annotated[CleaningSpec, Choice("cleaning")]
Augmentation = Annotated[AugmentationSpec, Choice("augmentation")]
Compressor = Annotated[CompressorSpec, Choice("compressors")]
Exporter = Annotated[Component, Choice("exporters")]
Format = Annotated[Component, Choice("formats")]


def _each_once(exporters: tuple[Component, ...]) -> tuple[Component, ...]:
    """The same format twice would be two files of one name."""
    names = [exporter.name for exporter in exporters]
    for place, exporter in enumerate(exporters):
        if exporter.name in names[:place]:
            raise SpecError(
                "exporter_twice",
                "“%(exporter)s” stands here more than once. Keep one of them.",
                field=str(place),
                exporter=entry("exporters", exporter).label,
            )
    return exporters


Cleanings = Annotated[tuple[Cleaning, ...], Lenient]
Augmentations = Annotated[tuple[Augmentation, ...], Lenient]
Exporters = Annotated[tuple[Exporter, ...], Lenient, AfterValidator(_each_once)]


class Split(Strict):
    """Which rows train, choose the best epoch, and judge at the end. With ``folds``, the test part is one fold of many.

    ``column`` is resolved with the data; then it is empty where rows are drawn at random.
    """

    column: str | None = Field(
        None,
        title="Parts given by",
        json_schema_extra={"choices_from": "partitions"},
        description="A column whose values are train, validation and test; a part that it lacks is drawn from the rows "
        "to train.",
    )
    validation: float = Field(0.1, gt=0, lt=0.9, title="Validation part", description="Chooses the best epoch.")
    test: float = Field(0.1, gt=0, lt=0.9, title="Test part", description="Read once, when training has ended.")
    folds: int | None = Field(
        None,
        ge=2,
        le=100,
        title="Folds",
        json_schema_extra={"advanced": True},
        description="Take the test part as one of so many folds.",
    )
    fold: int = Field(
        0,
        ge=0,
        lt=100,
        title="Fold",
        json_schema_extra={"advanced": True},
        description="Which fold is the test part; counts from 0.",
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """The column that gives the parts, if there is one."""
        return (self.column,) if self.column else ()

    def resolved(self, data: DataSummary) -> "Split":
        """With the column of the data that gives the parts, unless it was said to draw them. Raises TrainerError for a
        column that gives none."""
        if self.column:
            partition.require_partition(self.column, data)
        if self.column is not None:
            return self
        return self.model_copy(update={"column": "" if self.folds else partition.split_column(data) or ""})

    @property
    def test_part(self) -> float:
        """The part of the rows that is tested on."""
        return 1 / self.folds if self.folds else self.test

    @model_validator(mode="after")
    def _leaves_rows_to_train_on(self) -> Self:
        if self.folds is not None and self.fold >= self.folds:
            raise ValueError(
                _("The fold must be smaller than the number of folds, as folds count from 0. Choose a smaller fold.")
            )
        if self.validation + self.test_part >= 0.95:
            message = _(
                # xgettext:no-python-format
                "Validation and test part together leave less than 5 % of the rows to train on. Make the validation "
                "part smaller, or the test part, which is larger the fewer folds there are."
            )
            raise ValueError(message)
        return self


class RunSpec(Versioned):
    """What the specs of all kinds share. ``version`` counts the released forms of the kind's own fields."""

    version: int = Field(1, title="Version")
    seed: Annotated[int, Section.TRAINING] = Field(
        0,
        ge=0,
        lt=2**31,
        title="Seed",
        description="The same seed gives the same split, order and weights.",
        json_schema_extra=ADVANCED,
    )
    ranks: Annotated[int, Section.RESOURCES] = Field(
        1,
        ge=1,
        le=1024,
        title="Ranks",
        description="Processes that train together, each on a device of its own.",
        json_schema_extra={"at_most": "devices"},
    )
    threads: Annotated[int, Section.RESOURCES] = Field(
        1,
        ge=1,
        le=256,
        title="Threads per rank",
        description="Processor threads that each rank may use.",
        json_schema_extra=ADVANCED,
    )

    @property
    def device_count(self) -> int:
        """Devices that the run holds while it works."""
        return self.ranks


class TrainDraft(RunSpec):
    """Train one model, as somebody asks for it: ``resolved`` fills in what depends on the data."""

    kind: Literal["train"] = "train"
    task: Annotated[Task | None, Section.DATA] = Field(None, title="Task", description="What the model learns to tell.")
    split: Annotated[Split, Section.DATA] = Field(default_factory=Split, title="Split")
    cleaning: Annotated[Cleanings, Section.DATA] = Field(
        (),
        max_length=16,
        title="Cleaning",
        description="Done in this order before anything is learned; what it does goes with the model.",
        json_schema_extra={"empty": "The rows are taken as they are.", "previewed": True},
    )
    augmentation: Annotated[Augmentations, Section.DATA] = Field(
        (),
        max_length=16,
        title="Augmentation",
        description="Done in this order with the training rows, otherwise each time they are seen.",
        json_schema_extra={"empty": "Each row is seen as it is, every time.", "previewed": True},
    )
    model: Annotated[Model | None, Section.MODEL] = Field(
        None, title="Model", description="The network.", json_schema_extra=FITTING
    )
    loss: Annotated[Loss | None, Section.MODEL] = Field(
        None, title="Loss", description="What training makes small.", json_schema_extra=FITTING
    )
    optimizer: Annotated[Optimizer, Section.TRAINING] = Field(
        default_factory=lambda: cast(OptimizerSpec, default("optimizers", "adamw")),
        title="Optimizer",
        description="How each step changes the weights.",
    )
    schedule: Annotated[Schedule, Section.TRAINING] = Field(
        default_factory=lambda: cast(ScheduleSpec, default("schedules", "cosine")),
        title="Schedule",
        description="How the learning rate changes over the run.",
    )
    batch_size: Annotated[int, Section.TRAINING] = Field(
        32, ge=1, le=1_000_000, title="Batch size", description="Rows per step, over all ranks together."
    )
    epochs: Annotated[int, Section.TRAINING] = Field(
        10, ge=1, le=100_000, title="Epochs", description="How often every training row is seen."
    )
    precision: Annotated[Literal["float32", "float64"], Section.TRAINING] = Field(
        "float32",
        title="Precision",
        description="Number format of weights and data.",
        json_schema_extra=ADVANCED,
    )
    nonfinite: Annotated[Literal["stop", "skip", "continue"], Section.TRAINING] = Field(
        "stop",
        title="When the loss is not finite",
        description="Stop the run, skip that step's update, or go on regardless.",
        json_schema_extra=ADVANCED,
    )
    checkpoint_seconds: Annotated[float, Section.RESOURCES] = Field(
        10.0,
        ge=0,
        le=86_400,
        title="Seconds between checkpoints",
        description="At most this much work is repeated after a crash; 0 writes one every step.",
        json_schema_extra=ADVANCED,
    )
    exporters: Annotated[Exporters, Section.AFTER] = Field(
        default_factory=lambda: tuple(entry.spec() for entry in listing("exporters").values()),
        title="Exports",
        description="Formats that are made and proved when training has ended.",
        json_schema_extra={"empty": "Nothing to download is made."},
    )

    def steps_per_epoch(self, rows: int) -> int:
        """Of so many rows to train on."""
        return steps_per_epoch(rows, self.batch_size)

    def resolved(self, data: DataSummary) -> "TrainSpec":
        """The complete spec for this data.

        Raises TrainerError where a part does not fit the data, naming the field and what would fit.
        """
        task = self.task or _default_task(data)
        entry("tasks", task).module.check(task, data)
        split = self.split.resolved(data)
        features = inputs.feature_columns(task.features, (*task.target_columns, *split.columns), data)
        model = self.model or _default_model(features)
        loss = self.loss or default("losses", task.loss)
        if not model.takes(features):
            raise TrainerError(
                "model_does_not_fit",
                "“%(model)s” cannot take the columns %(columns)s together; choose another model, or "
                "other input columns.",
                field="model",
                model=entry("models", model).label,
                columns=", ".join(column.name for column in features[:NAMED]),
            )
        model.require_fit(features)
        if task.encoding not in loss.targets:
            raise TrainerError(
                "loss_does_not_fit",
                "The loss “%(loss)s” cannot learn what “%(task)s” tells; choose another loss.",
                field="loss",
                loss=entry("losses", loss).label,
                task=entry("tasks", task).label,
            )
        _require_fitting_steps(self, task, features)
        return TrainSpec(**{**dict(self), "task": task, "model": model, "loss": loss, "split": split})


class TrainSpec(TrainDraft):
    """Train one model: complete, as it is queued, stored with the model, and done."""

    task: Annotated[Task, Section.DATA] = Field(title="Task", description="What the model learns to tell.")
    model: Annotated[Model, Section.MODEL] = Field(title="Model", description="The network.")
    loss: Annotated[Loss, Section.MODEL] = Field(title="Loss", description="What training makes small.")


class CompressSpec(RunSpec):
    """Make a trained model smaller, stage after stage; each stage yields a model version."""

    kind: Literal["compress"] = "compress"
    ranks: Literal[1] = Field(1, title="Ranks", description="Compression works on one device.")
    stages: Annotated[tuple[Compressor, ...], Lenient] = Field(
        default_factory=lambda: tuple(
            cast(CompressorSpec, default("compressors", name)) for name in ("prune_channels", "quantize_int8")
        ),
        min_length=1,
        max_length=16,
        title="Stages",
        description="Done in this order.",
        json_schema_extra={"empty": "Nothing is made smaller yet: add a stage."},
    )

    @model_validator(mode="after")
    def _stages_fit_together(self) -> Self:
        form: Form = "torch"
        for number, stage in enumerate(self.stages, 1):
            if form not in stage.forms:
                raise SpecError(
                    "stage_order",
                    "Stage %(number)s, “%(stage)s”, needs a model of the form %(needs)s, but what comes before it "
                    "makes one of the form %(form)s; move it up.",
                    field=f"stages.{number - 1}",
                    number=number,
                    stage=entry("compressors", stage).label,
                    needs=", ".join(sorted(stage.forms)),
                    form=form,
                )
            form = stage.yields
        return self


class ExportSpec(RunSpec):
    """Write one model version in other formats and prove each of them."""

    kind: Literal["export"] = "export"
    ranks: Literal[1] = Field(1, title="Ranks", description="Exports are made by one process.")
    exporters: Exporters = Field(
        min_length=1,
        max_length=16,
        title="Formats",
        description="Each is made and proved.",
        json_schema_extra={"empty": "Nothing is made yet: add a format."},
    )

    @property
    def device_count(self) -> int:
        return 0


def exporters_for(form: Form, wanted: tuple[Component, ...] | None = None) -> tuple[Component, ...]:
    """Those of the wanted exporters that take a model of this form. All that do, with their defaults, where nobody said
    which, or none of the wanted does; none where the list is empty.
    """
    if wanted == ():
        return ()
    fitting = tuple(item for item in wanted or () if form in item.forms)
    return fitting or tuple(item.spec() for item in listing("exporters").values() if form in item.spec.forms)


class InspectSpec(RunSpec):
    """Open what a user uploaded, recognise its format, profile it, and prepare it for training."""

    kind: Literal["inspect"] = "inspect"
    ranks: Literal[1] = Field(1, title="Ranks", description="Data are opened by one process.")
    files: Annotated[tuple[str, ...], Lenient] = Field(min_length=1, max_length=8, title="Names of the uploaded files")
    format: Format | None = Field(None, title="Format", description="Recognised from the content when left out.")
    columns: dict[str, Annotated[Reading, AnyReading()]] = Field(
        default_factory=dict,
        title="Kinds of columns",
        description="How columns are to be read, by name; what is not named is recognised from its values.",
    )

    @property
    def device_count(self) -> int:
        return 0


class PreviewSpec(RunSpec):
    """Show what cleaning and augmentation make of the data. The fields are those of a training."""

    kind: Literal["preview"] = "preview"
    ranks: Literal[1] = Field(1, title="Ranks", description="A preview is made by one process.")
    task: Task | None = Field(None, title="Task")
    split: Split = Field(default_factory=Split, title="Split")
    cleaning: Cleanings = Field((), max_length=16, title="Cleaning")
    augmentation: Augmentations = Field((), max_length=16, title="Augmentation")

    @property
    def device_count(self) -> int:
        return 0

    @classmethod
    def of(cls, spec: TrainDraft) -> "PreviewSpec":
        """The preview of a training's rows."""
        return cls(**{name: getattr(spec, name) for name in PREVIEWED})

    def training(self) -> TrainDraft:
        """A training on the same rows."""
        return TrainDraft(**{name: getattr(self, name) for name in PREVIEWED})


PREVIEWED = ("seed", "task", "split", "cleaning", "augmentation")
AnyKind = TrainSpec | CompressSpec | ExportSpec | InspectSpec | PreviewSpec
AnySpec = Annotated[AnyKind, Field(discriminator="kind")]
AnyDraft = TrainDraft | CompressSpec | ExportSpec | InspectSpec | PreviewSpec  # as somebody sends it
KINDS: dict[str, type[RunSpec]] = {  # as somebody sends them
    "train": TrainDraft,
    "compress": CompressSpec,
    "export": ExportSpec,
    "inspect": InspectSpec,
    "preview": PreviewSpec,
}
_any_spec: TypeAdapter[AnyKind] = TypeAdapter(AnySpec)
_any_draft: TypeAdapter[AnyDraft] = TypeAdapter(Annotated[AnyDraft, Field(discriminator="kind")])


def parse(spec: dict[str, Any], kind: str | None = None) -> AnyDraft:
    """Validate a spec from outside.

    Raises pydantic's ValidationError, whose locations name the fields, and TrainerError for one of another ``kind``.
    """
    if kind is not None and spec.get("kind", kind) != kind:
        raise TrainerError(
            "other_kind", "Only a spec of the kind “%(kind)s” is taken here; leave “kind” out.", field="kind", kind=kind
        )
    return _any_draft.validate_python({"kind": kind or "train", **spec} if "kind" not in spec else spec)


def parse_complete(spec: dict[str, Any]) -> AnyKind:
    """Validate a spec that was queued: nothing is left open in it. Raises pydantic's ValidationError."""
    return _any_spec.validate_python(spec)


def _require_fitting_steps(spec: TrainDraft, task: TaskSpec, features: tuple[Column, ...]) -> None:
    """Raise TrainerError for a step of cleaning or augmentation that has nothing to work on."""
    for place, step in enumerate(spec.cleaning):
        label = entry("cleaning", step).label
        step.check(Use(task=task, features=features, field=f"cleaning.{place}", label=label))
    for place, augmentation in enumerate(spec.augmentation):
        if not any(map(augmentation.takes, features)):
            raise TrainerError(
                "augmentation_does_not_fit",
                "“%(step)s” finds no input column that it can vary. Take the step out.",
                field=f"augmentation.{place}",
                step=entry("augmentation", augmentation).label,
            )


def _default_task(data: DataSummary) -> TaskSpec:
    if data.named(LABEL) is not None:
        return cast(TaskSpec, default("tasks", "classification").replaced(target=LABEL))
    raise TrainerError(
        "task_missing",
        'Say in “task” which column is the target, for example {"name": "classification", "target": "%(column)s"}.',
        field="task",
        column=data.columns[0].name if data.columns else "…",
    )


def _default_model(features: tuple[Column, ...]) -> ModelSpec:
    """The first in the listing that is made for such columns; where none is, one that takes anything."""
    specs = sorted((item.spec for item in listing("models").values()), key=lambda spec: spec.is_general)  # type: ignore[attr-defined]
    return next(cast(ModelSpec, spec()) for spec in specs if spec.takes(features))  # type: ignore[attr-defined]
