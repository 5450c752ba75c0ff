"""Pictures that lie in files as plain numbers, with their labels: as pixels and classes of prepared data."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from trainer.data.partition import TEST, TRAIN, part_of
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.importing import mapped
from trainer.importing.names import distinct
from trainer.importing.pictures import MOST_CLASSES
from trainer.importing.problems import Problem, checks_of, problem

CHUNK_VALUES = 4 * 1024 * 1024
LARGEST_SIDE = 4096


def part_in(name: str) -> str | None:
    """The part that a word of the name tells; MNIST calls the files to test on “t10k”."""
    words = re.split(r"[\W_]+", name)
    return next((part for word in words if (part := TEST if word == "t10k" else part_of(word))), None)


def parts(names: Sequence[str], lengths: Sequence[int]) -> list[str] | None:
    """The part of each row of arrays of these names and lengths; None where the names give no division."""
    own = [part_in(name) for name in names]
    if TRAIN not in own or None in own or len(set(own)) == 1:
        return None
    return [part or TRAIN for part, length in zip(own, lengths, strict=True) for _ in range(length)]


def channels_first(values: Array, name: str) -> Array:
    """[N, C, H, W]: a missing channel is added, a last dimension of 1 or 3 is taken for channels. ``name`` is what the
    user calls the pictures."""
    if values.ndim == 3:
        return values[:, None]
    if values.ndim == 4 and values.shape[1] in {1, 3}:
        return values
    if values.ndim == 4 and values.shape[3] in {1, 3}:
        return values.transpose(0, 3, 1, 2)
    if values.ndim > 4:
        raise TrainerError(
            "pixels_dimensions",
            "“%(name)s” has %(dimensions)s dimensions. Pictures have three, [rows, height, width], and coloured ones "
            "a fourth of 3.",
            name=name,
            dimensions=values.ndim,
        )
    raise TrainerError(
        "pixels_channels",
        "“%(name)s” has pictures with %(channels)s channels. Pictures need one channel (grey) or three (colour).",
        name=name,
        channels=values.shape[-1],
    )


def alike(parts: Sequence[Array], work: Path) -> tuple[Array, list[Problem]]:
    """All as uint8 [N, C, H, W], and what had to be done for it. Raises TrainerError where they have no common size or
    scale."""
    for part in parts:
        _require_pixels(part)
    shapes = sorted({part.shape[1:] for part in parts})
    if len(shapes) > 1:
        raise TrainerError(
            "pixels_shapes",
            "The parts have pictures of different sizes: %(sizes)s. Import them one by one.",
            sizes=", ".join("x".join(map(str, shape)) for shape in shapes),
        )
    if max(shapes[0]) > LARGEST_SIDE:
        raise TrainerError(
            "pixels_side",
            "Pictures of %(size)s values are too large. Make them at most %(most)s pixels on each side.",
            size="x".join(map(str, shapes[0])),
            most=LARGEST_SIDE,
        )
    if len(parts) == 1 and parts[0].dtype.itemsize == 1 and parts[0].dtype.kind == "u":
        return parts[0], []  # already what is stored: mapped, not copied
    return _converted(parts, work)


def _require_pixels(part: Array) -> None:
    rows, _, height, width = part.shape
    if 0 in part.shape:
        raise TrainerError(
            "pixels_none",
            "There are no pixels in %(rows)s pictures of %(height)s x %(width)s. Save at least one picture in each "
            "array, and at least one pixel in each picture.",
            rows=rows,
            height=height,
            width=width,
        )


def checks() -> frozenset[str]:
    return checks_of(_scaled, _converted)


def _converted(parts: Sequence[Array], work: Path) -> tuple[Array, list[Problem]]:
    """Values of other types as uint8: 0 to 255 rounded, fractions of 1 times 255, and whole numbers of more bits by as
    many bits as are used."""
    low, high, whole, infinite = _range(parts)
    bits = int(high).bit_length() if whole else 8
    is_share = high <= 1 and all(part.dtype.kind in "fb" for part in parts)  # also where all are black or white
    scale = 255.0 if is_share else 255.0 / (2**bits - 1) if bits > 8 else 1.0
    if low < 0 or high * scale > 255:
        raise TrainerError(
            "pixels_range",
            "Pixel values go from %(low)s to %(high)s. Write them as whole numbers from 0 on, or as fractions from 0 "
            "to 1.",
            low=f"{low:g}",
            high=f"{high:g}",
        )
    pixels = mapped.new(work / "pixels", np.uint8, (sum(map(len, parts)), *parts[0].shape[1:]))
    at = 0
    for block in _blocks(parts):
        finite = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        pixels[at : at + len(block)] = np.rint(finite * scale).astype(np.uint8)
        at += len(block)
    problems = list(_scaled(len(pixels), scale, whole=whole, bits=bits))
    return pixels, [*problems, problem("infinite_pixels", count=infinite)] if infinite else problems


def _scaled(count: int, scale: float, *, whole: bool, bits: int) -> Iterator[Problem]:
    if bits > 8:
        yield problem("deep_pixels", count=count, low="0", high=str(2**bits - 1))
    elif scale != 1.0:
        yield problem("scaled_pixels")
    elif not whole:
        yield problem("rounded_pixels")


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
            "pixels_not_finite", "No pixel is a finite number. Write the pictures again as numbers from 0 to 255."
        )
    return low, high, whole, infinite


def classes(labels: Array) -> tuple[tuple[str, ...], Array]:
    """The names of the classes, and the index of each label [N]; of numbers, only whole ones are labels."""
    if labels.dtype.kind in "US":
        return _named(labels)
    if not np.isfinite(labels).all() or (labels != np.rint(labels)).any():
        raise TrainerError(
            "pixels_labels_whole",
            "Labels must be whole numbers, one for each class. Write each label as such a number.",
        )
    values, indices = np.unique(labels, return_inverse=True)
    return _few([str(int(value)) for value in values]), indices.astype(np.int64)


def _named(labels: Array) -> tuple[tuple[str, ...], Array]:
    """Of texts, or of bytes that are taken for UTF-8; labels that differ in other bytes alone are still told apart."""
    texts, indices = np.unique(labels, return_inverse=True)
    names = [text.decode("utf-8", "replace") if isinstance(text, bytes) else text for text in texts.tolist()]
    empty = [place for place, name in enumerate(names) if not name.strip()]
    if empty:
        raise TrainerError(
            "pixels_labels_empty",
            "The label of picture %(number)s is empty. Save a label for each picture, and leave out the pictures that "
            "have none.",
            number=int(np.isin(indices, empty).argmax()) + 1,
        )
    return _few(distinct(names)), indices.astype(np.int64)


def _few(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) > MOST_CLASSES:
        raise TrainerError(
            "too_many_classes",
            "There are %(count)s different labels; at most %(most)s can be told "
            "apart. Choose the file that holds the labels.",
            count=len(names),
            most=MOST_CLASSES,
        )
    return tuple(names)
