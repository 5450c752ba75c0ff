"""Cross-validated accuracy of what is offered for texts, from nothing: the second part of `make accuracy`.

Hotel reviews in Chinese, or messages in English, five folds, three seeds of split and weights. Beside each training
stands, on the same folds, a logistic regression on TF-IDF of 1 to 4 characters, at the best of some strengths. A preset
is not to be below it: the interval of the paired differences is not. Of the reviews, a network must reach a figure of
its own.

    python -m tests.benchmarks.accuracy_texts [--data reviews-zh] [--seeds 0 1 2] [--others 3]
        [--only NAME …] [--keep FOLDER]

A folder that is kept is gone on with.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from time import process_time
from typing import Any

import numpy as np
from scipy.stats import t
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from tests.benchmarks.__main__ import commit, machine, table
from tests.benchmarks.accuracy import FOLDS, fold_report, place
from tests.benchmarks.texts_of import TEXTS
from trainer import columns, presets
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.packaging import package
from trainer.report import parse

SEEDS = (0, 1, 2)
STRENGTHS = (1, 4, 16)  # C
LEAST = {"reviews-zh": 0.835}  # of the networks
CONFIDENCE = 0.95
TASK = {"task": {"name": "classification", "target": "label"}, "exporters": [], "threads": 1}
# Few epochs, of which the best is nearly always the last: hardly any row is needed to choose it.
SHORT = {
    "batch_size": 64,
    "epochs": 2,
    "optimizer": {"name": "adamw", "learning_rate": 0.002},
    "split": {"validation": 0.03},
}
GRAMS = {"longest_gram": 3, "gram_buckets": 1 << 18}
NETWORKS: dict[str, dict[str, Any]] = {
    "text_cnn": {**SHORT, "model": {"name": "text_cnn", "channels": 128, "dropout": 0.3, **GRAMS}},
    "rnn (GRU)": {**SHORT, "model": {"name": "rnn", "units": 64, **GRAMS}},
    "transformer_encoder": {
        **SHORT,
        "model": {"name": "transformer_encoder", **GRAMS},
        "optimizer": {"name": "adamw", "learning_rate": 0.001},
    },
}
RECORDS = Path(__file__).parents[2] / "docs"
HEAD = (
    "what",
    "trainings",
    "accuracy, %",
    "macro F1, %",
    "accuracy minus floor",
    "F1 minus floor",
    "at least",
    "reached",
    "seconds",
)
PAGE = """# Accuracy of what is offered for texts: {data}

Written by `make accuracy` at commit {commit} on {machine}. The texts are {data} of tests/benchmarks/texts_of.py, learnt
from nothing: {folds} folds, seeds {seeds} of split and weights. The floor is a logistic regression on TF-IDF of 1 to 4
characters, trained on the rows of training and validation together, with C = {strength}, the best of {strengths}.
Differences are of the same folds, in points, with the {confidence:.0%} interval of their mean; folds share most of
their training rows, so it is a little too narrow. Seconds are of one training on one core, with as many beside it as
there are cores. The settings were chosen on folds 0 and 3 of seed 0.

