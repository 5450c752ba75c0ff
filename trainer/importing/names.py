"""Names of a table's columns: none empty, no two alike. Shipped beside exports; it needs nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count

from trainer.importing.words import clean

LONGEST_NAME = 200


def cleaned(texts: Sequence[str]) -> list[str]:
    """Somebody's texts as names, which may still be empty or alike."""
    return [clean(text, LONGEST_NAME).strip() for text in texts]


def distinct(wanted: Sequence[str]) -> list[str]:
    """A name of its own for each column; one that is alone with its name keeps it."""
    taken, names = set(wanted), dict[str, None]()
    numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(2))  # so that no number of a stem is tried twice
    for at, name in enumerate(wanted, start=1):
        new, stem = name, name or f"column {at}"
        if not name and stem not in taken:
            new = stem
        elif not name or name in names:
            new = next(free for number in numbers[stem] if (free := f"{stem} ({number})") not in taken)
        taken.add(new)
        names[new] = None
    return list(names)
