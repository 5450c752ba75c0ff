"""What P16 compares with: DistributedDataParallel as its tutorial shows it, started by torchrun. Prints rank 0's step
times.
"""

import json
import sys
import time
from functools import partial

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

from trainer import catalog, schedules
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.packaging import package
from trainer.specs.train import TrainSpec


def main(prepared: str, fields: str) -> None:
    dist.init_process_group("gloo")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    spec = TrainSpec.model_validate_json(fields)
    data = rows.read(spec, Prepared.open(prepared))
    model = DistributedDataParallel(package.module(rows.configure(spec, data)))
    train = TensorDataset(data.batch(data.parts.train)["image"], data.targets_of(data.parts.train))
    sampler: DistributedSampler[int] = DistributedSampler(train)
    loader = DataLoader(train, batch_size=spec.batch_size // dist.get_world_size(), sampler=sampler)
    assert spec.loss is not None
    loss_of = catalog.build("losses", spec.loss, data.task.target)
    optimizer = catalog.build("optimizers", spec.optimizer, model.module.network.named_parameters())
    schedule = LambdaLR(optimizer, partial(schedules.factor, spec.schedule, total=len(loader) * spec.epochs))
    ends, curve = [], []
    for epoch in range(spec.epochs):
        sampler.set_epoch(epoch)
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model({"image": inputs.float()})
            loss = loss_of(outputs, targets).mean()
            loss.backward()
            optimizer.step()
            schedule.step()
            curve.append((loss.item(), (outputs.argmax(1) == targets).float().mean().item()))
            ends.append(time.time())
    if dist.get_rank() == 0:
        print(json.dumps([after - before for before, after in zip(ends, ends[1:], strict=False)]))
    dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
