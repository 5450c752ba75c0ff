"""Pictures with a class each, as formats of nothing else hand them on."""

from collections.abc import Iterator, Sequence

import numpy as np

from trainer.columns import Column, category, image
from trainer.data.partition import PARTS, SPLIT
from trainer.data.prepared import Array, own_name
from trainer.data.summary import IMAGE, LABEL, DataSummary
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, checks_of, problem
from trainer.importing.profile_classes import case_problems

MOST_CLASSES = 10_000


def labelled_pictures(
    pixels: Array,
    labels: Array,
    classes: tuple[str, ...],
    *,
    problems: tuple[Problem, ...],
    checks: frozenset[str],
    parts: Sequence[str] | None = None,
    picture: image.Column | None = None,
) -> Parsed:
    """Pictures uint8 [N, C, H, W], each with the index of its class [N], and its part where the data bring parts;
    ``picture`` is their column, where they were files."""
    own = picture or image.Column(name=IMAGE, shape=tuple(pixels.shape[1:]))
    columns: list[Column] = [own, _category(LABEL, classes)]
    codes = [labels]
    if parts is not None:
        levels = tuple(part for part in PARTS if part in parts)
        columns.append(_category(SPLIT, levels))
        codes.append(np.array([levels.index(part) for part in parts]))
    duplicates, contradicting = _repetitions(pixels, labels)
    return Parsed(
        summary=DataSummary(rows=len(pixels), columns=tuple(columns)),
        arrays={own_name(IMAGE): pixels, "categories": np.stack(codes, axis=1).astype(np.int32)},
        problems=(*problems, *case_problems(classes), *_contradictions(contradicting)),
        checks=checks | checks_of(case_problems, _contradictions),
        duplicates=duplicates,
    )


def _category(name: str, levels: tuple[str, ...]) -> category.Column:
    return category.Column(name=name, distinct=len(levels), levels=levels)


def _repetitions(pixels: Array, labels: Array) -> tuple[int, int]:
    """Rows that repeat an earlier one, and rows whose picture stands before with another label."""
    plain = pixels.view(np.ndarray)  # of which a row costs less than of a memory map
    keys = np.fromiter((hash(picture.tobytes()) for picture in plain), np.int64, len(plain))
    order = np.argsort(keys, kind="stable")
    is_new = np.diff(keys[order], prepend=~keys[order[:1]]) != 0
    firsts = order[is_new]  # of rows with the same picture
    pictures = np.cumsum(is_new) - 1
    pairs = np.sort(pictures * (int(labels.max()) + 1) + labels[order])
    repeated = int(np.count_nonzero(pairs[1:] == pairs[:-1]))
    return repeated, int(np.count_nonzero(labels[order] != labels[firsts[pictures]]))


def _contradictions(count: int) -> Iterator[Problem]:
    if count:
        yield problem("contradicting_labels", count=count)
