"""The spec of a preview of prepared rows."""

from typing import Literal

from pydantic import Field

from trainer.specs.choices import Augmentations, Cleanings, Task, Tokenizers
from trainer.specs.run import RunSpec
from trainer.specs.split import Split
from trainer.specs.train import TrainDraft

PREVIEWED = ("seed", "task", "split", "cleaning", "tokenizers", "augmentation")


class PreviewSpec(RunSpec):
    """Show what cleaning and augmentation make of the data. The fields are those of a training."""

    kind: Literal["preview"] = "preview"
    ranks: Literal[1] = Field(1, title="Ranks", description="A preview is made by one process.")
    task: Task | None = Field(None, title="Task")
    split: Split = Field(default_factory=Split, title="Split")
    cleaning: Cleanings = Field((), max_length=16, title="Cleaning")
    tokenizers: Tokenizers = Field((), max_length=16, title="Tokenizers")
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