{table}
"""


@dataclass(frozen=True)
class Scores:
    """Accuracy and macro F1 of each training, and its seconds."""

    accuracy: list[float]
    f1: list[float]
    seconds: list[float]

    def first(self, count: int) -> "Scores":
        return Scores(self.accuracy[:count], self.f1[:count], self.seconds[:count])


@dataclass(frozen=True)
class Interval:
    """The mean of paired differences, and how far to both sides it may be."""

    mean: float
    half: float

    @classmethod
    def of(cls, ours: Sequence[float], floor: Sequence[float]) -> "Interval":
        differences = [own - other for own, other in zip(ours, floor, strict=True)]
        quantile = t.ppf((1 + CONFIDENCE) / 2, len(differences) - 1)
        return cls(mean(differences), float(quantile) * stdev(differences) / len(differences) ** 0.5)

    def __str__(self) -> str:
        return f"{100 * self.mean:+.2f} ± {100 * self.half:.2f}"

    @property
    def is_below(self) -> bool:
        return self.mean + self.half < 0


@dataclass(frozen=True)
class Reached:
    """Scores beside those of the floor; ``least`` is a mean accuracy, None where the floor is what is to be reached."""

    name: str
    scores: Scores
    floor: Scores
    least: float | None

    @property
    def is_enough(self) -> bool:
        if self.least is not None:
            return mean(self.scores.accuracy) >= self.least
        return not any(interval.is_below for interval in self.intervals)

    @property
    def intervals(self) -> tuple[Interval, Interval]:
        """Of accuracy and of macro F1."""
        scores, floor = self.scores, self.floor
        return Interval.of(scores.accuracy, floor.accuracy), Interval.of(scores.f1, floor.f1)

    def row(self) -> tuple[str, ...]:
        accuracy, f1 = self.intervals
        asked = f"{100 * self.least:.1f}" if self.least is not None else "the floor"
        verdict = "yes" if self.is_enough else "NO"
        return (self.name, *_figures(self.scores), str(accuracy), str(f1), asked, verdict, _seconds(self.scores))


def main() -> int:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary) / "texts"
        prepared = folder / "prepared.safetensors" if folder.exists() else TEXTS[arguments.data](folder)
        strength, floor, found = measured(prepared, folder, arguments)
    ours = [item.row() for item in found]
    lines = [("floor", *_figures(floor), "", "", "", "", _seconds(floor)), *ours]
    page = PAGE.format(
        data=arguments.data,
        commit=commit(),
        machine=machine(),
        folds=FOLDS,
        seeds=", ".join(map(str, arguments.seeds)),
        strength=strength,
        strengths=", ".join(map(str, STRENGTHS)),
        confidence=CONFIDENCE,
        table=table([HEAD, *lines]),
    )
    (RECORDS / f"accuracy_{arguments.data}.md").write_text(page, encoding="utf-8")
    print(f"\n{page}")
    return 0 if all(item.is_enough for item in found) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", choices=TEXTS, default="reviews-zh")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--others", type=int, help="with so many of the seeds all but the first are trained")
    parser.add_argument("--only", nargs="+", help="parts of names of what is trained")
    parser.add_argument("--keep", type=Path)
    return parser.parse_args()


def measured(prepared: Path, folder: Path, arguments: argparse.Namespace) -> tuple[int, Scores, list[Reached]]:
    """The strength of the floor, its scores, and what stands beside it."""
    seeds, least = arguments.seeds, LEAST.get(arguments.data, 0.0)
    offered = {f"preset {preset.label}": (preset.settings, None) for preset in presets.listing().values()}
    networks = {name: (settings, least) for name, settings in NETWORKS.items()}
    every = {name: asked for name, asked in {**offered, **networks}.items() if _is_wanted(name, arguments.only)}
    first = next(iter(every))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scores = {
            name: _trained(pool, name, asked, prepared, folder, seeds if name == first else seeds[: arguments.others])
            for name, (asked, _) in every.items()
        }
        strength, floor = _floor(pool, prepared, folder / folder_of(first), seeds)
    compared = {name: floor.first(len(own.accuracy)) for name, own in scores.items()}
    return strength, floor, [Reached(name, scores[name], compared[name], least) for name, (_, least) in every.items()]


def _is_wanted(name: str, parts: Sequence[str] | None) -> bool:
    return parts is None or any(part in name for part in parts)


def _trained(
    pool: ThreadPoolExecutor,
    name: str,
    settings: Mapping[str, Any],
    prepared: Path,
    folder: Path,
    seeds: Sequence[int],
) -> Scores:
    own = folder / folder_of(name)
    own.mkdir(exist_ok=True)

    def train(where: tuple[int, int]) -> tuple[float, float, float]:
        seed, fold = where
        path = own / place(seed, fold) / "report.json"
        spec = {**TASK, **settings, "seed": seed}
        report = parse(json.loads(path.read_text())) if path.exists() else fold_report(spec, prepared, own, fold)
        return report.value("test/accuracy"), report.value("test/macro_f1"), report.value("seconds")

    return Scores(*map(list, zip(*pool.map(train, _places(seeds)), strict=True)))


def _floor(pool: ThreadPoolExecutor, prepared: Path, folder: Path, seeds: Sequence[int]) -> tuple[int, Scores]:
    """The best strength over all folds, and its scores; ``folder`` has a model of each fold, which knows its rows."""
    found = list(pool.map(lambda where: _regressions(prepared, folder / place(*where)), _places(seeds)))
    each = [Scores(*map(list, zip(*(fold[number] for fold in found), strict=True))) for number in range(len(STRENGTHS))]
    best = max(range(len(STRENGTHS)), key=lambda number: mean(each[number].accuracy))
    return STRENGTHS[best], each[best]


def _regressions(prepared: Path, folder: Path) -> list[tuple[float, float, float]]:
    """Accuracy, macro F1 and seconds at each strength."""
    path = folder / "floor.json"
    if not path.exists():
        path.write_text(json.dumps(list(_fitted(prepared, folder))))
    return [(accuracy, f1, seconds) for accuracy, f1, seconds in json.loads(path.read_text())]


def _fitted(prepared: Path, folder: Path) -> Iterator[tuple[float, float, float]]:
    config, _ = package.load(folder / "model.safetensors")
    data = rows.of_model(config, Prepared.open(prepared))
    (block,) = data.blocks
    values = columns.module_of(block, "values")
    train, test = np.concatenate([data.parts.train, data.parts.validation]), data.parts.test
    begun = process_time()
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True)
    features = vectorizer.fit_transform(values.texts(block, data.prepared, train))
    unseen = vectorizer.transform(values.texts(block, data.prepared, test))
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=1000).fit(features, data.targets[train])
        answers = model.predict(unseen)
        accuracy, f1 = np.mean(answers == data.targets[test]), f1_score(data.targets[test], answers, average="macro")
        yield float(accuracy), float(f1), process_time() - begun


def _places(seeds: Sequence[int]) -> list[tuple[int, int]]:
    return [(seed, fold) for seed in seeds for fold in range(FOLDS)]


def folder_of(name: str) -> str:
    """The folder's name of what has this one."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def _figures(scores: Scores) -> tuple[str, str, str]:
    return str(len(scores.accuracy)), f"{100 * mean(scores.accuracy):.2f}", f"{100 * mean(scores.f1):.2f}"


def _seconds(scores: Scores) -> str:
    return f"{mean(scores.seconds):.0f}"


if __name__ == "__main__":
    sys.exit(main())
