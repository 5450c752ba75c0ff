"""What P15 compares with: Lightning's Trainer, one epoch for each line that arrives. Answers with its processor
seconds.

Curves on: its CSVLogger gets loss and accuracy of each step (``log_every_n_steps=1``); of the loggers that come with it
this one is the nearest to our journal, a file that is only added to. To its advantage the learning rate is not logged,
nothing is checkpointed, progress bar, model summary and first check of the validation are off, and building the Trainer
is not counted.
"""

import logging
import sys
import time
from functools import partial
from typing import Any

import lightning  # type: ignore[import-not-found]  # in the environment that p15_throughput makes
import torch
from lightning.pytorch.loggers import CSVLogger  # type: ignore[import-not-found]
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from tests.benchmarks import p15_loaders
from trainer import catalog, schedules
from trainer.data import rows, tokenizing
from trainer.data.prepared import Prepared
from trainer.packaging import package
from trainer.packaging.preprocessing import RawModel
from trainer.specs.train import TrainSpec
from trainer.task import Target
from trainer.training.parallel import Ranks


def main(prepared: str, fields: str, folder: str) -> None:
    torch.set_num_threads(1)
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)  # no hints in the benchmarks' output
    spec = TrainSpec.model_validate_json(fields)
    data = tokenizing.tokenize(spec.tokenizers, rows.read(spec, Prepared.open(prepared)))
    Ranks().seed(spec.seed)
    training = Training(spec, package.module(rows.configure(spec, data)), data.task.target, p15_loaders.names(data))
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=spec.epochs,
        logger=CSVLogger(folder),
        log_every_n_steps=1,
        callbacks=[Turns()],
        num_sanity_val_steps=0,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(training, p15_loaders.training(spec, data), p15_loaders.validation(data))


class Training(lightning.LightningModule):  # type: ignore[misc]
    """The spec's network, loss, optimizer and schedule."""

    def __init__(self, spec: TrainSpec, model: RawModel, target: Target, names: list[str]) -> None:
        super().__init__()
        self._spec = spec
        self._loss_of = catalog.build("losses", spec.loss, target)
        self.model = model
        self._names = names

    def training_step(self, batch: list[Tensor]) -> Tensor:
        return self._score("train", batch)

    def validation_step(self, batch: list[Tensor]) -> None:
        self._score("validation", batch)

    def _score(self, part: str, batch: list[Tensor]) -> Tensor:
        *blocks, targets = batch
        raw = dict(zip(self._names, blocks, strict=True))
        outputs = self.model({name: rows.float() if rows.dtype == torch.uint8 else rows for name, rows in raw.items()})
        loss: Tensor = self._loss_of(outputs, targets).mean()
        accuracy = (outputs.argmax(1) == targets).float().mean()
        self.log_dict({f"{part}/loss": loss, f"{part}/accuracy": accuracy}, batch_size=len(targets))
        return loss

    def configure_optimizers(self) -> dict[str, Any]:
        optimizer = catalog.build("optimizers", self._spec.optimizer, self.model.network.named_parameters())
        steps = self.trainer.estimated_stepping_batches
        schedule = LambdaLR(optimizer, partial(schedules.factor, self._spec.schedule, total=steps))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class Turns(lightning.Callback):  # type: ignore[misc]
    """Holds each epoch until a line arrives. An epoch lasts until the next could begin, so nothing of it is left
    out.
    """

    _began: float | None = None

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: Training) -> None:
        self._answer()
        sys.stdin.readline()
        self._began = time.process_time()

    def on_train_end(self, trainer: lightning.Trainer, module: Training) -> None:
        self._answer()

    def _answer(self) -> None:
        if self._began is not None:
            print(time.process_time() - self._began, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
