"""The launcher of one attempt: it forks the ranks under torch's elastic launch and writes down how
each of them ended.
"""

import errno
import json
import logging
import multiprocessing
import os
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from torch._C._distributed_c10d import PrefixStore, Store, TCPStore
from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.elastic.rendezvous import (
    RendezvousHandler,
    RendezvousInfo,
    RendezvousParameters,
    RendezvousStoreInfo,
    rendezvous_handler_registry,
)
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from trainer import files, scarce
from trainer.attempt.job import NO_PROCESS, Job
from trainer.attempt.main import run_attempt
from trainer.attempt.processes import default_signals, die_with_parent, output_to
from trainer.importing.limits import limit

LOOPBACK = "127.0.0.1"
SHUTDOWN_SECONDS = 5
# What launcher and ranks need to start: descriptors in each of them, and processes and threads of all of them together.
SPARE, SPARE_BY_RANK = 64, 8
THREADS, THREADS_BY_RANK = 3, 5


class OneMachine(RendezvousHandler):
    """All ranks are on this machine: no waiting for others, and a store of its own for each
    attempt, on loopback only.
    """

    def __init__(self, parameters: RendezvousParameters) -> None:
        self._run = parameters.run_id
        self._store: Store | None = None

    def get_backend(self) -> str:
        return "one-machine"

    @property
    def use_agent_store(self) -> bool:
        return True

    def next_rendezvous(self) -> RendezvousInfo:
        listener = socket.create_server((LOOPBACK, 0))
        port = listener.getsockname()[1]
        self._store = TCPStore(
            LOOPBACK,
            port,
            None,
            True,
            timedelta(seconds=60),
            wait_for_workers=False,
            multi_tenant=True,
            master_listen_fd=listener.detach(),
        )
        return RendezvousInfo(PrefixStore(self._run, self._store), 0, 1, RendezvousStoreInfo(LOOPBACK, port))

    def is_closed(self) -> bool:
        return False

    def set_closed(self) -> None:
        pass

    def num_nodes_waiting(self) -> int:
        return 0

    def get_run_id(self) -> str:
        return self._run

    def shutdown(self) -> bool:
        return True


rendezvous_handler_registry.register("one-machine", OneMachine)


class Forked(logging.Handler):
    """Keeps the rank processes when elastic's own event says that they have started; it tells only of the
    first that fails.
    """

    def __init__(self) -> None:
        super().__init__()
        self.processes: dict[int, Any] = {}

    def emit(self, record: logging.LogRecord) -> None:
        for process in multiprocessing.active_children():
            if process.pid is not None:
                self.processes.setdefault(process.pid, process)

    def exits(self) -> list[dict[str, int | None]]:
        """Exit codes by rank, which is the order of forking; a signal is negative."""
        return [
            {"rank": rank, "pid": pid, "exitcode": process.exitcode}
            for rank, (pid, process) in enumerate(sorted(self.processes.items(), key=lambda item: _number(item[1])))
        ]


def _number(process: Any) -> int:
    """multiprocessing counts the processes that it starts."""
    return int(process._identity[-1])


def _no_look_up(name: str = "") -> str:
    """In place of socket.getfqdn: elastic asks it for this machine's name three times, which takes seconds where
    DNS is slow.
    """
    return name or LOOPBACK


def launch(folder: Path) -> int:
    """Run the attempt in ``folder`` in this process's main thread; 0 when every rank ended with 0, NO_PROCESS where one
    did with that. Writes exits.json."""
    job = Job.read(folder)
    ranks = len(job.devices) if job.spec.kind == "train" else 1
    # Where torch gets none of them in the midst of its start it aborts, or waits for what never comes.
    scarce.require_descriptors(SPARE + SPARE_BY_RANK * ranks)
    scarce.require_threads(THREADS + (THREADS_BY_RANK + job.threads - 1) * ranks)
    socket.getfqdn = _no_look_up
    # A probe for GPUs that starts CUDA would spoil it for the ranks, which are forked.
    os.environ |= {"PYTORCH_NVML_BASED_CUDA_CHECK": "1", "GLOO_SOCKET_IFNAME": "lo"}
    forked = Forked()
    logging.getLogger("torchelastic-events-null").addHandler(forked)
    try:
        elastic_launch(_config(job, ranks), rank_entry)(str(folder), job.spec.kind, os.getpid())
        return 0
    except (ChildFailedError, SignalException):
        return NO_PROCESS if any(item["exitcode"] == NO_PROCESS for item in forked.exits()) else 1
    finally:
        files.write(folder / "exits.json", json.dumps({"ranks": forked.exits()}).encode())


def _config(job: Job, ranks: int) -> LaunchConfig:
    """For elastic: ranks on this machine, forked and watched often, and none of them started again."""
    return LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=ranks,
        run_id=f"{job.run}-{job.attempt}",
        rdzv_backend="one-machine",
        max_restarts=0,
        monitor_interval=0.05,
        start_method="fork",
        local_addr=LOOPBACK,
        logs_specs=DefaultLogsSpecs(log_dir=os.devnull),
        shutdown_timeout=SHUTDOWN_SECONDS,
    )


def rank_entry(folder: str, kind: str, launcher: int) -> None:
    """What each forked rank does."""
    default_signals()
    die_with_parent(launcher)
    rank = int(os.environ["RANK"])
    output_to(Path(folder) / f"rank-{rank}.log")
    if kind == "inspect":
        limit()
    code = run_attempt(Path(folder))
    sys.stdout.flush()
    sys.stderr.flush()
    if code:
        sys.exit(code)


def fork(folder: Path, close: Sequence[int] = ()) -> int:
    """Fork a launcher for ``folder`` in a session of its own; its process id. It dies with this process.

    ``close`` are descriptors that are none of its business. Raises OSError where the machine can start no process.
    """
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        default_signals()
        for descriptor in close:
            os.close(descriptor)
        die_with_parent(parent)
        output_to(folder / "launcher.log")
        code = launch(folder)
    except Exception as error:  # the process's outermost loop: whatever it was is in its log
        traceback.print_exc()
        if scarce.is_cause(error) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            code = NO_PROCESS
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
