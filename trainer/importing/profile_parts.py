"""The division into parts that data bring, as their profile says it."""

from collections.abc import Iterator

from trainer.columns import category
from trainer.data.partition import PARTS, parts_of, split_column
from trainer.importing.kind import import_of
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, problem


def division(parsed: Parsed) -> Iterator[Problem]:
    """How many rows the column of parts gives to each."""
    name = split_column(parsed.summary)
    column = parsed.summary.named(name) if name is not None else None
    if isinstance(column, category.Column):
        counts = dict.fromkeys(PARTS, 0)
        of_levels = import_of(column.kind).counts(column, parsed)
        for part, (_, count) in zip(parts_of(column), of_levels, strict=True):
            counts[str(part)] += count
        yield problem("given_split", column=column.name, **counts)
