"""What the exports of one version are held against: raw rows of the test part, the right answers, and the true targets."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from trainer import evaluate, rows
from trainer.data import Array, Prepared
from trainer.exporters import Source
from trainer.package import Images, ModelConfig
from trainer.proving import answering, lossy, parity, sources
from trainer.proving.bundle import sha256
from trainer.proving.lossy import Change
from trainer.proving.parity import Verdict
from trainer.split import Indices

LOSSY_ROWS = 4096  # a small change of a metric needs many rows to be seen


@dataclass(frozen=True)
class Proof:
    """``rows`` is the file of raw rows; ``reference`` what the model itself answers for them.

    ``truth`` holds the targets of the first of them; the rest are rows with a gap, which no metric counts. ``scores`` are those
    of the version that is exported, on the whole test part.
    """

    rows: Path
    rows_sha256: str
    reference: Array
    truth: Array
    scores: dict[str, float]

    @classmethod
    def prepare(cls, reference: Source, source: Source, prepared_path: Path, folder: Path) -> "Proof":
        """Take rows of the test part that the model was judged on: parity.ROWS, more where a lossy version is measured."""
        prepared = Prepared.open(prepared_path)
        data = rows.of_model(reference.config, prepared)
        part = _spread(data.parts.test, parity.ROWS if source.form == "torch" else LOSSY_ROWS)
        path = parity.write_rows(prepared, reference.preprocess, part, folder)
        run = _answer(reference)
        raw = answering.raw(data, part)
        if not isinstance(reference.config.inputs, Images):
            raw = parity.with_gaps(raw, reference.preprocess["columns"])
        answers = np.concatenate([run(raw[at : at + answering.PIECE]) for at in range(0, len(raw), answering.PIECE)])
        judged = run if source.form == "torch" else answering.model(source.path, "onnx", 1)
        scores = _scores(reference.config, answering.answers(judged, data, data.parts.test), data.targets[data.parts.test])
        return cls(path, sha256(path), answers, data.targets[part], scores)

    def check(self, folder: Path, run: str, source: Source) -> Verdict:
        """Prove the export in ``folder``, or say what a lossy one costs, or refuse it."""
        if source.form == "torch":
            return parity.check(folder, run, self.rows, self.reference, len(self.truth))
        return self._cost(folder, run, source)

    def _cost(self, folder: Path, run: str, source: Source) -> Verdict:
        count = len(self.truth)
        try:
            found = parity.answers(folder, run, self.rows)
        except parity.NoAnswerError as error:
            return parity.refused(count, error.message, error.params)
        one, several = (found[size] for size in parity.BATCHES)
        if several.shape != self.reference.shape or not np.isfinite(several).all():
            return parity.refused(count, "Refused: its answers have another shape than the model's, or are no numbers.", {})
        if parity.difference(one, several) > parity.TOLERANCE:
            return parity.refused(count, "Refused: its answers depend on how many rows are asked at once.", {})
        change = lossy.compare(self.reference[:count], several[:count], self.truth)
        return _verdict(change, sources.lossy_facts(source.path))


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


def _scores(config: ModelConfig, answers: Array, truth: Array) -> dict[str, float]:
    if config.target == "class":
        report = evaluate.classification(answers, truth, config.classes)
        return {"rows": report["rows"], "accuracy": report["accuracy"], "macro F1": report["macro"]["f1"]}
    report = evaluate.regression(answers, truth)
    return {"rows": report["rows"], "mean absolute error": report["mae"], "R2": report["r2"]}


def _verdict(change: Change, facts: dict[str, Any]) -> Verdict:
    limit = float(facts.get("tolerance", 0.0))
    params: dict[str, Any] = {
        "metric": change.metric, "before": f"{change.before:.4g}", "after": f"{change.after:.4g}", "rows": change.rows,
        "low": f"{change.low:+.4g}", "high": f"{change.high:+.4g}", "limit": f"{limit:g}"}
    if not change.loss <= limit:  # a loss that is no number is refused, too
        return Verdict("refused", change.rows, None, "Refused: %(metric)s went from %(before)s to %(after)s, further than the "
                       "accepted %(limit)s; quantize again with more calibration rows, or use the model before it.", params,
                       change.report(), limit)
    message = ("On %(rows)s rows: %(metric)s %(before)s before and %(after)s after; 95 %% interval of the change %(low)s to "
               "%(high)s.")
    if change.agreement is not None:
        params["agreement"] = f"{100 * change.agreement:.2f}"
        message = ("On %(rows)s rows: %(metric)s %(before)s before and %(after)s after; 95 %% interval of the change %(low)s "
                   "to %(high)s; the same class in %(agreement)s %% of the rows.")
    return Verdict("lossy", change.rows, None, message, params, change.report(), limit)
