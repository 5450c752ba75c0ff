"""The profile of the data: statistics of each column, the suggested target, and what speaks against training on it."""

from collections.abc import Iterator

from trainer.catalog import listing
from trainer.columns import Column
from trainer.data.partition import is_partition
from trainer.data.summary import DataSummary
from trainer.importing import profile_classes
from trainer.importing.kind import import_of, names
from trainer.importing.leaks import leaks
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, checks_made, checks_of, in_order, problem
from trainer.importing.profile import Counts, Profile
from trainer.importing.profile_classes import class_problems
from trainer.importing.profile_parts import division
from trainer.task import TaskSpec

LEAST_ROWS = 10
FEW_CLASSES = 20
TARGET_NAMES = (
    "label",
    "target",
    "class",
    "species",
    "category",
    "outcome",
    "diagnosis",
    "y",
    "output",
    "sentiment",
    "survived",
    "churn",
    "标签",
    "类别",
    "目标",
)


def profile(parsed: Parsed, format_name: str) -> Profile:
    """The whole profile."""
    target = suggested_target(parsed)
    looked_at = (*ALWAYS, *(OF_COLUMNS if parsed.columns else ()))
    problems = [*parsed.problems, *_of_kinds(parsed), *(one for check in looked_at for one in check(parsed))]
    checks = parsed.checks | checks_of(*looked_at)
    balance: Counts = ()
    if target is not None:
        balance = _balance(target, parsed)
        problems += [*class_problems(balance), *_target_problems(parsed, target)]
        checks |= checks_of(_target_problems) if parsed.columns else frozenset()
        checks |= profile_classes.checks() if balance else frozenset()
    problems = [
        item
        for item in problems
        if not (target and item.code == "missing_values" and item.params["column"] == target.name)
    ]
    return Profile(
        summary=parsed.summary,
        format=format_name,
        duplicates=parsed.duplicates,
        left_out=len(parsed.left_out),
        columns=parsed.columns,
        balance=balance,
        problems=in_order(problems),
        checks=checks_made(checks),
        rows=parsed.rows,
        suggested_target=target.name if target else "",
        suggested_task=task_for(_encoding(target)) if target else "",
    )


def _of_kinds(parsed: Parsed) -> Iterator[Problem]:
    own = names() & {column.kind for column in parsed.summary.columns}
    return (one for name in sorted(own) for one in import_of(name).problems(parsed))


def suggested_target(parsed: Parsed) -> Column | None:
    """A column called like a target, else the last column of classes, else the last that can be told."""
    usable = [
        column
        for column in parsed.summary.columns
        if column.usual_encoding and not column.is_identifier and not is_partition(column)
    ]
    named = {column.name.casefold(): column for column in reversed(usable)}
    for name in TARGET_NAMES:
        if name in named:
            return named[name]
    classes = [column for column in usable if column.usual_encoding == CLASSES]
    return next(reversed(classes or usable), None)


CLASSES = "class"  # the encoding of a target whose values are classes


def _encoding(target: Column) -> str:
    """As what a column is told unless somebody says otherwise: a few numbers that are called like classes are such."""
    is_label = target.distinct <= FEW_CLASSES and target.name.casefold() in TARGET_NAMES
    return CLASSES if is_label and CLASSES in target.encodings else target.usual_encoding


def task_for(encoding: str) -> str:
    """The first task of the listing whose target is encoded so; empty where there is none."""
    specs = ((name, entry.spec) for name, entry in listing("tasks").items())
    return next((name for name, spec in specs if issubclass(spec, TaskSpec) and spec.encoding == encoding), "")


def _balance(target: Column, parsed: Parsed) -> Counts:
    return import_of(target.kind).counts(target, parsed) if _encoding(target) == CLASSES else ()


def _table_problems(parsed: Parsed) -> Iterator[Problem]:
    summary = parsed.summary
    if summary.rows < LEAST_ROWS:
        yield problem("few_rows", rows=summary.rows, least=LEAST_ROWS)
    if parsed.duplicates:
        yield problem("duplicates", count=parsed.duplicates, rows=summary.rows)
    for column in summary.columns:
        if column.is_constant and column.name.casefold() in TARGET_NAMES:
            yield problem(
                "one_class",
                name=next((row[_at(summary, column)] for row in parsed.rows if row[_at(summary, column)]), ""),
            )


def _without_target(parsed: Parsed) -> Iterator[Problem]:
    if suggested_target(parsed) is None and not any(column.encodings for column in parsed.summary.columns):
        yield problem("no_target")


def _at(summary: DataSummary, column: Column) -> int:
    return [other.name for other in summary.columns].index(column.name)


def _identifiers(parsed: Parsed) -> Iterator[Problem]:
    for column in parsed.summary.columns:
        if column.is_identifier and column.layout is not None and not import_of(column.kind).says_identifiers:
            yield problem("identifier", column=column.name)


ALWAYS = (_table_problems, division)
OF_COLUMNS = (_without_target, _identifiers)  # where the format left it to somebody what each column is


def _target_problems(parsed: Parsed, target: Column) -> Iterator[Problem]:
    if target.missing:
        yield problem("missing_target", column=target.name, count=target.missing)
    others = [column for column in parsed.summary.columns if column.name != target.name]
    if all(column.layout is None for column in others):
        yield problem("no_features")
    for leak in leaks(target, parsed):
        yield problem(
            "mirrors_target", column=leak.column.name, target=target.name, agreeing=leak.agreeing, rows=leak.rows
        )
