"""An attempt for the command line: in processes of its own, as a worker does it; what its journal says is
printed as it comes.

What libraries print is no word of ours: it goes into the logs in the attempt's folder.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from trainer.attempt import events, interrupts, launch, warm
from trainer.attempt.journal import Reader
from trainer.commands import INTERRUPTED
from trainer.errors import CheckpointError
from trainer.specs.parsing import AnySpec
from trainer.terminal.console import POLL_SECONDS, Screen, events_of, pausing_on_interrupt, reader_of_news, sentence
from trainer.terminal.out import REPORT, Out


def attempt(out: Out, spec: AnySpec, inputs: Mapping[str, Path], checkpoints: str = "*.safetensors") -> Screen:
    """Do it in ``out`` and show it until it has ended. The same call goes on with what was paused or cut off, and tells
    again of what has finished.

    ``checkpoints`` is the pattern of their names.
    """
    job = out.next_job(spec, inputs, checkpoints)
    if job is None:
        return _finished(out)
    warm.warm_up()
    interrupts.check()
    while True:
        out.begin(job)
        screen = _show(out.run)
        if job.resume is None or screen.ended is None or screen.ended.code != CheckpointError.CODE:
            return screen
        damaged = Path(job.resume)
        damaged.unlink(missing_ok=True)
        job = out.next_job(spec, inputs, checkpoints) or job
        instead = f"going on from {Path(job.resume).name}" if job.resume else "beginning anew"
        print(f"The checkpoint {damaged.name} is damaged and was removed; {instead}.", flush=True)


def _show(folder: Path) -> Screen:
    """Start the attempt in ``folder``, and show it until it has ended."""
    reader = reader_of_news(folder)
    screen, has_ended = Screen(), False
    with pausing_on_interrupt(folder):
        launcher = launch.fork(folder)
        while not has_ended:
            time.sleep(POLL_SECONDS)
            has_ended = os.waitpid(launcher, os.WNOHANG)[0] != 0
            for event in events_of(reader):
                screen.show(event)
    return screen


def _finished(out: Out) -> Screen:
    """The end of the run that is here, without all that was printed while it was running."""
    print(f"This run has finished in {out.path} before; add --overwrite to do it again.", flush=True)
    screen = Screen()
    for event in events_of(Reader(out.run / "journal")):
        if isinstance(event, events.Result | events.Ended):
            screen.show(event)
    return screen


def end(folder: Path, ended: events.Ended | None) -> int:
    """Say how the attempt ended, unless it went well; the exit code."""
    if ended is None:
        return _say(
            f"It was cut off ({_exits(folder)}). {_logs(folder)} The same command goes on from the last checkpoint.", 1
        )
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


def outputs(folder: Path) -> dict[str, Path]:
    """The files that the attempt offers by name, in its order."""
    offers = [event for event in events_of(Reader(folder / "journal")) if isinstance(event, events.Output)]
    return {os.path.basename(event.name): folder / event.path for event in offers if (folder / event.path).exists()}


def report(folder: Path, screen: Screen) -> dict[str, Path]:
    """The report as one more of these files."""
    path = folder / REPORT
    path.write_text(json.dumps(screen.report, indent=2), encoding="utf-8")
    return {REPORT: path}
