"""The ranks of a run: who does which rows, and how their gradients become one.

Gradients lie in one buffer, last layer first, behind a few numbers of the step (loss, weight, sums, command), so that
these travel with the first bucket for nothing. A bucket is summed over the ranks as soon as backward has filled it. The
buffer's layout never changes, unlike DistributedDataParallel's, which rebuilds its buckets after the first step: a
resumed run would add in another order and drift from the run that was never killed.
"""

import gc
import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from trainer.data.prepared import Indices
from trainer.training import memory

BUCKET_BYTES = 25 * 1024 * 1024
PEER_SECONDS = float(os.environ.get("TRAINYARD_PEER_SECONDS", "120"))
"""A rank that keeps the others waiting so long counts as lost. Must exceed the time that writing a checkpoint takes."""


class PeerLostError(Exception):
    """Another rank died or hangs. This rank is not to blame; it leaves without a word, and the agent
    resumes the run.
    """

    @property
    def hangs(self) -> bool:
        """Whether the other rank is still there: its connection stands, but it does not answer."""
        return "timed out" in str(self).lower() or "timeout" in str(self).lower()


class Ranks:
    """This process among the ranks of its run. ``count`` 1 needs no process group, and
    nothing here then communicates.
    """

    def __init__(self, rank: int = 0, placement: Sequence[str] = ("cpu:0",)) -> None:
        self.rank = rank
        self.count = len(placement)
        self.placement = tuple(placement)
        self.device = torch.device("cpu" if placement[rank].startswith("cpu") else placement[rank])

    @property
    def first(self) -> bool:
        """Whether this rank is the one that writes."""
        return self.rank == 0

    def seed(self, seed: int) -> None:
        """Set the random state of this rank's devices. torch.manual_seed would ask for every kind of device,
        which takes longer.
        """
        torch.default_generator.manual_seed(seed)
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)

    def share(self, rows: Indices) -> Indices:
        """This rank's contiguous part of ``rows``; sizes differ by one at most."""
        return rows[len(rows) * self.rank // self.count : len(rows) * (self.rank + 1) // self.count]

    def sum(self, numbers: Tensor) -> Tensor:
        """``numbers`` added up over all ranks, in place."""
        if self.count > 1:
            _wait(dist.all_reduce(numbers, async_op=True))
        return numbers

    def gather(self, part: Tensor, sizes: Sequence[int]) -> list[Tensor]:
        """Each rank's ``part``, whose first dimensions are ``sizes``, on every rank."""
        if self.count == 1:
            return [part]
        padded = part.new_zeros((max(sizes), *part.shape[1:]))
        padded[: len(part)] = part
        parts = [torch.empty_like(padded) for _ in sizes]
        _wait(dist.all_gather(parts, padded, async_op=True))
        return [gathered[:size] for gathered, size in zip(parts, sizes, strict=True)]


def join(devices: Sequence[str], threads: int) -> Ranks:
    """Enter the process group that the launcher's environment describes. Raises PeerLostError when the
    others stay away.
    """
    torch.set_num_threads(threads)
    memory.keep_freed()
    ranks = Ranks(int(os.environ.get("RANK", "0")), devices)
    if ranks.device.type == "cuda":
        torch.cuda.set_device(ranks.device)
    if ranks.count > 1:
        backend = "cpu:gloo,cuda:nccl" if ranks.device.type == "cuda" else "gloo"
        try:
            dist.init_process_group(backend, timeout=timedelta(seconds=PEER_SECONDS))
        except (RuntimeError, dist.DistError) as error:
            raise PeerLostError(str(error)) from error
    return ranks


def leave() -> None:
    """The orderly end: all ranks meet, what hangs on the process group is collected, then the group is destroyed."""
    if not dist.is_initialized():
        return
    try:
        _wait(dist.barrier(async_op=True))
    finally:
        gc.collect()
        dist.destroy_process_group()


def _wait(work: Any) -> None:
    try:
        work.wait()
    except (RuntimeError, dist.DistError) as error:
        raise PeerLostError(str(error)) from error


class Gradients:
    """The gradients of ``parameters``, summed over the ranks, and so many ``numbers`` of each step summed with them.

    Of each step: ``clear``, set ``numbers``, ``backward``, ``combine``, ``divide``.
    """

    def __init__(self, ranks: Ranks, parameters: Iterable[Tensor], numbers: int) -> None:
        self._ranks = ranks
        self._parameters = list(parameters)[::-1]
        self._works: list[Any] = []
        if ranks.count == 1:
            self.numbers = torch.zeros(numbers, dtype=self._parameters[0].dtype, device=ranks.device)
            return
        self._flat = self._views(numbers)
        self.numbers, self._sums = self._flat[:numbers], self._flat[numbers:]
        self._buckets = self._cut(numbers)

    def _views(self, at: int) -> Tensor:
        """One buffer whose parts are the parameters' gradients, laid out as they are; backward adds into it."""
        first = self._parameters[0]
        size = at + sum(parameter.numel() for parameter in self._parameters)
        flat = torch.zeros(size, dtype=first.dtype, device=first.device)
        for parameter in self._parameters:
            parameter.grad = torch.as_strided(flat, parameter.shape, parameter.stride(), at)
            at += parameter.numel()
        return flat

    def _cut(self, at: int) -> list[Tensor]:
        """Buckets of about BUCKET_BYTES. With more than one, hooks send each while backward goes on."""
        buckets, start = [], 0
        members: list[list[Tensor]] = [[]]
        for parameter in self._parameters:
            at += parameter.numel()
            members[-1].append(parameter)
            if (at - start) * self._flat.element_size() >= BUCKET_BYTES and at < len(self._flat):
                buckets.append(self._flat[start:at])
                members.append([])
                start = at
        self._sizes = [len(bucket) for bucket in members]
        self._missing = list(self._sizes)
        for number, bucket in enumerate(members if buckets else []):
            for parameter in bucket:
                parameter.register_post_accumulate_grad_hook(partial(self._filled, number))
        return [*buckets, self._flat[start:]]

    def _filled(self, number: int, _: Tensor) -> None:
        """One more gradient lies in bucket ``number``: send the next buckets that are full, in the same
        order on all ranks.
        """
        self._missing[number] -= 1
        while len(self._works) < len(self._missing) and self._missing[len(self._works)] == 0:
            self._send()

    def _send(self) -> None:
        try:
            self._works.append(dist.all_reduce(self._buckets[len(self._works)], async_op=True))
        except (RuntimeError, dist.DistError) as error:
            raise PeerLostError(str(error)) from error

    def clear(self) -> None:
        """Before backward."""
        if self._ranks.count > 1:
            self._flat.zero_()
            return
        for parameter in self._parameters:
            parameter.grad = None

    def backward(self, loss: Tensor, weight: Tensor) -> None:
        """Of the loss, which is a sum. One rank alone knows the whole ``weight`` beforehand and need not touch each
        gradient once more.
        """
        torch.autograd.backward(loss, None if self._ranks.count > 1 else weight.reciprocal())

    def combine(self) -> None:
        """After backward: every rank then holds the sums. Raises PeerLostError."""
        if self._ranks.count > 1:
            while len(self._works) < len(self._buckets):
                self._send()
            for work in self._works:
                _wait(work)
            self._works.clear()
            self._missing[:] = self._sizes

    def divide(self, weight: Tensor) -> None:
        """After ``combine``: make sums over rows, tokens or whatever was weighed means, alike on all ranks."""
        if self._ranks.count > 1:
            self._sums.div_(weight)
