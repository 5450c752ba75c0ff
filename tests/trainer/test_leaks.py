"""Columns that alone tell the target, of whatever kinds the two are, and what is none of them."""

import time
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.files import imported
from trainer.columns import Column, category, number
from trainer.data.summary import DataSummary
from trainer.importing import leaks
from trainer.importing.parsed import Parsed
from webapp.datasets import samples

ROWS = 240
RANDOM = np.random.default_rng(3)
CLASSES = RANDOM.integers(0, 3, ROWS).tolist()
TRUTHS = RANDOM.integers(0, 2, ROWS).tolist()
NUMBERS = RANDOM.normal(size=ROWS).round(4).tolist()
PLACES = np.argsort(np.argsort(NUMBERS)).tolist()
TOWNS = RANDOM.integers(0, 12, ROWS).tolist()
FIRST_DAY = date(2020, 1, 1)


def told_by(folder: Path, target: Iterable[object], **columns: Iterable[object]) -> dict[str, tuple[int, int]]:
    """The columns that alone tell the target, and in how many rows."""
    header = ",".join([*columns, "target"])
    lines = [
        ",".join("" if cell is None else str(cell) for cell in row)
        for row in zip(*columns.values(), target, strict=True)
    ]
    dataset = imported(folder, {"x.csv": "\n".join([header, *lines]).encode()})
    assert dataset.profile.suggested_target == "target"
    mirrors = [problem.params for problem in dataset.profile.problems if problem.code == "mirrors_target"]
    assert {params["target"] for params in mirrors} <= {"target"}
    return {params["column"]: (params["agreeing"], params["rows"]) for params in mirrors}


COLOURS = ["red", "green", "blue"]
BY_KINDS: dict[str, tuple[Iterable[object], Iterable[object]]] = {  # the feature, and the target
    "a number of each class": (CLASSES, [COLOURS[place] for place in CLASSES]),
    "a score with thresholds between classes": (
        [place * 10 + score for place, score in zip(CLASSES, NUMBERS, strict=True)],
        [COLOURS[place] for place in CLASSES],
    ),
    "a score for yes and no": (
        [0.5 + (abs(score) + 0.01) * (1 if truth else -1) for truth, score in zip(TRUTHS, NUMBERS, strict=True)],
        ["yes" if truth else "no" for truth in TRUTHS],
    ),
    "yes and no for two of the classes": (
        ["yes" if truth else "no" for truth in TRUTHS],
        ["sold" if truth else "kept" for truth in TRUTHS],
    ),
    "a category with one number each": ([f"town {place}" for place in TOWNS], [1000 + 37 * place for place in TOWNS]),
    "a growing function of the number": ([np.exp(value) for value in NUMBERS], NUMBERS),
    "a falling function of the number": ([-(value**3) for value in NUMBERS], NUMBERS),
    "a day that grows with the number": ([FIRST_DAY + timedelta(days=place) for place in PLACES], NUMBERS),
    "a day before or after the decision": (
        [FIRST_DAY + timedelta(days=400 * truth + place) for truth, place in zip(TRUTHS, PLACES, strict=True)],
        ["yes" if truth else "no" for truth in TRUTHS],
    ),
    "a value that only one class has": (
        [f"boat {place % 5}" if truth else None for truth, place in zip(TRUTHS, TOWNS, strict=True)],
        ["yes" if truth else "no" for truth in TRUTHS],
    ),
    "a number that only one class has": (
        [place % 40 + 0.5 if truth else None for truth, place in zip(TRUTHS, PLACES, strict=True)],
        ["yes" if truth else "no" for truth in TRUTHS],
    ),
}


@pytest.mark.parametrize("name", BY_KINDS)
def test_a_column_that_alone_tells_the_target_is_pointed_out_whatever_kinds_they_are(tmp_path: Path, name: str) -> None:
    feature, target = BY_KINDS[name]
    assert told_by(tmp_path, target, noise=RANDOM.normal(size=ROWS), leak=feature) == {"leak": (ROWS, ROWS)}


def test_a_few_wrong_rows_and_rows_without_a_target_do_not_hide_a_leak(tmp_path: Path) -> None:
    target: list[object] = [COLOURS[place] for place in CLASSES]
    target[7] = "green" if target[7] != "green" else "red"
    target[9] = None
    score = [place + abs(value) / 10 for place, value in zip(CLASSES, NUMBERS, strict=True)]
    assert told_by(tmp_path, target, code=CLASSES, score=score) == {"code": (238, 239), "score": (238, 239)}


