"""Problems with classes, alike for pictures and tables."""

from collections.abc import Iterable, Sequence

from trainer.importing.problems import Problem, checks_of, problem

IMBALANCE = 10


def class_problems(balance: Sequence[tuple[str, int]]) -> list[Problem]:
    """What the number of rows of each class gives reason to say."""
    found: list[Problem] = []
    present = [(name, count) for name, count in balance if count]
    if len(present) == 1:
        return [*found, problem("one_class", name=present[0][0])]
    lonely = [name for name, count in present if count == 1]
    if lonely:
        found.append(problem("lonely_class", count=len(lonely), name=lonely[0]))
    most, fewest = max(present, key=_rows, default=("", 0)), min(present, key=_rows, default=("", 0))
    if most[1] > IMBALANCE * fewest[1]:
        found.append(problem("imbalance", most=most[0], most_rows=most[1], fewest=fewest[0], fewest_rows=fewest[1]))
    return found


def checks() -> frozenset[str]:
    """What ``class_problems`` looks for."""
    return checks_of(class_problems)


def _rows(item: tuple[str, int]) -> int:
    return item[1]


def case_problems(names: Iterable[str]) -> Iterable[Problem]:
    """Groups of names that only capital letters or spaces tell apart."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(" ".join(name.split()).casefold(), []).append(name)
    for group in groups.values():
        if len(group) > 1:
            yield problem("case_only", names=", ".join(f"“{name}”" for name in group))
