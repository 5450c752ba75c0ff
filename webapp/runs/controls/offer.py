"""Which components of a family fit the data, and what they begin with there."""

from collections.abc import Iterator, Sequence
from typing import Any

from trainer.augmentation import AugmentationSpec
from trainer.catalog import Entry, listing
from trainer.columns import Column
from trainer.component import Component, Strict
from trainer.data import inputs
from trainer.data.summary import DataSummary
from trainer.model import ModelSpec
from trainer.task import TaskSpec
from webapp.runs.controls import values


def offered(entries: Sequence[Entry], data: DataSummary | None) -> tuple[Entry, ...]:
    """All of them where nobody knows the data."""
    return tuple(entry for entry in entries if data is None or _fits(entry, data))


def columns(model: type[Strict], name: str, data: DataSummary | None) -> tuple[Column, ...]:
    """Those that can stand in the field ``name`` of the model."""
    all_columns = data.columns if data is not None else ()
    if not issubclass(model, Component):
        return all_columns
    return tuple(column for column in all_columns if model.can_name(name, column))


def suggestion(entry: Entry, data: DataSummary | None) -> dict[str, Any]:
    """The fields of a component that looks at the data, as it would have them; empty for one that does not."""
    suggest = getattr(entry.module, "suggest", None)
    return (suggest(data) or {}) if suggest is not None and data is not None else {}


def _fits(entry: Entry, data: DataSummary) -> bool:
    suggest = getattr(entry.module, "suggest", None)
    if suggest is not None:
        return suggest(data) is not None
    if issubclass(entry.spec, ModelSpec):
        features = _features(data)
        return not features or any(entry.spec.takes([column]) for column in features)  # somebody may choose only that
    if issubclass(entry.spec, AugmentationSpec):
        return any(column.layout in entry.spec.layouts for column in data.columns)
    return all(columns(entry.spec, name, data) for name in _names_of_columns(entry.spec))


def _names_of_columns(model: type[Component]) -> Iterator[str]:
    """The fields of a component that name columns: it has nothing to do where none can stand there."""
    for name, info in model.model_fields.items():
        if values.notes(info).get("choices_from") == "columns":
            yield name


def _features(data: DataSummary) -> tuple[Column, ...]:
    """The columns that go in where nobody chose any: with the first task that fits."""
    for entry in listing("tasks").values():
        if (suggested := entry.module.suggest(data)) is not None:
            task = entry.spec.model_validate(suggested)
            assert isinstance(task, TaskSpec)
            return inputs.feature_columns((), task.target_columns, data)
    return ()