def test_random_columns_of_all_kinds_tell_nothing(tmp_path: Path) -> None:
    for seed in range(3):
        random, rows = np.random.default_rng(seed), (40, 300, 3000)[seed]
        columns: dict[str, Iterable[object]] = {
            "size": random.normal(size=rows),
            "count": random.poisson(3, rows),
            "sum": random.lognormal(size=rows).round(2),
            "town": [f"town {place}" for place in random.integers(0, rows // 6, rows)],
            "truth": random.choice(["yes", "no"], rows),
            "day": [FIRST_DAY + timedelta(days=int(place)) for place in random.integers(0, 5000, rows)],
            "gaps": [
                None if place else value for place, value in zip(random.integers(0, 2, rows), range(rows), strict=True)
            ],
        }
        targets: list[Iterable[object]] = [
            [COLOURS[place] for place in random.integers(0, 3, rows)],
            random.choice(["yes", "no"], rows, p=[0.97, 0.03]),
            random.choice(["yes", "no"], rows, p=[0.998, 0.002]) if rows == 3000 else random.choice(["a", "b"], rows),
            random.normal(size=rows),
            random.poisson(4, rows),
            np.where(random.random(rows) < 0.9, 0, random.lognormal(size=rows)),
        ]
        for place, target in enumerate(targets):
            assert told_by(tmp_path / f"{seed}-{place}", target, **columns) == {}


def test_what_goes_closely_with_the_target_does_not_tell_it_yet(tmp_path: Path) -> None:
    close = [value + noise / 50 for value, noise in zip(NUMBERS, RANDOM.normal(size=ROWS), strict=True)]
    near = [place + value / 2 for place, value in zip(CLASSES, NUMBERS, strict=True)]
    colours = [COLOURS[place] for place in CLASSES]
    assert told_by(tmp_path / "number", NUMBERS, close=close, other=near) == {}
    assert told_by(tmp_path / "class", colours, near=near, other=close) == {}


def test_numbers_of_rows_tell_nothing_where_a_file_is_sorted_by_its_target(tmp_path: Path) -> None:
    colours = [COLOURS[place] for place in sorted(CLASSES)]
    codes = [f"AB{place:05}x" for place in range(ROWS)]
    assert told_by(tmp_path / "class", colours, id=range(ROWS), code=codes, truth=TRUTHS, size=NUMBERS) == {}
    assert told_by(tmp_path / "number", sorted(NUMBERS), id=range(ROWS), code=codes, town=TOWNS) == {}


def test_a_feature_of_few_values_in_a_sorted_file_tells_nothing(tmp_path: Path) -> None:
    many_alike = np.where(RANDOM.random(ROWS) < 0.7, 0.0, RANDOM.normal(size=ROWS))
    colours = [COLOURS[place] for place in sorted(CLASSES)]
    assert told_by(tmp_path, colours, alike=many_alike, truth=TRUTHS) == {}


def test_a_series_over_days_is_no_leak(tmp_path: Path) -> None:
    days = [FIRST_DAY + timedelta(days=place) for place in range(2000)]
    warmth = 10 + 8 * np.sin(np.arange(2000) * 2 * np.pi / 365) + RANDOM.normal(size=2000) / 2
    assert told_by(tmp_path, warmth.round(1), day=days, size=RANDOM.normal(size=2000)) == {}


@pytest.mark.parametrize("name", ["penguins", "digits"])
def test_the_samples_have_no_leak(tmp_path: Path, name: str) -> None:
    dataset = imported(tmp_path, {path.name: path.read_bytes() for path in samples.listing()[name].files})
    assert "mirrors_target" not in dataset.codes


def test_a_million_rows_cost_little_a_column() -> None:
    random, count, width = np.random.default_rng(0), 1_000_000, 12
    numbers = random.normal(size=(count, width))
    numbers[:, 5] = codes = random.integers(0, 3, count)
    target = category.Column(name="label", distinct=3, levels=("a", "b", "c"))
    columns: tuple[Column, ...] = tuple(number.Column(name=f"x{place}") for place in range(width))
    summary = DataSummary(rows=count, columns=(*columns, target))
    parsed = Parsed(summary=summary, arrays={"numbers": numbers, "categories": codes[:, None].astype(np.int32)})
    start = time.process_time()
    (leak,) = leaks.leaks(target, parsed)
    assert time.process_time() - start < 0.2 * width
    assert (leak.column.name, leak.agreeing, leak.rows) == ("x5", count, count)
