"""Reads pictures that lie in one folder per class."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from trainer.columns import Readings
from trainer.columns.image.decoding import BrokenPictureError, Canvas, decoded
from trainer.columns.image.files import SUFFIXES
from trainer.data.partition import TRAIN, part_of
from trainer.data.prepared import Array
from trainer.data.summary import IMAGE
from trainer.errors import TrainerError
from trainer.formats.image_folder_zip import Spec, alike, is_foreign, is_picture, tabled
from trainer.formats.image_folder_zip.index import Index
from trainer.formats.image_folder_zip.joined import tables
from trainer.formats.image_folder_zip.listing import names_pictures
from trainer.formats.image_folder_zip.reading import Reading
from trainer.importing import folders, mapped
from trainer.importing.archives import Source
from trainer.importing.folders import Place
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.pictures import MOST_CLASSES, labelled_pictures
from trainer.importing.problems import Problem, checks_of, problem

DATA = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".xlsx", ".xls", ".ods", ".parquet", ".xml", ".mat")
NAMED = 5


@dataclass(frozen=True)
class Picture(alike.Picture):
    """With the class and the part that its folders name."""

    label: str
    part: str | None


@dataclass(frozen=True)
class Files:
    """What may be pictures, each with the place that its folders give it, and the names of all other files."""

    candidates: Sequence[Source]
    places: Sequence[Place]
    others: Sequence[str]

    @cached_property
    def labelled(self) -> list[tuple[Source, Place]]:
        """Those that have a class."""
        placed = zip(self.candidates, self.places, strict=True)
        return [(source, place) for source, place in placed if place.label is not None]

    @property
    def unlabelled(self) -> list[str]:
        placed = zip(self.candidates, self.places, strict=True)
        return [source.name for source, place in placed if place.label is None]

    @cached_property
    def readable(self) -> list[tuple[Source, Place]]:
        return [(source, place) for source, place in self.labelled if not is_foreign(source)]

    @property
    def foreign(self) -> list[Source]:
        return [source for source, _ in self.labelled if is_foreign(source)]


def read(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The pictures with what tables among the files say of them, or else with the classes that their folders are."""
    pictures = sorted(filter(_looks_like_picture, sources), key=lambda source: source.name)
    others = [source for source in sources if not _looks_like_picture(source)]
    index = Index(pictures)
    named = tables(others, spec, index, work)
    if named is None:
        return _of_folders(spec, sources, work)
    return tabled.read(spec, named, Reading(named, pictures, index), others, work, readings)


def _require_no_table(pictures: Sequence[Source], others: Sequence[Source]) -> None:
    """Where the folders tell no classes, a table beside them that does not name the pictures should have."""
    for table in others:
        if names_pictures(table) or table.name.lower().endswith(DATA):
            raise TrainerError(
                "pictures_unnamed",
                "“%(name)s” lies beside the pictures and may hold their labels, but it does not name them as they are "
                "called here, such as “%(picture)s”, or it is neither CSV nor JSON Lines. Save it as CSV with the "
                "names of the files in one column and their labels in another, or put the pictures into folders of "
                "their classes.",
                name=table.name,
                picture=pictures[0].name,
            )


def _of_folders(spec: Spec, sources: Sequence[Source], work: Path) -> Parsed:
    """All pictures that have a class, in one size and colour; rows in the order of their names."""
    files = _placed(spec, sources)
    pictures, broken = _with_facts(files.readable)
    alike.require_readable(broken, len(files.readable))
    canvas = alike.canvas(spec, pictures)
    pixels, decoded_pictures = _decode_all(pictures, canvas, work, broken)
    alike.require_readable(broken, len(files.readable))
    lost = _lost(decoded_pictures, files.labelled)
    problems = (
        *alike.problems(decoded_pictures, canvas),
        *_of_files(broken, files.others),
        *_of_places(spec, decoded_pictures, files),
        *alike.foreign_problems(files.foreign),
        *_of_losses(lost),
        *_of_folders_without(folders.without_pictures(files.others, [source.name for source, _ in files.labelled])),
    )
    parsed = labelled_pictures(
        pixels,
        *_classes(decoded_pictures),
        parts=_parts(decoded_pictures),
        problems=problems,
        picture=alike.column(IMAGE, canvas),
        checks=checks_of(_of_files, _of_places, _of_losses, _of_folders_without, alike.foreign_problems),
    )
    return replace(parsed, left_out=tuple(_left_out(files, broken, lost)))


def _placed(spec: Spec, sources: Sequence[Source]) -> Files:
    """The files by what their folders say. Raises TrainerError where these name no classes."""
    candidates = sorted(filter(_looks_like_picture, sources), key=lambda source: source.name)
    others = [source for source in sources if not _looks_like_picture(source)]
    places = folders.places([source.name for source in candidates], is_outermost=spec.class_folder == "outermost")
    if len({place.label for place in places} - {None}) < 2:
        _require_no_table(candidates, others)
    _require_classes(candidates, places)
    return Files(candidates, places, [source.name for source in others])


