"""What an export answers in a process that has none of our code: a fresh interpreter in isolated mode (``python -I``),
given a folder that holds what a downloader would have.
"""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from itertools import dropwhile
from pathlib import Path

import numpy as np

from trainer.data.prepared import Array
from trainer.errors import TrainerError

BATCHES = (1, 7)
PATIENCE_SECONDS = 600.0
LONGEST_REASON = 300  # characters
SHORTAGES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM})
SHORT_OF = 100  # added to one of them: the exit code of a process that met it
CRASHES = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGFPE}
)  # which a process brings upon itself

STRANGER = f"""
import ctypes, errno, importlib.util, json, os, pathlib, runpy, signal, sys, traceback
parent, folder, run, rows, *batches = sys.argv[1:]
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(parent):
    sys.exit("the process that asked is gone")
if importlib.util.find_spec("trainer") is not None:
    sys.exit("the parity process can see the trainer's code")
try:
    tools = runpy.run_path(folder + "/predict.py")
    preprocess = json.loads(pathlib.Path(folder, "preprocess.json").read_text(encoding="utf-8"))
    model = runpy.run_path(folder + "/" + run)["load"](folder)
    np, answers = tools["np"], {{}}
    for size in batches:
        pieces = tools["batches"](pathlib.Path(rows), preprocess, int(size), longer=int(size) // 2)
        answers[size] = np.concatenate([np.asarray(model(piece)) for piece in pieces])
    np.savez(folder + "/answers.npz", **answers)
except (OSError, MemoryError) as error:
    number = error.errno if isinstance(error, OSError) else errno.ENOMEM
    if number not in {sorted(SHORTAGES)}:
        raise
    traceback.print_exc()
    sys.exit({SHORT_OF} + number)
"""


class NoAnswerError(TrainerError):
    """The export could not be run at all."""


def answers(folder: Path, run: str, rows: Path) -> dict[int, Array]:
    """What the export in ``folder`` answers for the raw rows, by batch size.

    Raises NoAnswerError when it cannot be run, and OSError for want of room or memory, which says nothing
    about the export.
    """
    process = _ask(folder, run, rows)
    _require_answer(process)
    with np.load(folder / "answers.npz", allow_pickle=False) as arrays:
        return {int(size): arrays[size] for size in arrays.files}


def _ask(folder: Path, run: str, rows: Path) -> "subprocess.CompletedProcess[bytes]":
    places = [str(os.getpid()), str(folder.resolve()), run, str(rows.resolve())]
    with tempfile.TemporaryDirectory() as elsewhere:
        try:
            return subprocess.run(
                [sys.executable, "-I", "-c", STRANGER, *places, *map(str, BATCHES)],
                cwd=elsewhere,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NoAnswerError(
                "export_too_slow", "It gave no answer within %(seconds)s seconds.", seconds=int(PATIENCE_SECONDS)
            ) from error


def _require_answer(process: "subprocess.CompletedProcess[bytes]") -> None:
    """Raises as ``answers``. Who was killed was killed from outside, for memory as a rule: this process dies of the
    same, so that its death is judged as any other.
    """
    if process.returncode - SHORT_OF in SHORTAGES:
        raise OSError(process.returncode - SHORT_OF, _reason(process.stderr))
    if process.returncode < 0 and -process.returncode not in CRASHES:
        os.kill(os.getpid(), -process.returncode)
    if process.returncode:
        reason = _reason(process.stderr) if process.returncode > 0 else signal.Signals(-process.returncode).name
        raise NoAnswerError("export_does_not_run", "It could not be run: %(error)s", error=reason)


def _environment() -> dict[str, str]:
    """Nothing of ours, one thread; the path of shared libraries stays, for machines that need it."""
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**inherited, "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}


def _reason(output: bytes) -> str:
    """The message behind a traceback, however many lines it has; without a traceback the last line."""
    lines = output.decode(errors="replace").strip().splitlines()
    last = max((place for place, line in enumerate(lines) if line.startswith("  File ")), default=None)
    message = lines[-1:] if last is None else dropwhile(lambda line: line.startswith(" "), lines[last:])
    return " ".join(" ".join(message).split())[:LONGEST_REASON] or "no reason given"
