"""What no loop can save of P15: the network's forward and backward, the optimizer's step and the validation's forward,
on batches that lie ready, as quickly as our loop has them done. One epoch for each line that arrives; answers with its
processor seconds.
"""

import sys
import time

import torch

from trainer import catalog
from trainer.data import rows, tokenizing
from trainer.data.prepared import Prepared
from trainer.packaging import package
from trainer.specs.train import TrainSpec
from trainer.training import dropout, parallel
from trainer.training.scoring import EVALUATION_ROWS


def main(prepared: str, fields: str) -> None:
    ranks = parallel.join(["cpu:0"], threads=1)
    spec = TrainSpec.model_validate_json(fields)
    data = tokenizing.tokenize(spec.tokenizers, rows.read(spec, Prepared.open(prepared)))
    ranks.seed(spec.seed)
    model = package.module(rows.configure(spec, data))
    dropout.quicken(model)
    loss_of = catalog.build("losses", spec.loss, data.task.target)
    optimizer = catalog.build("optimizers", spec.optimizer, list(model.network.named_parameters()))
    batches = data.batches(spec.batch_size, spec.seed).of(0)
    training = [(data.batch(batch), data.targets_of(batch)) for batch in batches]
    pieces = data.pieces(data.by_length(data.parts.validation), EVALUATION_ROWS)
    validation = [data.batch(piece) for piece in pieces]
    for _ in sys.stdin:
        start = time.process_time()
        for inputs, targets in training:
            optimizer.zero_grad()
            loss_of(model.network(model.encode(inputs)), targets).mean().backward()
            optimizer.step()
        with torch.no_grad():
            for inputs in validation:
                model.network(model.encode(inputs))
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