def _left_out(files: Files, broken: Sequence[str], lost: Mapping[str, int]) -> Iterator[LeftOut]:
    reasons = (
        ("no class", files.unlabelled),
        ("format not read", [source.name for source in files.foreign]),
        ("cannot be read", broken),
        ("no picture", files.others),
        ("none of its pictures can be read", [f"class {name}" for name in lost]),
    )
    return (LeftOut(name, reason) for reason, names in reasons for name in names)


def _require_classes(candidates: Sequence[Source], places: Sequence[Place]) -> None:
    if all(place.label is None for place in places):
        raise TrainerError(
            "picture_without_folder",
            "“%(name)s” lies in no folder, so its class is not known. Put "
            "the pictures of each class into a folder with the class's name and pack those folders as "
            "a ZIP.",
            name=candidates[0].name,
        )


def _classes(pictures: Sequence[Picture]) -> tuple[Array, tuple[str, ...]]:
    """The index of each picture's class, and the names of the classes."""
    names, indices = np.unique(np.array([picture.label for picture in pictures], dtype=object), return_inverse=True)
    if len(names) > MOST_CLASSES:
        raise TrainerError(
            "too_many_folders",
            "There are %(count)s folders with pictures; at most %(most)s classes "
            "can be told apart. Put the pictures of each class into one folder.",
            count=len(names),
            most=MOST_CLASSES,
        )
    return indices, tuple(names.tolist())


def _parts(pictures: Sequence[Picture]) -> list[str] | None:
    """The part of each picture, to train where its folders name none; None where the folders give no division."""
    parts = [picture.part or TRAIN for picture in pictures]
    return parts if TRAIN in parts and len(set(parts)) > 1 else None


def _looks_like_picture(source: Source) -> bool:
    return is_picture(source) or is_foreign(source) or source.name.lower().endswith(SUFFIXES)


def _with_facts(labelled: Sequence[tuple[Source, Place]]) -> tuple[list[Picture], list[str]]:
    pictures: list[Picture] = []
    broken: list[str] = []
    for source, place in labelled:
        assert place.label is not None
        picture = alike.looked_at(source)
        if picture is None:
            broken.append(source.name)
        else:
            pictures.append(Picture(source, picture.facts, place.label, place.part))
    return pictures, broken


def _decode_all(
    pictures: Sequence[Picture], canvas: Canvas, work: Path, broken: list[str]
) -> tuple[Array, list[Picture]]:
    """Pixels in a file of ``work``, so that memory holds one picture at a time."""
    pixels = mapped.new(work / "pixels", np.uint8, (len(pictures), *canvas.shape))
    decoded_pictures: list[Picture] = []
    for picture in pictures:
        try:
            pixels[len(decoded_pictures)] = decoded(picture.source.path, canvas)
            decoded_pictures.append(picture)
        except BrokenPictureError:
            broken.append(picture.source.name)
    return pixels[: len(decoded_pictures)], decoded_pictures


def _of_files(broken: Sequence[str], others: Sequence[str]) -> Iterator[Problem]:
    if broken:
        yield problem("broken_pictures", count=len(broken), names=", ".join(broken[:NAMED]))
    if others:
        yield problem("other_files", count=len(others), names=", ".join(others[:NAMED]))


def _of_places(spec: Spec, decoded_pictures: Sequence[Picture], files: Files) -> Iterator[Problem]:
    """What the folders gave reason to say."""
    if unlabelled := files.unlabelled:
        yield problem("unlabelled_pictures", count=len(unlabelled), names=", ".join(unlabelled[:NAMED]))
    if spec.class_folder == "innermost" and (inner := folders.ambiguous(files.places)):
        yield problem("nested_folders", path="/".join(inner), name=inner[-1])
    classes = sorted({picture.label for picture in decoded_pictures})
    named = [name for name in classes if part_of(name) is not None]
    for name in named if len(named) == len(classes) > 1 else [name for name in named if part_of(name) != TRAIN]:
        yield problem("part_as_class", name=name)


def _lost(decoded_pictures: Sequence[Picture], labelled: Sequence[tuple[Source, Place]]) -> dict[str, int]:
    """Classes of which nothing could be read, with the number of their pictures."""
    files = Counter(place.label or "" for _, place in labelled)
    return {name: files[name] for name in sorted(files.keys() - {picture.label for picture in decoded_pictures})}


def _of_losses(lost: Mapping[str, int]) -> Iterator[Problem]:
    for name, count in lost.items():
        yield problem("lost_class", name=name, count=count)


def _of_folders_without(empty: Sequence[str]) -> Iterator[Problem]:
    return (problem("folder_without_pictures", name=name) for name in empty)
