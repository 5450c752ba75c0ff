"""What a training's spec leaves open is chosen to fit its data; what was chosen is held against them."""

import json
from collections.abc import Sequence
from typing import cast

from trainer.augmentation import AugmentationSpec
from trainer.catalog import default, entry, listing
from trainer.cleaning import CleaningSpec, Use
from trainer.columns import Column
from trainer.component import Component
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.model import ModelSpec
from trainer.task import TaskSpec
from trainer.tokenizers import TokenizerSpec, chosen

MOST_NAMED = 5  # columns in a sentence


def default_task(data: DataSummary) -> TaskSpec:
    """The first in the listing that is complete by its defaults and whose target the data have, as data have that
    nobody named a target in: pictures in folders. Raises TrainerError where there is none."""
    for item in listing("tasks").values():
        if not any(field.is_required() for field in item.spec.model_fields.values()):
            task = cast(TaskSpec, item.spec())
            if all(data.named(name) is not None for name in task.target_columns):
                return task
    raise TrainerError(
        "task_missing",
        "Say in “task” which column is the target, for example %(example)s.",
        field="task",
        example=_example(data),
    )


def _example(data: DataSummary) -> str:
    """The first task that these data suggest, as somebody would write it."""
    suggestions = ((item.name, item.module.suggest(data)) for item in listing("tasks").values())
    fields = next(({"name": name, **fields} for name, fields in suggestions if fields is not None), {"name": "…"})
    return json.dumps(fields, ensure_ascii=False)


def default_loss(task: TaskSpec) -> Component:
    """The loss that the task is usually learned by."""
    return default("losses", task.loss)


def default_model(features: Sequence[Column]) -> ModelSpec:
    """The first in the listing that is made for such columns; where none is, one that takes anything."""
    specs = sorted((item.spec for item in listing("models").values()), key=lambda spec: spec.is_general)  # type: ignore[attr-defined]
    return next(cast(ModelSpec, spec()) for spec in specs if spec.takes(features))  # type: ignore[attr-defined]


def require_model(model: ModelSpec, features: Sequence[Column]) -> None:
    """Raise TrainerError for a model that cannot take these columns together."""
    if not model.takes(features):
        raise TrainerError(
            "model_does_not_fit",
            "“%(model)s” cannot take the columns %(columns)s together; choose another model, or other input columns.",
            field="model",
            model=entry("models", model).label,
            columns=", ".join(column.name for column in features[:MOST_NAMED]),
        )
    model.require_fit(features)


def require_loss(loss: Component, task: TaskSpec) -> None:
    """Raise TrainerError for a loss that cannot be taken of the task's target."""
    if task.encoding not in loss.targets:
        raise TrainerError(
            "loss_does_not_fit",
            "The loss “%(loss)s” cannot learn what “%(task)s” tells; choose another loss.",
            field="loss",
            loss=entry("losses", loss).label,
            task=entry("tasks", task).label,
        )


def require_cleaning(steps: Sequence[CleaningSpec], task: TaskSpec, features: tuple[Column, ...]) -> None:
    """Raise TrainerError for a step of cleaning that has nothing to work on."""
    for place, step in enumerate(steps):
        label = entry("cleaning", step).label
        step.check(Use(task=task, features=features, field=f"cleaning.{place}", label=label))


def require_augmentation(steps: Sequence[AugmentationSpec], features: Sequence[Column]) -> None:
    """Raise TrainerError for an augmentation that has nothing to work on."""
    for place, step in enumerate(steps):
        if not any(map(step.takes, features)):
            raise TrainerError(
                "augmentation_does_not_fit",
                "“%(step)s” finds no input column that it can vary. Take the step out.",
                field=f"augmentation.{place}",
                step=entry("augmentation", step).label,
            )


def tokenizers(specs: Sequence[TokenizerSpec], features: Sequence[Column]) -> tuple[TokenizerSpec, ...]:
    """Those, or with none those that fit the columns of texts. Raises TrainerError for one that has nothing to cut, and
    for a column that none is for.
    """
    texts = [column for column in features if column.has_texts]
    if not specs:
        return _usual_tokenizers(texts)
    for place, spec in enumerate(specs):
        spec.check(f"tokenizers.{place}")
        if not any(map(spec.takes, texts)) or not {column.name for column in texts}.issuperset(spec.columns):
            raise TrainerError(
                "tokenizer_does_not_fit",
                "“%(tokenizer)s” finds no such input column of texts. Correct its columns, or take it out.",
                field=f"tokenizers.{place}",
                tokenizer=entry("tokenizers", spec).label,
            )
    for column in texts:
        if chosen(specs, column) is None:
            raise TrainerError(
                "tokenizer_missing",
                "No tokenizer in the list takes “%(column)s”. Add one, or empty the list to have them chosen.",
                field="tokenizers",
                column=column.name,
            )
    return tuple(specs)


def _usual_tokenizers(texts: Sequence[Column]) -> tuple[TokenizerSpec, ...]:
    """Characters where a language writes no spaces, else pieces of words."""
    names = {column.name: column.usual_tokenizer for column in texts}
    if len(set(names.values())) < 2:
        return tuple(cast(TokenizerSpec, default("tokenizers", name)) for name in set(names.values()))
    return tuple(
        cast(TokenizerSpec, default("tokenizers", name)).replaced(columns=(column,)) for column, name in names.items()
    )
