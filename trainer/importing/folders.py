"""What the folders around files say: the class, and the part of the data, as in ``train/cat`` or ``cat/train``."""

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.data.partition import part_of
from trainer.importing.archives import Source

Path = tuple[str, ...]
TEXTS = (".txt", ".text")
MOST_TEXTS = 0.8  # of the files, where these are what the folders hold


@dataclass(frozen=True)
class Place:
    """The class of a file, None where only a part's folder or none is around it, and its part, None where
    none is named.

    ``inner`` are the folders that could name the class, from outside to inside.
    """

    label: str | None
    part: str | None
    inner: Path


def places(names: Sequence[str], *, is_outermost: bool) -> list[Place]:
    """Of each of these files. Folders around all of them are no classes; the class is the innermost that is left,
    or the outermost."""
    paths = [tuple(folder.strip() for folder in name.split("/")[:-1]) for name in names]
    start = _common(paths)
    level = _level_of_parts(paths, start)
    return [_place(path, start, level, is_outermost) for path in paths]


def are_texts_by_class(sources: Sequence[Source]) -> bool:
    """Whether most files are called texts and lie in several folders, with more than one in most of them."""
    names = [source.name for source in sources if source.name.lower().endswith(TEXTS)]
    inside = [name.rpartition("/")[0] for name in names if "/" in name]
    return len(inside) >= MOST_TEXTS * len(sources) and 2 <= len(set(inside)) <= len(inside) / 2


def _common(paths: Sequence[Path]) -> int:
    """How many folders all share from outside; each path keeps its last."""
    inside = [path for path in paths if path]
    depth, most = 0, min(map(len, inside), default=1) - 1
    while depth < most and len({path[depth] for path in inside}) == 1:
        depth += 1
    return depth


def _level_of_parts(paths: Sequence[Path], start: int) -> int | None:
    """The depth at which all folders name parts, among pictures that have a further folder, which can be the class."""
    nested = [path for path in paths if len(path) > start + 1]
    for level in range(start, max(map(len, nested), default=start)):
        names = {path[level] for path in nested if len(path) > level}
        if names and all(map(part_of, names)):
            return level
    return None


def _place(path: Path, start: int, level: int | None, is_outermost: bool) -> Place:
    inner = tuple(folder for depth, folder in enumerate(path) if depth >= start and depth != level)
    label = (inner[0] if is_outermost else inner[-1]) if inner else None
    return Place(label, part_of(path[level]) if level is not None and len(path) > level else None, inner)


def ambiguous(found: Sequence[Place]) -> Path | None:
    """Folders of a file where the same inner folder stands in several outer ones: either may be the class."""
    outer: dict[str, str] = {}
    inner = {place.inner[-1] for place in found if place.inner}
    for place in found if len(inner) > 1 else ():
        if len(place.inner) > 1 and outer.setdefault(place.inner[-1], place.inner[0]) != place.inner[0]:
            return place.inner
    return None


def without_pictures(others: Sequence[str], pictures: Sequence[str]) -> list[str]:
    """Folders that lie beside folders of pictures and have other files alone."""
    own = {tuple(name.split("/")[:-1]) for name in pictures}
    beside = {folder[:-1] for folder in own if folder}
    lone = {tuple(name.split("/")[:-1]) for name in others} - own
    return sorted("/".join(folder) for folder in lone if folder and folder[:-1] in beside)
