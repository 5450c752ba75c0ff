"""An attempt for the command line: in processes of its own, as a worker does it; what its journal says is printed as it comes.

What libraries print is no word of ours: it goes into the logs in the attempt's folder.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from trainer import events, launch, warm
from trainer.console import INTERRUPTED, POLL_SECONDS, Screen, events_of, pause_on_interrupt, reader_of_news, sentence, write_job
from trainer.journal import Reader
from trainer.spec import AnySpec


def attempt(folder: Path, spec: AnySpec, inputs: Mapping[str, Path], checkpoints: str = "*.safetensors") -> Screen:
    """Do it in ``folder`` and show it until it has ended. The same call goes on with what was paused or cut off.

    ``checkpoints`` is the pattern of their names.
    """
    write_job(folder, spec, inputs, checkpoints)
    warm.warm_up()
    reader = reader_of_news(folder)
    launcher = launch.fork(folder)
    pause_on_interrupt(folder)
    screen, done = Screen(), False
    while not done:
        time.sleep(POLL_SECONDS)
        done = os.waitpid(launcher, os.WNOHANG)[0] != 0
        for event in events_of(reader):
            screen.show(event)
    return screen


def end(folder: Path, ended: events.Ended | None) -> int:
    """Say how the attempt ended, unless it went well; the exit code."""
    if ended is None:
        return _say(f"It was cut off ({_exits(folder)}). {_logs(folder)} The same command goes on from the last checkpoint.", 1)
    if ended.outcome == "paused":
        return _say((sentence(ended) or f"Paused at step {ended.step}.") + " The same command goes on.", INTERRUPTED)
    if ended.outcome == "failed":
        return _say(f"{sentence(ended)} {_logs(folder)}" if ended.code == "unexpected" else sentence(ended), 1)
    return 0


def _exits(folder: Path) -> str:
    exits = json.loads((folder / "exits.json").read_text()) if (folder / "exits.json").exists() else {"ranks": []}
    return ", ".join(f"rank {item['rank']}: {item['exitcode']}" for item in exits["ranks"])


def _logs(folder: Path) -> str:
    return f"Its logs are in {folder}."


def _say(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code


def outputs(folder: Path, out: Path) -> list[Path]:
    """Copy the files that the attempt offers into ``out``, in its order."""
    out.mkdir(parents=True, exist_ok=True)
    copied: dict[Path, None] = {}
    for event in events_of(Reader(folder / "journal")):
        if isinstance(event, events.Output) and (folder / event.path).exists():
            copied[Path(shutil.copy(folder / event.path, out / os.path.basename(event.name)))] = None
    return list(copied)
