"""What the exports of one version are held against: raw rows of the test part, the right answers, and the true targets."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from trainer import answering, lossy, parity, rows, sources
from trainer.bundle import sha256
from trainer.data import Array, Prepared
from trainer.exporters import Source
from trainer.lossy import Change
from trainer.parity import Verdict
from trainer.split import Indices

LOSSY_ROWS = 4096  # a small change of a metric needs many rows to be seen


@dataclass(frozen=True)
class Proof:
    """``rows`` is the file of raw rows; ``reference`` what the model itself answers for them; ``truth`` the targets."""

    rows: Path
    rows_sha256: str
    reference: Array
    truth: Array

    @classmethod
    def prepare(cls, reference: Source, source: Source, prepared_path: Path, folder: Path) -> "Proof":
        """Take rows of the test part that the model was judged on: parity.ROWS, more where a lossy version is measured."""
        prepared = Prepared.open(prepared_path)
        data = rows.of_model(reference.config, prepared)
        part = _spread(data.parts.test, parity.ROWS if source.form == "torch" else LOSSY_ROWS)
        path = parity.write_rows(prepared, reference.preprocess, part, folder)
        return cls(path, sha256(path), answering.answers(_answer(reference), data, part), data.targets[part])

    def check(self, folder: Path, run: str, source: Source) -> Verdict:
        """Prove the export in ``folder``, or say what a lossy one costs, or refuse it."""
        if source.form == "torch":
            return parity.check(folder, run, self.rows, self.reference)
        return self._cost(folder, run, source)

    def _cost(self, folder: Path, run: str, source: Source) -> Verdict:
        try:
            found = parity.answers(folder, run, self.rows)
        except parity.NoAnswerError as error:
            return parity.refused(len(self.truth), error.message, error.params)
        one, several = (found[size] for size in parity.BATCHES)
        if parity.difference(one, several) > parity.TOLERANCE:
            return parity.refused(len(self.truth), "Refused: its answers depend on how many rows are asked at once.", {})
        if several.shape != self.reference.shape:
            return parity.refused(len(self.truth), "Refused: its answers have another shape than the model's.", {})
        return _verdict(lossy.compare(self.reference, several, self.truth), sources.lossy_facts(source.path))


def _answer(source: Source) -> answering.Model:
    module = source.module
    assert module is not None

    def run(raw: Array) -> Array:
        with torch.inference_mode():
            answer: Array = module(torch.from_numpy(raw)).numpy()
            return answer

    return run


def _spread(part: Indices, most: int) -> Indices:
    """At most so many rows, evenly spaced."""
    return part[np.linspace(0, len(part) - 1, min(most, len(part))).astype(np.int64)]


def _verdict(change: Change, facts: dict[str, Any]) -> Verdict:
    limit = float(facts.get("tolerance", 0.0))
    params = {"metric": change.metric, "before": f"{change.before:.4g}", "after": f"{change.after:.4g}", "low": f"{change.low:+.4f}",
              "high": f"{change.high:+.4f}", "agreement": "–" if change.agreement is None else f"{change.agreement:.4f}",
              "rows": change.rows, "limit": f"{limit:g}"}
    if change.loss > limit:
        return Verdict("refused", change.rows, None, "Refused: %(metric)s went from %(before)s to %(after)s, further than the "
                       "accepted %(limit)s; quantize again with more calibration rows, or use the model before it.", params,
                       change.report())
    return Verdict("lossy", change.rows, None, "Lossy: %(metric)s %(before)s before and %(after)s after; 95 %% interval of the "
                   "change %(low)s to %(high)s, same class for a share of %(agreement)s of %(rows)s rows.", params, change.report())
