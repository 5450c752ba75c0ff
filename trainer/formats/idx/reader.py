"""Reads IDX files (http://yann.lecun.com/exdb/mnist describes the format): big-endian, a header of
dimensions, then values.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.formats.idx import is_idx
from trainer.importing import pixels
from trainer.importing.archives import Source
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.pictures import labelled_pictures
from trainer.importing.problems import Problem, problem

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DESCRIBING = 16  # numbers of a row of labels; more are rather a picture
NAMED = 5


@dataclass(frozen=True, eq=False)
class File:
    """One IDX file: its name and its values, mapped from disk."""

    name: str
    values: Array

    def __len__(self) -> int:
        return len(self.values)


def read(sources: Sequence[Source], work: Path) -> Parsed:
    """Pictures and labels, matched by name order where there are several parts (as train and test files)."""
    files = [_open(source) for source in sources if is_idx(source)]
    others = [source for source in sources if not is_idx(source)]
    pictures = sorted((file for file in files if file.values.ndim >= 3), key=lambda file: file.name)
    labels = sorted(
        (file for file in files if file.values.ndim == 1 or _is_described(file, pictures)), key=lambda file: file.name
    )
    _check_beginnings(others, pictures, labels)
    _require_pictures(files, labels)
    _require_both(pictures, labels)
    _require_pairs(pictures, labels)
    values, notices = pixels.alike([pixels.channels_first(file.values, file.name) for file in pictures], work)
    classes, indices = pixels.classes(np.concatenate([_of_rows(file) for file in labels]))
    problems = (*_of_files(others, pictures, labels), *notices)
    parts = pixels.parts([file.name for file in pictures], list(map(len, pictures)))
    parsed = labelled_pictures(values, indices, classes, parts=parts, problems=problems, checks=pixels.checks())
    return replace(parsed, left_out=tuple(LeftOut(source.name, "no IDX file") for source in others))


def _is_described(file: File, pictures: Sequence[File]) -> bool:
    """Whether these are a few whole numbers for each picture of a file, the class first, as
    in QMNIST (https://github.com/facebookresearch/qmnist)."""
    shape, is_whole = file.values.shape, file.values.dtype.kind in "iu"
    return is_whole and len(shape) == 2 and shape[1] <= MOST_DESCRIBING and shape[0] in map(len, pictures)


def _of_rows(labels: File) -> Array:
    return np.asarray(labels.values if labels.values.ndim == 1 else labels.values[:, 0])


def _of_files(others: Sequence[Source], pictures: Sequence[File], labels: Sequence[File]) -> Iterator[Problem]:
    """What the files gave reason to say."""
    if others:
        yield problem("other_files", count=len(others), names=", ".join(source.name for source in others[:NAMED]))
    if len(pictures) > 1:
        yield problem("joined_parts", count=len(pictures), names=", ".join(file.name for file in pictures))
    for file in labels:
        if file.values.ndim == 2:
            yield problem("first_of_row", name=file.name, columns=file.values.shape[1])


def _open(source: Source) -> File:
    """Map the values. What the header promises is compared with the file's length before anything is done with it."""
    count = source.head[3]
    start = 4 + 4 * count
    if len(source.head) < start:
        raise _wrong_length(source, start)
    shape = tuple(int.from_bytes(source.head[at : at + 4]) for at in range(4, start, 4))
    dtype = np.dtype(DTYPES[source.head[2]])
    promised = start + math.prod(shape) * dtype.itemsize
    if promised != source.size:
        raise _wrong_length(source, promised)
    if 0 in shape:
        raise TrainerError("idx_no_rows", "“%(name)s” holds no rows. Choose a file with data.", name=source.name)
    return File(source.name, np.memmap(source.path, dtype=dtype, mode="r", offset=start, shape=shape))


def _wrong_length(source: Source, promised: int) -> TrainerError:
    return TrainerError(
        "idx_length",
        "“%(name)s” says that it is %(promised)s bytes long but has %(found)s. It is "
        "cut short or damaged: upload it again.",
        name=source.name,
        promised=promised,
        found=source.size,
    )


def _check_beginnings(others: Sequence[Source], pictures: Sequence[File], labels: Sequence[File]) -> None:
    """Where a file is missing, one that is there and begins wrongly is probably it."""
    binary = [source for source in others if b"\0" in source.head]
    if binary and not (pictures and labels):
        raise TrainerError(
            "idx_beginning",
            "“%(name)s” begins with the bytes %(bytes)s, so it is no IDX file: that "
            "begins with two zeros, its type of numbers (08, 09, 0B, 0C, 0D or 0E) and its number of "
            "dimensions (01 to 04). Download it again, or write it again.",
            name=binary[0].name,
            bytes=binary[0].head[:4].hex(" ").upper(),
        )


def _require_pictures(files: Sequence[File], labels: Sequence[File]) -> None:
    for file in files:
        if file.values.ndim == 2 and file not in labels:
            raise TrainerError(
                "idx_no_pictures",
                "“%(name)s” has rows of plain numbers, not pictures. Import such data as CSV.",
                name=file.name,
            )


def _require_both(pictures: Sequence[File], labels: Sequence[File]) -> None:
    if not labels:
        raise TrainerError(
            "idx_labels_missing",
            "The label file is missing: “%(name)s” holds pictures only. Add the "
            "file with the labels, for example labels-idx1-ubyte.",
            name=pictures[0].name,
        )
    if not pictures:
        raise TrainerError(
            "idx_pictures_missing",
            "The picture file is missing: “%(name)s” holds labels only. Add "
            "the file with the pictures, for example images-idx3-ubyte.",
            name=labels[0].name,
        )


def _require_pairs(pictures: Sequence[File], labels: Sequence[File]) -> None:
    if len(pictures) != len(labels):
        raise TrainerError(
            "idx_pairs",
            "There are %(pictures)s picture files and %(labels)s label files. Add exactly "
            "one label file for each picture file.",
            pictures=len(pictures),
            labels=len(labels),
        )
    for picture, label in zip(pictures, labels, strict=True):
        if len(picture) != len(label):
            raise TrainerError(
                "idx_counts",
                "“%(pictures)s” has %(picture_rows)s pictures but “%(labels)s” has "
                "%(label_rows)s labels. Choose the label file that belongs to these pictures.",
                pictures=picture.name,
                picture_rows=len(picture),
                labels=label.name,
                label_rows=len(label),
            )
