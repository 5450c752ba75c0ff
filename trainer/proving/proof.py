"""What the exports of one version are held against: raw rows of the test part, the right answers,
and the true targets.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from trainer import report
from trainer.checked import sha256
from trainer.data import rows
from trainer.data.prepared import Array, Indices, Prepared
from trainer.exporters import Source
from trainer.proving import answering, parity, reference_rows, sources
from trainer.proving.lossy import Cost
from trainer.proving.verdict import Verdict
from trainer.sentences import gettext_noop as _
from trainer.task import Task


@dataclass(frozen=True)
class Proof:
    """``rows`` is the file of raw rows; ``answers`` what the version itself answers for them.

    ``count`` of them are test rows; behind these stand rows with a gap. ``floor`` is the size below which a difference
    is not relative any more. ``scores`` are of the whole test part, and ``cautions`` what must be known of them.
    """

    rows: Path
    rows_sha256: str
    answers: Array
    count: int
    floor: float
    scores: dict[str, float]
    cautions: tuple[str, ...]

    @classmethod
    def prepare(cls, source: Source, prepared_path: Path, folder: Path, prepared_sha256: str | None = None) -> "Proof":
        """Take parity.ROWS rows of the test part that the model was judged on. Raises TrainerError where the
        data are others.
        """
        prepared = Prepared.open(prepared_path)
        data = rows.of_model(source.config, prepared, prepared_sha256)
        test, run, blocks = data.parts.test, _answer(source), source.config.inputs
        part = _spread(test, parity.ROWS)
        gaps = reference_rows.gaps(blocks)
        names = [name for block in blocks for name in block.column_names]
        path = reference_rows.write_rows(prepared, names, part, folder, gaps)
        answers = answering.answers(run, data, part)
        if gaps:
            first = answering.raw(data, part[:1])
            answers = np.concatenate([answers, run(reference_rows.with_gaps(first, blocks, gaps))])
        scores, cautions = _scores(data.task, answering.decisions(run, data, test), data.targets[test])
        return cls(path, sha256(path), answers, len(part), data.task.tolerance_floor, scores, cautions)

    def check(self, folder: Path, run: str, source: Source) -> Verdict:
        """Prove the export in ``folder`` or refuse it. One that answers as a lossy version does repeats what
        that version cost.
        """
        verdict = parity.check(folder, run, self.rows, self.answers, self.count, self.floor)
        if source.form == "torch" or verdict.status == "refused":
            return verdict
        return _lossy(sources.cost(source.path))


def _answer(source: Source) -> answering.Model:
    module = source.module
    if module is None:
        return answering.model(source.path, source.form, 1)

    def run(raw: answering.Batch) -> Array:
        with torch.inference_mode():
            answer: Array = module({name: torch.from_numpy(values) for name, values in raw.items()}).numpy()
            return answer

    return run


def _spread(part: Indices, most: int) -> Indices:
    """At most so many rows, evenly spaced."""
    return part[np.linspace(0, len(part) - 1, min(most, len(part))).astype(np.int64)]


def _scores(task: Task, decisions: Array, truth: Array) -> tuple[dict[str, float], tuple[str, ...]]:
    headline, scalars, blocks = task.report(decisions, truth)
    values = {"Rows": len(truth), **{scalar.label: scalar.value for scalar in (headline, *scalars)}}
    return values, tuple(caution.in_words() for caution in report.cautions(blocks))


def _lossy(cost: Cost) -> Verdict:
    """What quantization measured on all test rows, beside the model that it was made from; it offered nothing that
    cost too much.
    """
    params: dict[str, Any] = {
        "metric": cost.metric,
        "before": f"{cost.before:.4g}",
        "after": f"{cost.after:.4g}",
        "rows": cost.rows,
        "low": f"{cost.low:+.4g}",
        "high": f"{cost.high:+.4g}",
    }
    message = _(
        "On %(rows)s rows: %(metric)s %(before)s before and %(after)s after; 95 %% interval of the change "
        "%(low)s to %(high)s."
    )
    if cost.agreement is not None:
        params["agreement"] = f"{100 * cost.agreement:.2f}"
        message = _(
            "On %(rows)s rows: %(metric)s %(before)s before and %(after)s after; 95 %% interval of the change "
            "%(low)s to %(high)s; the same class in %(agreement)s %% of the rows."
        )
    return Verdict(status="lossy", rows=cost.rows, message=message, params=params, lossy=cost, tolerance=cost.tolerance)
