"""A table beside pictures that names them: its rows, and which of its columns hold paths."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from trainer.columns.image.files import SUFFIXES
from trainer.errors import TrainerError
from trainer.formats import csv
from trainer.formats.csv import reader as csv_reader
from trainer.formats.image_folder_zip import FOREIGN, Spec
from trainer.formats.image_folder_zip.index import ABSENT, Index, Naming, looks_like_path, parts_of
from trainer.formats.json_lines import reader as json_lines
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import LeftOut
from trainer.importing.problems import Problem
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk

TABLES = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson")
NO_TABLE = {"csv_one_column", "csv_no_rows"}  # a list, or a note: no table that could name pictures
# Of the cells of a column of paths; of names without suffix, which a number may be by chance, nearly all.
LEAST_SHARE = 0.5
LEAST_SHARE_OF_STEMS = 0.9
LEAST_DIFFERENT_STEMS = 0.5
SPELLED: tuple[Stated, ...] = ("spelled",)


@dataclass(frozen=True)
class Listing:
    """``namings`` are the columns of paths by their places. ``file`` is for CSV, ``keys`` for JSON Lines."""

    source: Source
    names: tuple[str, ...]
    namings: Mapping[int, Naming]
    file: csv_reader.Opened | None = None
    keys: Mapping[str, Stated] | None = None
    broken: Sequence[int] = ()  # lines

    @property
    def comma(self) -> bool:
        return self.file is not None and self.file.comma

    @property
    def stated(self) -> tuple[Stated, ...]:
        """What the file says that each column holds."""
        return tuple(self.keys.values()) if self.keys else SPELLED * len(self.names)

    @property
    def problems(self) -> Sequence[Problem]:
        """What had to be assumed, and after the rows were read what was left out of them."""
        if self.file is None:
            return tuple(json_lines.problems(self.broken))
        return (*self.file.problems, *self.file.lines_left_out())

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        prefix = f"{self.source.name}, "
        return json_lines.left_out(self.broken, prefix) if self.file is None else self.file.left_out(prefix)

    def chunks(self, stated: Sequence[Stated] = ()) -> Iterator[Chunk]:
        """All rows as cells, or as numbers where that is stated. Raises TrainerError naming the line that
        does not fit."""
        if self.file is not None:
            return self.file.chunks()
        assert self.keys is not None
        keys = dict(zip(self.keys, stated or self.stated, strict=True))
        return json_lines.chunks(self.source, keys, is_whole=not self.broken)


def listing(source: Source, spec: Spec, index: Index, work: Path) -> Listing | None:
    """The table in this file, if it is one that names pictures. Raises TrainerError where it does and is damaged."""
    if not source.name.lower().endswith(TABLES):
        return None
    try:
        return _with_paths(_opened(source, work, spec, "auto"), spec, index, work)
    except (TrainerError, UnicodeError) as error:
        if not names_pictures(source) or (isinstance(error, TrainerError) and error.code in NO_TABLE):
            return None  # something else, in which no picture is named
        raise


def names_pictures(source: Source) -> bool:
    """Whether the first bytes of what may be a table hold the suffix of pictures."""
    return source.name.lower().endswith(TABLES) and any(
        suffix.encode() in source.head.lower() for suffix in (*SUFFIXES, *FOREIGN)
    )


def _opened(source: Source, work: Path, spec: Spec, header: Any) -> Listing:
    if not csv.is_text(source):
        broken: list[int] | None = [] if spec.other_widths == "leave out" else None
        keys = json_lines.keys_of(source, broken)
        return Listing(source, tuple(distinct(cleaned(list(keys)))), {}, keys=keys, broken=broken or ())
    file = csv_reader.opened(csv.Spec(header=header, other_widths=spec.other_widths), source, work)
    return Listing(source, tuple(file.names), {}, file=file)


def _with_paths(table: Listing, spec: Spec, index: Index, work: Path) -> Listing | None:
    """With the columns that name pictures; None where there are none. Where the names do so as well, they are
    the first row."""
    sample = next(table.chunks(SPELLED * len(table.names)), None)
    if sample is None:
        return None
    namings = _namings([cells.to_pylist() for cells in sample.columns], index)
    if not namings:
        return None
    if table.file is not None and all(index.find(table.names[at], how) >= 0 for at, how in namings.items()):
        return replace(_opened(table.source, work, spec, "no"), namings=namings)
    return replace(table, namings=namings)


def _namings(columns: Sequence[Sequence[str]], index: Index) -> dict[int, Naming]:
    """By their suffixes too, or else one by names without suffix."""
    namings = {place: how for place, cells in enumerate(columns) if (how := _naming(cells, index)) is not None}
    if namings:
        return namings
    shares = {
        place: _share(cells, index, Naming(stems=True))
        for place, cells in enumerate(columns)
        if _are_names(cells) and _share(cells, index, Naming(stems=True)) >= LEAST_SHARE_OF_STEMS
    }
    return {max(shares, key=lambda place: len(set(columns[place]))): Naming(stems=True)} if shares else {}


def _naming(cells: Sequence[str], index: Index) -> Naming | None:
    """How most of the cells, which have suffixes, name pictures that are there; None where they do not."""
    filled = [cell for cell in cells if cell.strip()]
    if sum(map(looks_like_path, filled)) < LEAST_SHARE * max(1, len(filled)):
        return None
    most = max(
        (Naming(dropped=count) for count in range(_shared(filled) + 1)), key=lambda how: _share(cells, index, how)
    )
    return most if _share(cells, index, most) > 0 else None


def _shared(cells: Sequence[str]) -> int:
    """How many folders all cells begin with."""
    paths = [parts_of(cell)[:-1] for cell in cells]
    return sum(1 for _ in takewhile(lambda folders: len(set(folders)) == 1, zip(*paths, strict=False)))


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells without suffix can be names: no two alike, or most are different and not just numbers."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    times = Counter(filled)
    return bool(filled) and (
        max(times.values()) == 1
        or (len(times) >= LEAST_DIFFERENT_STEMS * len(filled) and not all(cell.isdigit() for cell in filled))
    )


def _share(cells: Sequence[str], index: Index, naming: Naming) -> float:
    """Of the cells that are not empty, those that name a picture, or several."""
    filled = [cell for cell in cells if cell.strip()]
    return sum(index.find(cell, naming) != ABSENT for cell in filled) / max(1, len(filled))
