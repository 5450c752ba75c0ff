"""Fields of specs that hold a component of a family, or several."""

from typing import Annotated

from pydantic import AfterValidator

from trainer.augmentation import AugmentationSpec
from trainer.catalog import Choice, entry
from trainer.cleaning import CleaningSpec
from trainer.component import Component, Lenient
from trainer.compressors import CompressorSpec
from trainer.errors import SpecError
from trainer.model import ModelSpec
from trainer.optimizers import OptimizerSpec
from trainer.schedules import ScheduleSpec
from trainer.task import TaskSpec
from trainer.tokenizers import TokenizerSpec

Task = Annotated[TaskSpec, Choice("tasks")]
Model = Annotated[ModelSpec, Choice("models")]
Loss = Annotated[Component, Choice("losses")]
Optimizer = Annotated[OptimizerSpec, Choice("optimizers")]
Schedule = Annotated[ScheduleSpec, Choice("schedules")]
Cleaning = Annotated[CleaningSpec, Choice("cleaning")]
Augmentation = Annotated[AugmentationSpec, Choice("augmentation")]
Tokenizer = Annotated[TokenizerSpec, Choice("tokenizers")]
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
Tokenizers = Annotated[tuple[Tokenizer, ...], Lenient]
Augmentations = Annotated[tuple[Augmentation, ...], Lenient]
Exporters = Annotated[tuple[Exporter, ...], Lenient, AfterValidator(_each_once)]
