"""The proof that an export answers as the model does: from the stored raw row, in a process without our code.

The process is a fresh interpreter in isolated mode (``python -I``) in a folder that holds what a downloader would have:
the export, ``preprocess.json``, ``predict.py`` and the export's ``run_*.py``. It is asked with batches of 1 and of 7,
and where rows differ in length with more padding in the second, so that a graph fixed at one batch size or at one
length is found out. A float32 export may differ by at most 1e-4·max(f, |y|) in any
number, where f is 1 for the scores of classes, and for a number the deviation of the target: a number has a unit, and 1
of it may be much or nothing.
"""

import errno
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns import Block, Column, module_of
from trainer.data.prepared import Array, Indices, Prepared
from trainer.errors import TrainerError
from trainer.proving.answering import Batch
from trainer.proving.description import plain
from trainer.sentences import filled
from trainer.sentences import gettext_noop as _

ROWS = 256
BATCHES = (1, 7)
TOLERANCE = 1e-4
PATIENCE_SECONDS = 600.0
JSON = "parity.json"
SHEET = "PARITY.md"

GAP_ROWS = 256
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


def write_rows(
    prepared: Prepared, names: Sequence[str], rows: Indices, folder: Path, gaps: Sequence[Sequence[str]]
) -> Path:
    """The stored raw rows as a stranger would hold them: JSON Lines with the columns of these names,
    pictures in files beside.

    What is written comes from the prepared data, so that wrong codes are found out. At the end the first row stands
    some more times, each without the values of the columns that ``gaps`` names.
    """
    path = folder / "rows.jsonl"
    columns = [column for name in names if (column := prepared.summary.named(name)) is not None]
    pictures = folder / "pictures"
    pictures.mkdir()
    with path.open("w", encoding="utf-8") as file:
        first: dict[str, Any] = {}
        for number, row in enumerate(rows.tolist()):
            values = {
                column.name: _outside(column, prepared, row, pictures / f"{number}-{place}.npy")
                for place, column in enumerate(columns)
            }
            first = first or values
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
        file.writelines(json.dumps({**first, **dict.fromkeys(gap)}, ensure_ascii=False) + "\n" for gap in gaps)
    return path


def _outside(column: Column, prepared: Prepared, row: int, path: Path) -> Any:
    value = module_of(column, "values").outside(column, prepared, row)
    if not isinstance(value, np.ndarray):
        return value
    np.save(path, value)
    return str(path.relative_to(path.parent.parent))


def gaps(blocks: Sequence[Block]) -> list[list[str]]:
    """Columns whose values are left out together, each of all that may be missing once: one by one, but several at a
    time where there are more than GAP_ROWS.
    """
    names = [name for block in blocks if block.gap is not None for name in block.column_names]
    return [names[start::GAP_ROWS] for start in range(min(len(names), GAP_ROWS))]


def with_gaps(row: Batch, blocks: Sequence[Block], gaps: Sequence[Sequence[str]]) -> Batch:
    """A raw row [1, …] once for each of the gaps, as the model is told of them."""
    rows = {name: np.repeat(values, len(gaps), axis=0) for name, values in row.items()}
    for block in blocks:
        for place, name in enumerate(block.column_names if block.gap is not None else ()):
            rows[block.name][[name in gap for gap in gaps], place] = block.gap
    return rows


class NoAnswerError(TrainerError):
    """The export could not be run at all."""


