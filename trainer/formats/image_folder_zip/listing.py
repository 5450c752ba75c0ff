"""The table beside pictures that names them: its rows, and which of its columns hold paths."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from trainer.errors import TrainerError
from trainer.formats.csv import dialect, encoding
from trainer.formats.csv.rows import LONGEST_CELL, Lines, Table, rows
from trainer.formats.image_folder_zip import SUFFIXES
from trainer.formats.json_lines import reader as json_lines
from trainer.importing import series
from trainer.importing.archives import Source, clean
from trainer.importing.names import cleaned, distinct
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk

TABLES = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson")
SAMPLE_ROWS = 200
CHUNK_ROWS = 1024
# Of the cells of a column of paths; of names without suffix, which a number may be by chance, nearly all.
LEAST_SHARE = 0.5
LEAST_SHARE_OF_STEMS = 0.9
AMBIGUOUS = -1


@dataclass(frozen=True)
class Listing:
    """``paths`` are the places of the columns of paths, ``stems`` says that they lack their suffixes. ``table`` is for
    CSV, ``keys`` for JSON Lines."""

    source: Source
    names: tuple[str, ...]
    paths: tuple[int, ...]
    stems: bool = False
    comma: bool = False
    table: Table | None = None
    keys: tuple[str, ...] = ()

    def chunks(self) -> Iterator[Chunk]:
        """All rows as cells. Raises TrainerError naming the line that does not fit."""
        if self.table is None:
            as_spelled: dict[str, Stated] = dict.fromkeys(self.keys, "spelled")
            yield from json_lines.chunks(self.source, as_spelled)
            return
        numbered = islice(rows(self.table), 1, None)
        while some := list(islice(numbered, CHUNK_ROWS)):
            for line, row in some:
                self._check(line, row)
            cells = zip(*(row for _, row in some), strict=True)
            yield Chunk([line for line, _ in some], [series.of(column) for column in cells])

    def _check(self, line: int, row: Sequence[str]) -> None:
        if len(row) != len(self.names):
            raise TrainerError(
                "csv_ragged",
                "Line %(line)s has %(found)s values where the first line has "
                "%(expected)s. Correct that line; a value that holds the delimiter must stand in "
                "quotation marks.",
                line=line,
                found=len(row),
                expected=len(self.names),
            )


class Index:
    """Pictures by what a table may call them: the path, its end from any folder on, and the same without suffix."""

    def __init__(self, pictures: Sequence[Source]) -> None:
        self._paths: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        for number, source in enumerate(pictures):
            for path in _ends(source.name):
                self._paths[path] = AMBIGUOUS if path in self._paths else number
                stem = path.rpartition(".")[0]
                self._stems[stem] = AMBIGUOUS if stem in self._stems else number
        for number, source in enumerate(pictures):
            self._paths[source.name] = number  # a whole path means that picture, whatever others end alike

    def find(self, cell: str, *, stems: bool = False) -> int | None:
        """The number of the one picture that is meant; None where there is none, or several could be."""
        path = clean(cell.strip()).replace("\\", "/").removeprefix("./").lstrip("/")
        number = (self._stems if stems else self._paths).get(path, AMBIGUOUS)
        return None if number == AMBIGUOUS else number


def _ends(name: str) -> Iterator[str]:
    parts = name.split("/")
    return ("/".join(parts[at:]) for at in range(len(parts)))


def listing(sources: Sequence[Source], index: Index) -> Listing | None:
    """The one table that names pictures; None where there is none. Raises TrainerError for several."""
    tables = [source for source in sources if source.name.lower().endswith(TABLES)]
    several = [one for source in tables if (one := _listing(source, index)) is not None]
    if len(several) > 1:
        raise TrainerError(
            "picture_tables",
            "Several tables name pictures: %(names)s. Join them into one, with a column “split” if they are parts.",
            names=", ".join(one.source.name for one in several[:5]),
        )
    return several[0] if several else None


def _listing(source: Source, index: Index) -> Listing | None:
    try:
        found = _of_json(source) if source.name.lower().endswith(TABLES[-2:]) else _of_csv(source)
        if found is None:
            return None
        sample = next(found.chunks(), None)
    except (TrainerError, UnicodeError):
        if any(suffix.encode() in source.head.lower() for suffix in SUFFIXES):
            raise
        return None  # something else, in which no picture is named
    return None if sample is None else _with_paths(found, sample, index)


def _of_csv(source: Source) -> Listing | None:
    csv.field_size_limit(LONGEST_CELL)
    codec = encoding.detected(source.path)
    mark = dialect.delimiter(list(islice(Lines(source.path, codec), SAMPLE_ROWS)))
    sample = [row for _, row in islice(rows(Table(source, codec, mark, True, 0)), SAMPLE_ROWS)]
    if len(sample) < 2:
        return None
    comma = dialect.decimal_comma(sample, mark) is not None
    names = tuple(distinct(cleaned(sample[0])))
    return Listing(source, names, (), comma=comma, table=Table(source, codec, mark, True, len(names)))


def _of_json(source: Source) -> Listing:
    keys = tuple(json_lines.keys_of(source))
    return Listing(source, tuple(distinct(cleaned(keys))), (), keys=keys)


def _with_paths(found: Listing, sample: Chunk, index: Index) -> Listing | None:
    """With the columns that name pictures: by their suffixes too, or else one by names without suffix."""
    columns = [cells.to_pylist() for cells in sample.columns]
    shares = [_share(cells, index, stems=False) for cells in columns]
    if paths := tuple(place for place, share in enumerate(shares) if share >= LEAST_SHARE):
        return replace(found, paths=paths)
    for place, cells in enumerate(columns):
        if _share(cells, index, stems=True) >= LEAST_SHARE_OF_STEMS and max(Counter(cells).values()) == 1:
            return replace(found, paths=(place,), stems=True)
    return None


def _share(cells: Sequence[str], index: Index, *, stems: bool) -> float:
    """Of the cells that are not empty, those that name a picture."""
    filled = [cell for cell in cells if cell.strip()]
    return sum(index.find(cell, stems=stems) is not None for cell in filled) / max(1, len(filled))
