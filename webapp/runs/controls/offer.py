"""Which components of a family fit the data, and what they begin with there."""

from collections.abc import Sequence
from typing import Any

from trainer.augmentation import AugmentationSpec
from trainer.catalog import Entry, listing
from trainer.columns import Column, Layout
from trainer.data import inputs
from trainer.data.summary import DataSummary
from trainer.model import ModelSpec
from trainer.parts import EncoderSpec
from trainer.task import TaskSpec


def offered(entries: Sequence[Entry], data: DataSummary | None) -> tuple[Entry, ...]:
    """All of them where nobody knows the data."""
    return tuple(entry for entry in entries if data is None or _fits(entry, data))


def suggestion(entry: Entry, data: DataSummary | None) -> dict[str, Any]:
    """The fields of a component that looks at the data, as it would have them; empty for one that does not."""
    suggest = getattr(entry.module, "suggest", None)
    return (suggest(data) or {}) if suggest is not None and data is not None else {}


def _fits(entry: Entry, data: DataSummary) -> bool:
    suggest = getattr(entry.module, "suggest", None)
    if suggest is not None:
        return suggest(data) is not None
    if issubclass(entry.spec, ModelSpec):
        return entry.spec.takes(_features(data))
    layouts = _layouts(entry)
    return layouts is None or any(column.layout in layouts for column in data.columns)


def _layouts(entry: Entry) -> frozenset[Layout] | None:
    """Of the columns of which a component needs one; None for one that needs none."""
    if issubclass(entry.spec, EncoderSpec):
        return entry.spec.layouts_taken
    return entry.spec.layouts if issubclass(entry.spec, AugmentationSpec) else None


def _features(data: DataSummary) -> tuple[Column, ...]:
    """The columns that go in where nobody chose any: with the first task that fits."""
    for entry in listing("tasks").values():
        if (suggested := entry.module.suggest(data)) is not None:
            task = entry.spec.model_validate(suggested)
            assert isinstance(task, TaskSpec)
            return inputs.feature_columns((), task.target_columns, data)
    return ()
