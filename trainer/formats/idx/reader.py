"""Reads IDX files (http://yann.lecun.com/exdb/mnist describes the format): big-endian, a header of
dimensions, then values.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trainer.data.partition import TEST, TRAIN, part_of
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.formats.idx import is_idx
from trainer.importing import mapped
from trainer.importing.archives import Source
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.pictures import labelled_pictures
from trainer.importing.problems import Problem, checks_of, problem

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_CLASSES = 10_000
MOST_DESCRIBING = 16  # numbers of a row of labels; more are rather a picture
NAMED = 5
CHUNK_VALUES = 4 * 1024 * 1024


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
    _check_pairs(files, pictures, labels)
    pixels, notices = _pixels([_channels_first(file) for file in pictures], work)
    classes, indices = _classes(np.concatenate([_of_rows(file) for file in labels]))
    problems = (*_of_files(others, pictures, labels), *notices)
    parsed = labelled_pictures(
        pixels, indices, classes, parts=_parts(pictures), problems=problems, checks=checks_of(_converted)
    )
    return replace(parsed, left_out=tuple(LeftOut(source.name, "no IDX file") for source in others))


def _is_described(file: File, pictures: Sequence[File]) -> bool:
    """Whether these are a few whole numbers for each picture of a file, the class first, as
    in QMNIST (https://github.com/facebookresearch/qmnist)."""
    shape, is_whole = file.values.shape, file.values.dtype.kind in "iu"
    return is_whole and len(shape) == 2 and shape[1] <= MOST_DESCRIBING and shape[0] in map(len, pictures)


def _of_rows(labels: File) -> Array:
    return np.asarray(labels.values if labels.values.ndim == 1 else labels.values[:, 0])


def _parts(pictures: Sequence[File]) -> list[str] | None:
    """The part of each row, by the files' names; None where they give no division."""
    named = [_part(file.name) for file in pictures]
    if TRAIN not in named or None in named or len(set(named)) == 1:
        return None
    return [part or TRAIN for file, part in zip(pictures, named, strict=True) for _ in range(len(file))]


def _part(name: str) -> str | None:
    """MNIST calls the files to test on “t10k”."""
    words = re.split(r"[\W_]+", name)
    return next((part for word in words if (part := TEST if word == "t10k" else part_of(word))), None)


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


def _check_pairs(files: Sequence[File], pictures: Sequence[File], labels: Sequence[File]) -> None:
    for file in files:
        if file.values.ndim == 2 and file not in labels:
            raise TrainerError(
                "idx_no_pictures",
                "“%(name)s” has rows of plain numbers, not pictures. Import such data as CSV.",
                name=file.name,
            )
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


def _channels_first(file: File) -> Array:
    """[N, C, H, W]: a missing channel is added, a last dimension of 1 or 3 is taken for channels."""
    values = file.values
    if values.ndim == 3:
        return values[:, None]
    if values.shape[1] in {1, 3}:
        return values
    if values.shape[3] in {1, 3}:
        return values.transpose(0, 3, 1, 2)
    raise TrainerError(
        "idx_channels",
        "“%(name)s” has pictures with %(channels)s channels. Pictures need one channel (grey) or three (colour).",
        name=file.name,
        channels=values.shape[1],
    )


def _pixels(parts: Sequence[Array], work: Path) -> tuple[Array, list[Problem]]:
    shapes = sorted({part.shape[1:] for part in parts})
    if len(shapes) > 1:
        raise TrainerError(
            "idx_shapes",
            "The parts have pictures of different sizes: %(sizes)s. Import them one by one.",
            sizes=", ".join("x".join(map(str, shape)) for shape in shapes),
        )
    if max(shapes[0]) > 4096:
        raise TrainerError(
            "idx_side",
            "Pictures of %(size)s values are too large. Make them smaller than 4,096 on each side.",
            size="x".join(map(str, shapes[0])),
        )
    if len(parts) == 1 and parts[0].dtype.itemsize == 1 and parts[0].dtype.kind == "u":
        return parts[0], []  # already what is stored: mapped, not copied
    return _converted(parts, work)


def _converted(parts: Sequence[Array], work: Path) -> tuple[Array, list[Problem]]:
    """Values of other types as uint8: 0 to 255 as they are, fractions of 1 times 255."""
    low, high, whole, infinite = _range(parts)
    scale = 255.0 if high <= 1 and not whole else 1.0
    if low < 0 or high * scale > 255 or not (whole or scale == 255.0):
        raise TrainerError(
            "idx_range",
            "Pixel values go from %(low)s to %(high)s. Write them as whole numbers from 0 "
            "to 255, or as fractions from 0 to 1.",
            low=f"{low:g}",
            high=f"{high:g}",
        )
    pixels = mapped.new(work / "pixels", np.uint8, (sum(map(len, parts)), *parts[0].shape[1:]))
    at = 0
    for block in _blocks(parts):
        finite = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        pixels[at : at + len(block)] = np.rint(finite * scale).astype(np.uint8)
        at += len(block)
    problems = [problem("scaled_pixels")] if scale != 1.0 else []
    return pixels, [*problems, problem("infinite_pixels", count=infinite)] if infinite else problems


def _blocks(parts: Sequence[Array]) -> Iterator[Array]:
    """Some rows at a time, as float64."""
    for part in parts:
        rows = max(1, CHUNK_VALUES // math.prod(part.shape[1:]))
        for start in range(0, len(part), rows):
            yield part[start : start + rows].astype(np.float64)


def _range(parts: Sequence[Array]) -> tuple[float, float, bool, int]:
    """Smallest and largest finite value, whether all are whole numbers, and how many are not finite."""
    low, high, whole, infinite = math.inf, -math.inf, True, 0
    for block in _blocks(parts):
        finite = block[np.isfinite(block)]
        infinite += block.size - finite.size
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
            whole = whole and bool((finite == np.rint(finite)).all())
    if low > high:
        raise TrainerError(
            "idx_not_finite", "No pixel is a finite number. Write the pictures again as numbers from 0 to 255."
        )
    return low, high, whole, infinite


def _classes(labels: Array) -> tuple[tuple[str, ...], Array]:
    if not np.isfinite(labels).all() or (labels != np.rint(labels)).any():
        raise TrainerError(
            "idx_labels_whole", "Labels must be whole numbers, one for each class. Write them as unsigned bytes."
        )
    values, indices = np.unique(labels, return_inverse=True)
    if len(values) > MOST_CLASSES:
        raise TrainerError(
            "too_many_classes",
            "There are %(count)s different labels; at most %(most)s can be told "
            "apart. Choose the file that holds the labels.",
            count=len(values),
            most=MOST_CLASSES,
        )
    return tuple(str(int(value)) for value in values), indices.astype(np.int64)
