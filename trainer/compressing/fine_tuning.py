"""Training inside a stage of a compression, by the loop that trained the model."""

from functools import partial
from pathlib import Path

from trainer import catalog
from trainer.compressing import stages
from trainer.compressing.compression import Compression
from trainer.compressing.stages import StageJournal, Stages
from trainer.compressors import RefusedError, Training
from trainer.packaging.preprocessing import RawModel
from trainer.specs.train import TrainSpec
from trainer.training import checkpoint, loop
from trainer.training.setting import Setting


class PausedError(Exception):
    """Training inside a stage was asked to pause; its checkpoint is written."""

    def __init__(self, step: int, code: str) -> None:
        super().__init__(code)
        self.step = step
        self.code = code


def fine_tune(
    compression: Compression, training: Training | None, results: Stages, unfinished: Path | None, model: RawModel
) -> None:
    """Train on; the model ends with the weights of the best epoch. ``unfinished`` is the checkpoint that an earlier
    life wrote in the middle of it.

    Raises PausedError, and RefusedError when it was stopped before it saw all rows once.
    """
    assert training is not None, "a stage that trains says so in its Spec"
    earlier = compression.steps(results.done)
    journal = StageJournal(compression.journal, earlier, partial(_checkpoint, compression, results), compression.folder)
    fitted = loop.fit(
        Setting(_recipe(compression, training), model, compression.data, compression.ranks, journal),
        control=compression.control,
        folder=compression.folder,
        resume=checkpoint.read(unfinished) if unfinished else None,
    )
    step = earlier + fitted.progress.step
    if fitted.outcome == "paused":
        raise PausedError(step, fitted.code)
    if fitted.outcome == "stopped":
        results.stopped_at = step
    if fitted.progress.step < compression.steps_per_epoch:
        raise RefusedError(
            "not_fine_tuned",
            "Stopped before it was trained on, so what this stage made is not offered; start the "
            "compression again and let it finish.",
        )


def _recipe(compression: Compression, training: Training) -> TrainSpec:
    """As the model was trained, but for so many epochs at so high a learning rate."""
    optimizer = catalog.default("optimizers", "adamw").replaced(learning_rate=training.learning_rate)
    return compression.recipe.model_copy(
        update={
            "epochs": compression.epochs(training),
            "optimizer": optimizer,
            "schedule": catalog.default("schedules", "cosine"),
            "ranks": 1,
            "precision": "float32",
            "seed": compression.spec.seed,
        }
    )


def _checkpoint(compression: Compression, results: Stages, step: int, training: Path) -> Path:
    return stages.write(compression.folder / "checkpoints", step, results, training)
