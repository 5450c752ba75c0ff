"""Data sets and runs as the pages find them, made without a worker."""

import hashlib
from typing import Any
from uuid import uuid4

from trainer.compressing import savings
from trainer.report import Figure, Report, Scalar
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft
from webapp.accounts.models import User
from webapp.artifacts.models import Artifact
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.runs import scores, services
from webapp.runs.models import Run, State


def make_dataset(owner: User, *, name: str = "Flowers", column: str = "petal", kind: str = "table") -> Dataset:
    """A data set that was inspected: a small table, or small images."""
    content = hashlib.sha256(uuid4().bytes).hexdigest()
    dataset = Dataset.objects.create(owner=owner, name=name)
    DatasetVersion.objects.create(
        dataset=dataset,
        state=DatasetVersion.State.READY,
        content_hash=content,
        size=1000,
        prepared=Artifact.objects.create(sha256=content, size=1000),
        profile=table(column) if kind == "table" else images(),
    )
    return dataset


def table(column: str) -> dict[str, Any]:
    columns = [
        {"name": column, "kind": "number", "missing": 2, "distinct": 80},
        {"name": "species", "kind": "category", "missing": 0, "distinct": 2, "levels": ["a", "b"]},
    ]
    details = [
        {
            **columns[0],
            "minimum": 0.0,
            "maximum": 9.0,
            "mean": 4.5,
            "std": 1.0,
            "histogram": {"edges": [0, 3, 6, 9], "counts": [1, 4, 2]},
        },
        {**columns[1], "levels": [["a", 60], ["b", 40]]},
    ]
    return {
        "summary": {"rows": 100, "columns": columns},
        "format": "csv",
        "duplicates": 1,
        "columns": details,
        "balance": [],
        "problems": [],
        "rows": [["1.5", "a"], ["", "b"]],
    }


def images() -> dict[str, Any]:
    columns = [
        {"name": "image", "kind": "image", "shape": [1, 28, 28]},
        {"name": "label", "kind": "category", "distinct": 2, "levels": ["cat", "dog"]},
    ]
    summary = {"rows": 1000, "columns": columns}
    return {
        "summary": summary,
        "format": "idx",
        "duplicates": 0,
        "columns": [],
        "balance": [["cat", 600], ["dog", 400]],
        "suggested_target": "label",
        "problems": [],
        "rows": [],
    }


def make_run(dataset: Dataset, *, name: str = "First", **values: Any) -> Run:
    """A queued training run; ``values`` are columns to put it into another state."""
    version = dataset.versions.get()
    target = {"name": "classification", "target": "species"}
    is_table = any(column["name"] == "species" for column in (version.profile or {})["summary"]["columns"])
    spec = parse({"task": target} if is_table else {})
    assert isinstance(spec, TrainDraft)
    run = services.queue_run(owner=dataset.owner, name=name, spec=spec, inputs={}, dataset_version=version)
    if values:
        Run.objects.filter(pk=run.pk).update(**values)
        run.refresh_from_db()
    return run


def finished(dataset: Dataset, accuracy: float, name: str = "Done") -> Run:
    accuracy_of_test = Scalar(
        name="test/accuracy", label="Test accuracy", value=accuracy, unit="share", better="higher"
    )
    report = Report(
        headline="test/accuracy",
        scalars=(
            accuracy_of_test,
            Scalar(name="best_epoch", label="Best epoch", value=2, of=3),
            Scalar(name="parameters", label="Parameters", value=12),
            Scalar(name="seconds", label="Training time", value=4.0, unit="seconds"),
        ),
        blocks=(Figure(chart="confusion", data={"matrix": [[9, 1], [0, 0]], "classes": ["<b>cat</b>", "dog"]}),),
    )
    return reported(make_run(dataset, name=name, state=State.SUCCEEDED), report.model_dump(mode="json"))


def reported(run: Run, report: dict[str, Any]) -> Run:
    """As the worker stores it."""
    Run.objects.filter(pk=run.pk).update(report=report)
    scores.keep(run, report)
    run.refresh_from_db()
    return run


def compression_report(stages: list[dict[str, Any]]) -> dict[str, Any]:
    """As a compress run makes it of its table of stages."""
    scalars = savings.scalars(stages)
    report = Report(headline=scalars[0].name if scalars else "", scalars=tuple(scalars))
    return {**report.model_dump(mode="json"), "stages": stages}
