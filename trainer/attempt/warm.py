"""The warm process: torch is imported once, and each attempt is forked from here.

    python -m trainer.attempt.warm --socket FD

It reads lines {"folder": …} from the socket, forks a launcher for each, and answers {"folder", "pid"}, later {"folder",
"pid", "status"} with the launcher's wait status; where none can be forked, at once {"folder", "pid": null, "status"}.
Its first line is {"ready": true}. It ends, and all that it forked with it, when the other end of the socket is closed
or its parent dies. Nothing here starts a second thread: a child forked beside one may hang.
"""

import argparse
import encodings.idna  # noqa: F401 - sockets import it at the first name that they are given
import gc
import json
import multiprocessing.popen_fork
import multiprocessing.queues  # noqa: F401 - multiprocessing imports both when it forks
import os
import selectors
import signal
import socket
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch._dynamo
import torch.distributed.elastic.agent.server.local_elastic_agent

from trainer import catalog
from trainer.attempt import launch, processes
from trainer.attempt.job import NO_PROCESS, Job
from trainer.columns import category, image
from trainer.data import rows
from trainer.data.prepared import Prepared, own_name, write_prepared
from trainer.data.summary import LABEL, DataSummary
from trainer.packaging import package
from trainer.schedules import Scheduler
from trainer.specs.train import TrainDraft
from trainer.training import train  # noqa: F401 - what a rank does; it is loaded before the fork
from trainer.training.device import to_device
from trainer.training.parallel import Gradients, Ranks

PARENT_SECONDS = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", type=int, required=True, help="the file descriptor of a connected socket")
    connection = socket.socket(fileno=parser.parse_args().socket)
    connection.set_inheritable(False)
    processes.die_with_parent(os.getppid())
    warm_up()
    try:
        serve(connection)
    except ConnectionError:
        pass  # the agent was killed
    os._exit(0)  # at once: launchers die with this process, and leaving by Python's own way takes seconds


def warm_up() -> None:
    """Import what ranks import, and do once what is slow the first time, on one thread.

    What lives by then is kept out of garbage collection: a collection would touch, and so copy, all pages of each fork.
    """
    torch.set_num_threads(1)
    for family in catalog.FAMILIES:
        catalog.listing(family)
    with tempfile.TemporaryDirectory() as folder:
        rehearse(Path(folder))
    gc.collect()
    gc.freeze()


def rehearse(folder: Path) -> None:
    """What a rank does up to its first forward, with tiny data: no backward and no process group,
    which start threads.
    """
    prepared = _tiny_data(folder / "prepared.safetensors")
    spec = TrainDraft().resolved(prepared.summary)
    Job.model_validate_json(Job(run="", attempt=1, spec=spec, inputs={}).model_dump_json())
    data = rows.read(spec, prepared)
    model = package.module(rows.configure(spec, data))
    named = list(model.network.named_parameters())
    task = data.task
    loss_of = catalog.build("losses", spec.loss, task.target)
    optimizer: torch.optim.Optimizer = catalog.build("optimizers", spec.optimizer, named)
    Scheduler(spec.schedule, optimizer, 1)
    Gradients(Ranks(), [parameter for _, parameter in named], 1)
    part = data.batches(spec.batch_size, spec.seed).of(0)[0]
    with torch.no_grad():
        inputs, targets = to_device(data, part, Ranks(), torch.float32)
        outputs = model(inputs)
        task.losses(outputs, targets, loss_of)
        task.sums(outputs, targets)


def _tiny_data(path: Path) -> Prepared:
    """Twenty small pictures of two classes."""
    summary = DataSummary(
        rows=20,
        columns=(
            image.Column(name="image", shape=(1, 8, 8)),
            category.Column(name=LABEL, distinct=2, levels=("a", "b")),
        ),
    )
    write_prepared(
        path,
        summary,
        {
            own_name("image"): np.zeros((20, 1, 8, 8), np.uint8),
            "categories": (np.arange(20) % 2).astype(np.int32)[:, None],
        },
    )
    return Prepared.open(path)


def serve(connection: socket.socket) -> None:
    """Fork launchers as asked until the other end is gone."""
    parent, running, unread = os.getppid(), dict[int, str](), b""
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is the agent's to handle
    signal.set_wakeup_fd(wake_write)
    selector = selectors.EpollSelector()
    selector.register(connection, selectors.EVENT_READ)
    selector.register(wake_read, selectors.EVENT_READ)
    private = (connection.fileno(), wake_read, wake_write, selector.fileno())
    answer(connection, {"ready": True})
    while os.getppid() == parent:
        ready = {key.fd for key, _ in selector.select(PARENT_SECONDS)}
        if wake_read in ready:
            os.read(wake_read, 4096)
        reap(connection, running)
        if connection.fileno() not in ready:
            continue
        received = connection.recv(65536)
        if not received:
            return
        *lines, unread = (unread + received).split(b"\n")
        for line in lines:
            start(connection, json.loads(line)["folder"], private, running)


def start(connection: socket.socket, folder: str, private: Sequence[int], running: dict[int, str]) -> None:
    """Fork a launcher, or say at once that it ended: the others live on where no more processes can be started."""
    try:
        child = launch.fork(Path(folder), private)
    except OSError:
        traceback.print_exc()
        answer(connection, {"folder": folder, "pid": None, "status": NO_PROCESS << 8})
        return
    running[child] = folder
    answer(connection, {"folder": folder, "pid": child})


def reap(connection: socket.socket, running: dict[int, str]) -> None:
    """Tell of every launcher that has ended."""
    while running:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        answer(connection, {"folder": running.pop(child, ""), "pid": child, "status": status})


def answer(connection: socket.socket, message: dict[str, Any]) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
