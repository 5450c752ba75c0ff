"""An attempt in this process, for the command line: what its journal says is printed as it comes."""

import os
import shutil
import threading
from pathlib import Path

from trainer import events
from trainer.console import INTERRUPTED, POLL_SECONDS, Screen, events_of, pause_on_interrupt, reader_of_news, sentence, write_job
from trainer.journal import Reader
from trainer.main import run_attempt
from trainer.spec import CompressSpec, ExportSpec


def attempt(folder: Path, spec: CompressSpec | ExportSpec, inputs: dict[str, Path]) -> int:
    """Do it in ``folder`` and say how it ended; the exit code. The same call goes on with what was paused or cut off."""
    write_job(folder, spec, inputs, "stages-*.safetensors")
    screen, done = Screen(), threading.Event()
    follower = threading.Thread(target=_follow, args=(reader_of_news(folder), screen, done))
    follower.start()
    pause_on_interrupt(folder)
    try:
        run_attempt(folder)
    finally:
        done.set()
        follower.join()
    return _end(screen.ended)


def _follow(reader: Reader, screen: Screen, done: threading.Event) -> None:
    last = False
    while not last:
        last = done.wait(POLL_SECONDS)
        for event in events_of(reader):
            screen.show(event)


def _end(ended: events.Ended | None) -> int:
    if ended is None:
        print("It was cut off; the same command goes on.", flush=True)
        return 1
    if ended.message:
        print(sentence(ended), flush=True)
    return {"succeeded": 0, "stopped": 0, "paused": INTERRUPTED, "failed": 1}[ended.outcome]


def outputs(folder: Path, out: Path) -> list[Path]:
    """Copy the files that the attempt offers into ``out``, in its order."""
    out.mkdir(parents=True, exist_ok=True)
    copied: dict[Path, None] = {}
    for event in events_of(Reader(folder / "journal")):
        if isinstance(event, events.Output) and (folder / event.path).exists():
            copied[Path(shutil.copy(folder / event.path, out / os.path.basename(event.name)))] = None
    return list(copied)
