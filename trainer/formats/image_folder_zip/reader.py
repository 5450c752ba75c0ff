"""Reads pictures that lie in one folder per class."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainer.data import Array
from trainer.errors import TrainerError
from trainer.formats.image_folder_zip import SUFFIXES, Spec, is_picture
from trainer.formats.image_folder_zip.pictures import BrokenPictureError, Facts, HugePictureError, Mode, decoded, facts
from trainer.importing import mapped
from trainer.importing.archives import Source
from trainer.importing.parsed import Parsed, labelled_pictures
from trainer.importing.profile import Problem, checks_of, problem

BROKEN_SHARE = 0.1
NAMED = 5
MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Picture:
    """A picture whose header could be read, and the class that its folder names."""

    source: Source
    label: str
    facts: Facts


def read(spec: Spec, sources: Sequence[Source], work: Path) -> Parsed:
    """All pictures in one size and colour; rows in the order of their names."""
    candidates = sorted(filter(_looks_like_picture, sources), key=lambda source: source.name)
    others = [source.name for source in sources if not _looks_like_picture(source)]
    pictures, broken = _with_facts(candidates)
    _check_broken(broken, len(candidates))
    shape = _common_shape(spec, pictures)
    pixels, kept = _decode_all(pictures, shape, work, broken)
    _check_broken(broken, len(candidates))
    names = _classes(kept)
    index = {name: at for at, name in enumerate(names)}
    labels = np.array([index[picture.label] for picture in kept], dtype=np.int64)
    problems = tuple(_problems(kept, shape, broken, others))
    return labelled_pictures(pixels, labels, tuple(names), problems=problems, checks=checks_of(_problems))


def _classes(pictures: Sequence[Picture]) -> list[str]:
    names = sorted({picture.label for picture in pictures})
    if len(names) > MOST_CLASSES:
        raise TrainerError("too_many_folders", "There are %(count)s folders with pictures; at most %(most)s classes "
                           "can be told apart. Put the pictures of each class into one folder.", count=len(names),
                           most=MOST_CLASSES)
    return names


def _looks_like_picture(source: Source) -> bool:
    return is_picture(source) or source.name.lower().endswith(SUFFIXES)


def _with_facts(candidates: Sequence[Source]) -> tuple[list[Picture], list[str]]:
    pictures: list[Picture] = []
    broken: list[str] = []
    for source in candidates:
        try:
            said = facts(source.path)
            pictures.append(Picture(source, _class_of(source), said))
        except HugePictureError as error:
            raise TrainerError("picture_too_large", "“%(name)s” says that it is %(width)s x %(height)s pixels; more "
                               "than 64 million pixels are not opened. Make the picture smaller or leave it out.",
                               name=source.name, width=error.width, height=error.height) from error
        except BrokenPictureError:
            broken.append(source.name)
    return pictures, broken


def _class_of(source: Source) -> str:
    folders = source.name.split("/")[:-1]
    if not folders:
        raise TrainerError("picture_without_folder", "“%(name)s” lies in no folder, so its class is not known. Put "
                           "the pictures of each class into a folder with the class's name and pack those folders as "
                           "a ZIP.", name=source.name)
    return folders[-1].strip()


def _check_broken(broken: Sequence[str], total: int) -> None:
    if len(broken) == total or len(broken) > BROKEN_SHARE * total + 1:
        raise TrainerError("pictures_broken", "%(count)s of %(total)s pictures cannot be read, among them %(names)s. "
                           "Save them again as PNG or JPEG, or leave them out.", count=len(broken), total=total,
                           names=", ".join(broken[:NAMED]))


def _common_shape(spec: Spec, pictures: Sequence[Picture]) -> tuple[int, int, int]:
    """[channels, height, width]: the most frequent size (the larger one of two), reduced to the largest side."""
    sizes = Counter((picture.facts.width, picture.facts.height) for picture in pictures)
    width, height = max(sizes, key=lambda size: (sizes[size], size))
    scale = min(1.0, spec.largest_side / max(width, height))
    grey = all(picture.facts.grey for picture in pictures) if spec.colour == "auto" else spec.colour == "grey"
    return 1 if grey else 3, max(1, round(height * scale)), max(1, round(width * scale))


def _decode_all(pictures: Sequence[Picture], shape: tuple[int, int, int], work: Path,
                broken: list[str]) -> tuple[Array, list[Picture]]:
    """Pixels in a file of ``work``, so that memory holds one picture at a time."""
    channels, height, width = shape
    mode: Mode = "L" if channels == 1 else "RGB"
    pixels = mapped.new(work / "pixels", np.uint8, (len(pictures), *shape))
    kept: list[Picture] = []
    for picture in pictures:
        try:
            pixels[len(kept)] = decoded(picture.source.path, mode, width, height)
            kept.append(picture)
        except BrokenPictureError:
            broken.append(picture.source.name)
    return pixels[: len(kept)], kept


def _problems(kept: Sequence[Picture], shape: tuple[int, int, int], broken: Sequence[str], others: Sequence[str]) -> list[Problem]:
    problems: list[Problem] = []
    sizes = Counter((picture.facts.width, picture.facts.height) for picture in kept)
    _, height, width = shape
    if len(sizes) > 1:
        resized = len(kept) - sizes[width, height]
        problems.append(problem("mixed_sizes", sizes=len(sizes), resized=resized, width=width, height=height))
    elif (width, height) not in sizes:
        (before,) = sizes
        problems.append(problem("reduced", from_width=before[0], from_height=before[1], width=width, height=height))
    if broken:
        problems.append(problem("broken_pictures", count=len(broken), names=", ".join(broken[:NAMED])))
    if others:
        problems.append(problem("other_files", count=len(others), names=", ".join(others[:NAMED])))
    if animated := sum(picture.facts.animated for picture in kept):
        problems.append(problem("first_frames", count=animated))
    return problems
