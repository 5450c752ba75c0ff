"""Which picture a cell of a table means: people write paths from any folder on, from a folder of another machine, with
backslashes, in other letters, and without suffix."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from trainer.columns.image.files import SUFFIXES
from trainer.data.partition import part_of
from trainer.formats.image_folder_zip import FOREIGN
from trainer.importing.archives import Source
from trainer.importing.words import clean

# In place of a picture's number.
ABSENT, UNNAMED, AMBIGUOUS = -1, -2, -3


@dataclass(frozen=True)
class Naming:
    """How the cells of one column name pictures: without suffix, and with so many folders before
    those that there are."""

    stems: bool = False
    dropped: int = 0


class Index:
    """Pictures by what a table may call them."""

    def __init__(self, pictures: Sequence[Source]) -> None:
        self._names = [source.name for source in pictures]

    @cached_property
    def _paths(self) -> dict[str, list[int]]:
        return _by_ends(self._names)

    @cached_property
    def _stems(self) -> dict[str, list[int]]:
        return _by_ends([_stem(name) for name in self._names])

    def find(self, cell: str, naming: Naming) -> int:
        """The number of the one picture that is meant, or why there is none."""
        parts = parts_of(cell)[naming.dropped :]
        if not parts:
            return UNNAMED if not cell.strip() else ABSENT
        path = "/".join(parts)
        numbers = (self._stems if naming.stems else self._paths).get(path.casefold(), [])
        if len(numbers) > 1:
            numbers = self._exact(path, numbers, naming)
        if naming.dropped and numbers and self._is_other_part(cell, naming.dropped, numbers[0]):
            return ABSENT
        return numbers[0] if len(numbers) == 1 else AMBIGUOUS if numbers else ABSENT

    def _exact(self, path: str, numbers: Sequence[int], naming: Naming) -> list[int]:
        """Those among several that are called so letter by letter; the one whose whole path it is, if there is one."""
        names = {number: _stem(self._names[number]) if naming.stems else self._names[number] for number in numbers}
        whole = [number for number, name in names.items() if name == path]
        ends = [number for number, name in names.items() if f"/{name}".endswith(f"/{path}")]
        return whole or ends or list(numbers)

    def _is_other_part(self, cell: str, dropped: int, number: int) -> bool:
        """Whether the folders that were dropped say “test”, and the picture lies in “train”."""
        named = {part_of(folder) for folder in parts_of(cell)[:dropped]} - {None}
        lies = {part_of(folder) for folder in self._names[number].split("/")[:-1]} - {None}
        return bool(named and lies and named != lies)


def _by_ends(names: Sequence[str]) -> dict[str, list[int]]:
    """The numbers of the names by their ends from any folder on, in small letters."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        for end in _ends(name.casefold()):
            numbers[end].append(number)
    return numbers


def _ends(name: str) -> Iterator[str]:
    parts = name.split("/")
    return ("/".join(parts[at:]) for at in range(len(parts)))


def _stem(name: str) -> str:
    folders, mark, last = name.rpartition("/")
    return folders + mark + (last.rpartition(".")[0] or last)


def parts_of(cell: str) -> list[str]:
    """The folders and the name in a cell, whichever system wrote it."""
    path = clean(cell.strip()).removeprefix("file://").replace("\\", "/")
    return [part for part in path.split("/") if part not in {"", "."}]


def looks_like_path(cell: str) -> bool:
    """Whether it ends as the name of a picture does."""
    return cell.strip().lower().endswith((*SUFFIXES, *FOREIGN))
