"""The spec of a training, as somebody asks for it and as it is done."""

from typing import Annotated, Any, Literal, cast

from pydantic import Field

from trainer.catalog import default, entry, listing
from trainer.columns import Column
from trainer.component import ADVANCED, Section
from trainer.data import inputs
from trainer.data.epochs import steps_per_epoch
from trainer.data.summary import DataSummary
from trainer.optimizers import OptimizerSpec
from trainer.schedules import ScheduleSpec
from trainer.specs import fitting
from trainer.specs.choices import (
    Augmentations,
    Cleanings,
    Exporters,
    Loss,
    Model,
    Optimizer,
    Schedule,
    Task,
    Tokenizers,
)
from trainer.specs.run import RunSpec
from trainer.specs.split import Split

FITTING: dict[str, Any] = {"empty": "Chosen to fit the data"}


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
    tokenizers: Annotated[Tokenizers, Section.DATA] = Field(
        (),
        max_length=16,
        title="Tokenizers",
        description="How texts are cut into tokens. A column takes the first that is for it, else the first that takes "
        "any; with none in the list, they are chosen to fit.",
        json_schema_extra={**FITTING, "previewed": "always"},
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
        task = self.task or fitting.default_task(data)
        entry("tasks", task).module.check(task, data)
        split = self.split.resolved(data)
        features = inputs.feature_columns(task.features, (*task.target_columns, *split.columns), data)
        model = self.model or fitting.default_model(features)
        loss = self.loss or fitting.default_loss(task)
        fitting.require_model(model, features)
        model = model.fitted(features)
        fitting.require_loss(loss, task)
        fitting.require_cleaning(self.cleaning, task, features)
        fitting.require_augmentation(self.augmentation, features)
        tokenizers = fitting.tokenizers(self.tokenizers, features)
        chosen = {"task": task, "model": model, "loss": loss, "split": split, "tokenizers": tokenizers}
        return TrainSpec(**{**dict(self), **chosen})


class TrainSpec(TrainDraft):
    """Train one model: complete, as it is queued, stored with the model, and done."""

    task: Annotated[Task, Section.DATA] = Field(title="Task", description="What the model learns to tell.")
    model: Annotated[Model, Section.MODEL] = Field(title="Model", description="The network.")
    loss: Annotated[Loss, Section.MODEL] = Field(title="Loss", description="What training makes small.")

    def features(self, data: DataSummary) -> tuple[Column, ...]:
        """The columns that the model gets."""
        return inputs.feature_columns(self.task.features, (*self.task.target_columns, *self.split.columns), data)
