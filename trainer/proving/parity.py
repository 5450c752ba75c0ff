"""The proof that an export answers as the model does: from the stored raw row, in a process without our code.

That process (trainer.proving.stranger) has a folder that holds what a downloader would have: the export,
``preprocess.json``, ``predict.py`` and the export's ``run_*.py``. It is asked with batches of 1 and of 7, and where
rows differ in length with more padding in the second, so that a graph fixed at one batch size or at one length is
noticed. A float32 export may differ by at most 1e-4·max(f, |y|) in any number, where f is 1 for the scores of classes,
and for a number the deviation of the target: a number has a unit, and 1 of it may be much or nothing.
"""

import math
from pathlib import Path

import numpy as np

from trainer.data.prepared import Array
from trainer.proving import stranger
from trainer.proving.stranger import BATCHES, NoAnswerError
from trainer.proving.verdict import TOLERANCE, Verdict
from trainer.sentences import gettext_noop as _

ROWS = 256


def check(folder: Path, run: str, rows: Path, reference: Array, count: int, floor: float = 1.0) -> Verdict:
    """Prove the float32 export in ``folder`` or refuse it. ``reference`` is what the model itself answers for ``rows``,
    of which ``count`` are test rows; ``floor`` is the size, in its unit, below which answers count as that large."""
    if not np.isfinite(reference[:count]).any():
        message = _(
            "Refused: the model itself answers no row with a number, so nothing can be proved; "
            "train it again with a lower learning rate."
        )
        return Verdict(status="refused", rows=count, message=message, params={})
    try:
        answers = stranger.answers(folder, run, rows)
    except NoAnswerError as error:
        return Verdict(status="refused", rows=count, message=error.message, params=error.params)
    return _judge(max(difference(reference, answers[size], floor) for size in BATCHES), count)


def _judge(largest: float, rows: int) -> Verdict:
    """Whether so large a difference, the largest of so many rows, is small enough."""
    if largest <= TOLERANCE:
        message = _("Proved on %(rows)s rows: the largest relative difference is %(difference)s.")
        params = {"rows": rows, "difference": f"{largest:.1e}"}
        return Verdict(status="proved", rows=rows, largest_difference=largest, message=message, params=params)
    return Verdict(
        status="refused",
        rows=rows,
        largest_difference=largest if math.isfinite(largest) else None,
        message=_(
            "Refused: it does not answer as the model does. The largest relative difference is %(difference)s, allowed "
            "is %(tolerance)s; train again or choose another format."
        ),
        params={"difference": f"{largest:.1e}", "tolerance": f"{TOLERANCE:.0e}"},
    )


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
