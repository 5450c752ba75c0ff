"""The tables beside pictures as one: parts of a data set come in a table each, as train.csv and test.csv."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from trainer.data.partition import PARTS, TRAIN, part_of
from trainer.errors import TrainerError
from trainer.formats.image_folder_zip import Spec
from trainer.formats.image_folder_zip.index import Index, Naming
from trainer.formats.image_folder_zip.listing import Listing, listing
from trainer.importing.archives import Source
from trainer.importing.parsed import LeftOut
from trainer.importing.problems import Problem, problem
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk

NAMED = 5


@dataclass(frozen=True)
class Rows:
    """Some rows of one of the tables, in the order of the columns of all."""

    table: Listing
    chunk: Chunk


@dataclass(frozen=True)
class Tables:
    """Tables with the same columns. ``others`` name pictures too and lack some of the columns. ``parts`` is the part
    that each table is, where all of them are parts."""

    members: tuple[Listing, ...]
    others: tuple[Listing, ...] = ()
    parts: tuple[str, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return self.members[0].names

    @property
    def comma(self) -> bool:
        return any(table.comma for table in self.members)

    @property
    def sources(self) -> list[Source]:
        """Those that are read, or left out as tables."""
        return [table.source for table in (*self.members, *self.others)]

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The columns of paths."""
        named = {table.names[place] for table in self.members for place in table.namings}
        return tuple(name for name in self.names if name in named)

    def naming(self, table: Listing, name: str) -> Naming:
        """How the cells of a column of paths name pictures in one of the tables."""
        return table.namings.get(table.names.index(name), Naming())

    @property
    def stated(self) -> tuple[Stated, ...]:
        """What all tables say that each column holds; paths are words."""
        agreed = zip(*(self._ordered(table, table.stated) for table in self.members), strict=True)
        return tuple(
            "words" if name in self.paths else kinds[0] if len(set(kinds)) == 1 else "spelled"
            for name, kinds in zip(self.names, agreed, strict=True)
        )

    def _ordered(self, table: Listing, values: Sequence[Any]) -> list[Any]:
        """What stands in the order of the table's columns, in that of all."""
        return [values[table.names.index(name)] for name in self.names]

    def rows(self) -> Iterator[Rows]:
        """Of all tables, one after the other. Raises TrainerError naming the line that does not fit."""
        for table in self.members:
            own = dict(zip(self.names, self.stated, strict=True))
            for chunk in table.chunks([own[name] for name in table.names]):
                yield Rows(table, replace(chunk, columns=self._ordered(table, chunk.columns)))

    def problems(self) -> Iterator[Problem]:
        """What the tables themselves gave reason to say."""
        for table in self.members:
            yield from table.problems
        if len(self.members) > 1:
            yield problem("joined_parts", count=len(self.members), names=_names(self.members))
        if self.others:
            lacking = [name for name in self.names if not all(name in table.names for table in self.others)]
            columns = ", ".join(f"“{name}”" for name in lacking[:NAMED])
            yield problem("narrow_tables", count=len(self.others), names=_names(self.others), columns=columns)

    def left_out(self) -> Iterator[LeftOut]:
        for table in self.members:
            yield from table.left_out
        yield from (LeftOut(table.source.name, "columns are missing") for table in self.others)


def _names(tables: Sequence[Listing]) -> str:
    return ", ".join(table.source.name for table in tables[:NAMED])


def tables(sources: Sequence[Source], spec: Spec, index: Index, work: Path) -> Tables | None:
    """The tables that name pictures; None where there are none. Raises TrainerError where it is open how
    they belong together."""
    ordered = sorted(sources, key=_order)
    every = [table for source in ordered if (table := listing(source, spec, index, work)) is not None]
    if not every:
        return None
    columns = set(max(every, key=lambda table: len(table.names)).names)
    members = tuple(table for table in every if set(table.names) == columns)
    others = tuple(table for table in every if set(table.names) != columns)
    parts = [_part(table.source.name) for table in members]
    is_open = len(members) > 1 and None in parts and any(parts)
    if is_open or not all(columns.issuperset(table.names) for table in others):
        raise several(every)
    return Tables(members, others, _divided(parts))


def _order(source: Source) -> tuple[int, str]:
    """Parts as they are used, then by name."""
    part = _part(source.name)
    return PARTS.index(part) if part else -1, source.name


def several(every: Sequence[Listing]) -> TrainerError:
    return TrainerError(
        "picture_tables",
        "Several tables name pictures, and it is open how they belong together: %(names)s. Leave out those that do not "
        "belong to the data; give parts the same columns and call them train, validation and test, or join all into "
        "one table.",
        names=_names(every),
    )


def _divided(parts: Sequence[str | None]) -> tuple[str, ...] | None:
    """The parts, where all are named, some to train and others not."""
    named = tuple(part for part in parts if part)
    return named if len(named) == len(parts) and TRAIN in named and len(set(named)) > 1 else None


def _part(name: str) -> str | None:
    """The part that a table's name or a folder around it tells, from inside to outside."""
    folders = name.rpartition(".")[0].split("/")
    for folder in reversed(folders):
        words = {part for word in re.split(r"[\W_]+", folder) if (part := part_of(word))}
        if len(words) == 1:
            return words.pop()
    return None
