"""The warm process: torch is imported once, and each attempt is forked from here.

    python -m trainer.warm --socket FD

It reads lines {"folder": …} from the socket, forks a launcher for each, and answers {"folder", "pid"}, later {"folder",
"pid", "status"} with the launcher's wait status. Its first line is {"ready": true}. It ends, and all that it forked with it,
when the other end of the socket is closed or its parent dies. Nothing here starts a second thread: a child forked beside
one may hang.
"""

import argparse
import json
import os
import selectors
import signal
import socket
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch._dynamo
import torch.distributed.elastic.agent.server.local_elastic_agent
from torch import nn

from trainer import catalog, launch, loop, processes, split  # noqa: F401
from trainer.spec import Split

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
    """Import what ranks import, and call once what is slow the first time, on one thread: no backward, no process group."""
    torch.set_num_threads(1)
    for family in catalog.FAMILIES:
        catalog.listing(family)
    split.parts(np.arange(20), np.arange(20) % 2, Split(), 0)
    network: nn.Module = catalog.build("models", catalog.default("models", "cnn"), (1, 8, 8), 2)
    with torch.no_grad():
        network(torch.zeros(2, 1, 8, 8))
    adamw = catalog.default("optimizers", "adamw")
    optimizer: torch.optim.Optimizer = catalog.build("optimizers", adamw, network.parameters())
    catalog.build("schedules", catalog.default("schedules", "cosine"), optimizer, 1)


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
            folder = json.loads(line)["folder"]
            running[child := launch.fork(Path(folder), private)] = folder
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
