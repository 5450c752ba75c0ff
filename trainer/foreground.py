"""An attempt in this process, for the command line: what its journal says is printed as it comes."""

import os
import shutil
import signal
import threading
from pathlib import Path

from trainer import events, job
from trainer.commands.fit import INTERRUPTED, Screen, devices
from trainer.job import Job
from trainer.journal import Reader
from trainer.main import run_attempt
from trainer.spec import CompressSpec, ExportSpec

POLL_SECONDS = 0.05


def attempt(folder: Path, spec: CompressSpec | ExportSpec, inputs: dict[str, Path]) -> int:
    """Do it in ``folder`` and say how it ended; the exit code. The same call goes on with what was paused or cut off."""
    _write_job(folder, spec, {role: str(path.resolve(strict=True)) for role, path in inputs.items()})
    reader = Reader(folder / "journal", (folder / "journal").stat().st_size if (folder / "journal").exists() else 0)
    screen, done = Screen(), threading.Event()
    follower = threading.Thread(target=_follow, args=(reader, screen, done))
    follower.start()
    signal.signal(signal.SIGINT, lambda *_: _interrupt(folder))
    try:
        run_attempt(folder)
    finally:
        done.set()
        follower.join()
    return _end(screen.ended)


def _write_job(folder: Path, spec: CompressSpec | ExportSpec, inputs: dict[str, str]) -> None:
    number, resume = 1, None
    if (folder / "job.json").exists():
        earlier = Job.read(folder)
        if earlier.spec == spec and earlier.inputs == inputs and not _has_ended(folder):
            number = earlier.attempt + 1
            resume = max((str(path) for path in (folder / "checkpoints").glob("stages-*.safetensors")), default=None)
        else:
            shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    new = Job(run=spec.kind, attempt=number, spec=spec, inputs=inputs, devices=devices(1), resume=resume)
    (folder / "control").write_bytes(bytes([job.GO_ON]))
    (folder / "job.json").write_text(new.model_dump_json(), encoding="utf-8")


def _has_ended(folder: Path) -> bool:
    ended = None
    reader = Reader(folder / "journal")
    while found := list(reader.read()):
        ended = next((event for _, event in reversed(found) if isinstance(event, events.Ended)), ended)
    return ended is not None and ended.outcome != "paused"


def _follow(reader: Reader, screen: Screen, done: threading.Event) -> None:
    last = False
    while not last:
        last = done.wait(POLL_SECONDS)
        while found := list(reader.read()):
            for _, event in found:
                screen.show(event)


def _interrupt(folder: Path) -> None:
    print("\nWriting a checkpoint …", flush=True)
    job.command(folder, job.PAUSE)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(ended: events.Ended | None) -> int:
    if ended is None:
        print("It was cut off; the same command goes on.", flush=True)
        return 1
    if ended.message:
        print(ended.message % ended.params if ended.params else ended.message, flush=True)
    return {"succeeded": 0, "stopped": 0, "paused": INTERRUPTED, "failed": 1}[ended.outcome]


def outputs(folder: Path, out: Path) -> list[Path]:
    """Copy the files that the attempt offers into ``out``, in its order."""
    out.mkdir(parents=True, exist_ok=True)
    copied: dict[Path, None] = {}
    reader = Reader(folder / "journal")
    while found := list(reader.read()):
        for _, event in found:
            if isinstance(event, events.Output) and (folder / event.path).exists():
                copied[Path(shutil.copy(folder / event.path, out / os.path.basename(event.name)))] = None
    return list(copied)
