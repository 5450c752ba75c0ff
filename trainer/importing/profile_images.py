"""The profile of pictures: balance, repetitions, and a contact sheet that we draw ourselves from decoded pixels."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from PIL import Image

from trainer.columns import category
from trainer.data.prepared import Array, own_name
from trainer.data.summary import IMAGE, LABEL
from trainer.importing import profile_classes
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, checks_made, checks_of, in_order, problem
from trainer.importing.profile import Profile, Thumbnails
from trainer.importing.profile_classes import case_problems, class_problems
from trainer.importing.profile_parts import division
from trainer.importing.profile_tables import CLASSES, task_for

CELL = 64
COLUMNS = 12
MOST_CELLS = 60
LEAST_ROWS = 10


def profile(parsed: Parsed, format_name: str) -> Profile:
    """Everything but the contact sheet's pixels."""
    classes, labels = _classes(parsed), _labels(parsed)
    counts = np.bincount(labels, minlength=len(classes))
    balance = tuple((name, int(count)) for name, count in zip(classes, counts, strict=True))
    duplicates, contradicting = _repetitions(parsed.arrays[own_name(IMAGE)], labels)
    problems = [
        *parsed.problems,
        *division(parsed),
        *class_problems(balance),
        *case_problems(name for name, _ in balance),
        *_picture_problems(parsed.summary.rows, duplicates, contradicting),
    ]
    checks = parsed.checks | profile_classes.checks() | checks_of(_picture_problems, case_problems)
    chosen = _chosen(labels, len(classes))
    grid = Thumbnails(
        columns=COLUMNS,
        rows=-(-len(chosen) // COLUMNS),
        size=CELL,
        labels=tuple(classes[labels[row]] for row in chosen),
    )
    return Profile(
        summary=parsed.summary,
        format=format_name,
        duplicates=duplicates,
        balance=balance,
        problems=in_order(problems),
        checks=checks_made(checks),
        thumbnails=grid,
        suggested_task=task_for(CLASSES),
        suggested_target=LABEL,
    )


def _classes(parsed: Parsed) -> tuple[str, ...]:
    column = parsed.summary.named(LABEL)
    assert isinstance(column, category.Column)
    return column.levels


def _labels(parsed: Parsed) -> Array:
    return np.asarray(parsed.arrays["categories"][:, 0])


def _picture_problems(rows: int, duplicates: int, contradicting: int) -> Iterator[Problem]:
    if rows < LEAST_ROWS:
        yield problem("few_rows", rows=rows, least=LEAST_ROWS)
    if duplicates:
        yield problem("duplicates", count=duplicates, rows=rows)
    if contradicting:
        yield problem("contradicting_labels", count=contradicting)


def _repetitions(pixels: Array, labels: Array) -> tuple[int, int]:
    """Rows that repeat an earlier one, and rows whose picture stands before with another label."""
    first_label: dict[bytes, int] = {}
    seen: set[tuple[bytes, int]] = set()
    repeated = contradicting = 0
    plain = pixels.view(np.ndarray)  # of which a row costs less than of a memory map
    for picture, label in zip(plain, labels.tolist(), strict=True):
        key = blake2b(np.ascontiguousarray(picture).data, digest_size=16).digest()
        repeated += (key, label) in seen
        contradicting += first_label.setdefault(key, label) != label
        seen.add((key, label))
    return repeated, contradicting


def _chosen(labels: Array, classes: int) -> list[int]:
    """Rows for the sheet: the first of each class, then the second of each, until the sheet is full."""
    firsts = [np.flatnonzero(labels == index)[:MOST_CELLS].tolist() for index in range(min(classes, MOST_CELLS))]
    rounds = max(map(len, firsts), default=0)
    taken = [rows[turn] for turn in range(rounds) for rows in firsts if turn < len(rows)]
    return taken[:MOST_CELLS]


def draw_sheet(path: Path, parsed: Parsed) -> None:
    """Write the contact sheet as PNG."""
    labels, pixels = _labels(parsed), parsed.arrays[own_name(IMAGE)]
    chosen = _chosen(labels, len(_classes(parsed)))
    rows = -(-len(chosen) // COLUMNS)
    sheet = Image.new("RGBA", (COLUMNS * CELL, rows * CELL), (0, 0, 0, 0))
    for at, row in enumerate(chosen):
        cell = _cell(np.asarray(pixels[row]))
        left, top = at % COLUMNS * CELL, at // COLUMNS * CELL
        sheet.paste(cell, (left + (CELL - cell.width) // 2, top + (CELL - cell.height) // 2))
    sheet.save(path, "PNG")


def _cell(picture: Array) -> Image.Image:
    """One picture at the size of a cell, its proportions kept; small ones enlarged without blur."""
    image = Image.fromarray(picture[0] if len(picture) == 1 else np.ascontiguousarray(picture.transpose(1, 2, 0)))
    scale = CELL / max(image.size)
    size: Sequence[int] = [max(1, round(side * scale)) for side in image.size]
    method = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS
    return image.resize((size[0], size[1]), method)
