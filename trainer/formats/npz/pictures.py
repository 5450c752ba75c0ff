"""Arrays that hold pictures and their labels, as data sets of NumPy come: x_train and y_train, or images and labels."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.importing import pixels
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.pictures import labelled_pictures
from trainer.importing.problems import Problem, problem

LEAST_DIMENSIONS = 3
PIXELS, LABELS = "uifb", "uifbUS"  # kinds of dtypes
LABEL_WORDS = {"y", "label", "labels", "target", "targets", "class", "classes", "category", "categories"}
NAMED = 5


@dataclass(frozen=True, eq=False)
class Pair:
    """One array of pictures, and the one of its labels."""

    name: str
    pictures: Array
    label_name: str
    labels: Array


def are_pictures(array: Array) -> bool:
    return array.ndim >= LEAST_DIMENSIONS and array.dtype.kind in PIXELS


def read(arrays: Mapping[str, Array], work: Path) -> Parsed:
    """The pictures with their labels; several parts are joined. Raises TrainerError where labels are missing."""
    pairs = [_pair(name, arrays) for name, array in arrays.items() if are_pictures(array)]
    values, notices = pixels.alike([pixels.channels_first(pair.pictures, pair.name) for pair in pairs], work)
    classes, indices = pixels.classes(_joined([pair.labels for pair in pairs]))
    used = {name for pair in pairs for name in (pair.name, pair.label_name)}
    others = [name for name in arrays if name not in used]
    parsed = labelled_pictures(
        values,
        indices,
        classes,
        parts=pixels.parts([pair.name for pair in pairs], [len(pair.pictures) for pair in pairs]),
        problems=(*_of_arrays(pairs), *notices),
        checks=pixels.checks(),
    )
    return without(parsed, others)


def without(parsed: Parsed, others: Sequence[str]) -> Parsed:
    """With what tells of arrays that are no part of the data."""
    if not others:
        return parsed
    notice = problem("other_arrays", count=len(others), names=", ".join(others[:NAMED]))
    left_out = (LeftOut(f"array {name}", "not used") for name in others)
    return replace(parsed, problems=(notice, *parsed.problems), left_out=(*parsed.left_out, *left_out))


def _pair(name: str, arrays: Mapping[str, Array]) -> Pair:
    """The labels of these pictures: the one array with as many values and of the same part, or of several the one that
    is called so."""
    pictures = arrays[name]
    able = [
        other
        for other, array in arrays.items()
        if len(array) == len(pictures) and array.ndim < LEAST_DIMENSIONS and array.dtype.kind in LABELS
    ]
    same = [other for other in able if pixels.part_in(other) == pixels.part_in(name)]
    called = [other for other in same if LABEL_WORDS.intersection(re.split(r"[\W_\d]+", other.casefold()))]
    chosen = same if len(same) == 1 else called
    if len(chosen) != 1:
        raise TrainerError(
            "npz_labels",
            "It is open which array holds the labels of the pictures in “%(name)s”, among %(arrays)s. Save an array "
            "with one label for each of the %(count)s pictures beside it, called for example y or labels.",
            name=name,
            arrays=", ".join(f"{other} {list(array.shape)}" for other, array in arrays.items()),
            count=len(pictures),
        )
    return Pair(name, pictures, chosen[0], _flat(chosen[0], arrays[chosen[0]]))


def _flat(name: str, labels: Array) -> Array:
    """One label for each picture; of a column for each class, the place of the one 1."""
    if labels.ndim == 1 or labels.shape[1] == 1:
        return np.asarray(labels).reshape(-1)
    if labels.dtype.kind in PIXELS and np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all():
        return np.asarray(labels.argmax(axis=1))
    raise TrainerError(
        "npz_several_labels",
        "“%(name)s” has %(columns)s values for each picture. Save one label for each picture.",
        name=name,
        columns=labels.shape[1],
    )


def _joined(labels: Sequence[Array]) -> Array:
    """Those of all parts; where only some are bytes, NumPy would take these for ASCII."""
    if {"S", "U"} <= {own.dtype.kind for own in labels}:
        labels = [np.char.decode(own, "utf-8", "replace") if own.dtype.kind == "S" else own for own in labels]
    return np.concatenate(labels)


def _of_arrays(pairs: Sequence[Pair]) -> Iterator[Problem]:
    if len(pairs) > 1:
        yield problem("joined_parts", count=len(pairs), names=", ".join(pair.name for pair in pairs))