def answers(folder: Path, run: str, rows: Path) -> dict[int, Array]:
    """What the export in ``folder`` answers for the raw rows, by batch size.

    Raises NoAnswerError when it cannot be run, and OSError for want of room or memory, which says nothing
    about the export.
    """
    command = [
        sys.executable,
        "-I",
        "-c",
        STRANGER,
        str(os.getpid()),
        str(folder.resolve()),
        run,
        str(rows.resolve()),
        *map(str, BATCHES),
    ]
    with tempfile.TemporaryDirectory() as elsewhere:
        try:
            process = subprocess.run(
                command,
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
    _require_answer(process)
    with np.load(folder / "answers.npz", allow_pickle=False) as arrays:
        return {int(size): arrays[size] for size in arrays.files}


def _require_answer(process: "subprocess.CompletedProcess[bytes]") -> None:
    """Raises as ``answers``. Who was killed was killed from outside, for memory as a rule: this process dies of the
    same, so that its death is judged as any other.
    """
    if process.returncode - SHORT_OF in SHORTAGES:
        raise OSError(process.returncode - SHORT_OF, _last_line(process.stderr))
    if process.returncode < 0 and -process.returncode not in CRASHES:
        os.kill(os.getpid(), -process.returncode)
    if process.returncode:
        reason = _last_line(process.stderr) if process.returncode > 0 else signal.Signals(-process.returncode).name
        raise NoAnswerError("export_does_not_run", "It could not be run: %(error)s", error=reason)


def _environment() -> dict[str, str]:
    """Nothing of ours, one thread; the path of shared libraries stays, for machines that need it."""
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**inherited, "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "no reason given"


@dataclass(frozen=True)
class Verdict:
    """What is known of one export after the check; ``message`` with ``params`` is the sentence for the user."""

    status: str
    rows: int
    largest_difference: float | None
    message: str
    params: dict[str, Any]
    lossy: dict[str, Any] | None = None
    tolerance: float = TOLERANCE

    def report(self) -> dict[str, Any]:
        cost = {"lossy": self.lossy} if self.lossy else {}
        return {
            **cost,
            "status": self.status,
            "rows": self.rows,
            "largest_difference": self.largest_difference,
            "tolerance": self.tolerance,
            "batch_sizes": list(BATCHES),
            "message": self.message,
            "params": self.params,
        }


def refused(rows: int, message: str, params: dict[str, Any]) -> Verdict:
    """A refusal without a measured difference."""
    return Verdict("refused", rows, None, message, params)


def difference(reference: Array, answers: Array, floor: float = 1.0) -> float:
    """Largest |answers - reference| / max(floor, |reference|). Infinite where shapes differ or one is not a number and
    the other is.
    """
    if reference.shape != answers.shape:
        return math.inf
    expected, actual = reference.astype(np.float64), answers.astype(np.float64)
    same = (expected == actual) | (np.isnan(expected) & np.isnan(actual))
    with np.errstate(invalid="ignore"):
        gaps = np.where(same, 0.0, np.abs(actual - expected) / np.maximum(floor, np.abs(expected)))
    return float(np.max(np.nan_to_num(gaps, nan=math.inf, posinf=math.inf), initial=0.0))


def check(folder: Path, run: str, rows: Path, reference: Array, count: int, floor: float = 1.0) -> Verdict:
    """Prove the float32 export in ``folder`` or refuse it. ``reference`` is what the model itself answers for ``rows``,
    of which ``count`` are test rows; ``floor`` is the size, in its unit, below which answers count as that large."""
    if not np.isfinite(reference[:count]).any():
        return refused(
            count,
            _(
                "Refused: the model itself answers no row with a number, so nothing can be proved; "
                "train it again with a lower learning rate."
            ),
            {},
        )
    try:
        by_size = answers(folder, run, rows)
    except NoAnswerError as error:
        return refused(count, error.message, error.params)
    largest = max(difference(reference, by_size[size], floor) for size in BATCHES)
    if largest <= TOLERANCE:
        return Verdict(
            "proved",
            count,
            largest,
            _("Proved on %(rows)s rows: the largest relative difference is %(difference)s."),
            {"rows": count, "difference": f"{largest:.1e}"},
        )
    return Verdict(
        "refused",
        count,
        largest if math.isfinite(largest) else None,
        _(
            "Refused: it does not answer as the model does. The largest relative difference is %(difference)s, allowed "
            "is %(tolerance)s; train again or choose another format."
        ),
        {"difference": f"{largest:.1e}", "tolerance": f"{TOLERANCE:.0e}"},
    )


def sheet(report: dict[str, Any]) -> str:
    """``report`` (what parity.json holds) as readable Markdown."""
    size = f"max({report['floor']:.4g}, |y|)"
    lines = [
        "# Parity sheet",
        "",
        "Each export was run from the stored raw rows in a process that has none of the training code.",
        f"A float32 export may differ by at most 1e-4 x {size} in any number, or it is refused.",
        f"The relative difference is |answer - y| / {size}.",
        "",
        "| file | verdict | rows | batch sizes | largest relative difference |",
        "| --- | --- | --- | --- | --- |",
    ]
    for export in report["exports"]:
        gap = "–" if export["largest_difference"] is None else f"{export['largest_difference']:.2e}"
        sizes = ", ".join(map(str, export["batch_sizes"]))
        lines.append(f"| {export['file']} | {export['status']} | {export['rows']} | {sizes} | {gap} |")
    lines += [line for export in report["exports"] for line in ("", f"{export['file']}: {_sentence(export)}")]
    return "\n".join(lines) + "\n"


def _sentence(export: dict[str, Any]) -> str:
    """The verdict in words; what stands in its gaps may be somebody's text."""
    return filled(
        export["message"],
        {name: value if _is_number(value) else plain(value) for name, value in export["params"].items()},
    )


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def write_sheet(report: dict[str, Any], folder: Path) -> None:
    """Write ``report`` for people and for programs, both with whole sentences: the message identifiers are for
    the journal only.
    """
    sheet_report = {
        **report,
        "exports": [{**export, "message": filled(export["message"], export["params"])} for export in report["exports"]],
    }
    (folder / JSON).write_text(json.dumps(sheet_report, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (folder / SHEET).write_text(sheet(report), encoding="utf-8")
