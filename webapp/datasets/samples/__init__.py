"""The samples that ship with Trainyard: one folder of files each, and one entry here."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trainer.component import DataKind

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Sample:
    """``names`` are the files of the folder that are imported, ``spec`` the run that its button proposes, if any."""

    name: str
    label: str | Promise
    description: str | Promise
    kind: DataKind
    rows: int
    names: tuple[str, ...]
    spec: dict[str, Any] | None

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(FOLDER / self.name / name for name in self.names)

    @property
    def licence(self) -> Path:
        return FOLDER / self.name / "LICENSE"


SAMPLES = (
    Sample(
        name="digits",
        label=_("Handwritten digits"),
        description=_("8,000 small grey pictures of the digits 0 to 9, as MNIST has them."),
        kind="image",
        rows=8000,
        names=("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"),
        spec={"model": {"name": "cnn"}, "epochs": 7, "ranks": 2},
    ),
    Sample(
        name="penguins",
        label=_("Penguins"),
        description=_("Measurements of 280 penguins of three species, with a few gaps."),
        kind="table",
        rows=280,
        names=("penguins.csv",),
        spec={"task": {"name": "table_classification", "target": "species"}, "model": {"name": "mlp"}, "epochs": 60},
    ),
    Sample(
        name="reviews-zh",
        label=_("Hotel reviews (Chinese)"),
        description=_("14,363 reviews, positive or negative. To look at: training on text comes with a later release."),
        kind="table",
        rows=14363,
        names=("reviews.jsonl.gz",),
        spec=None,
    ),
)


@cache
def listing() -> dict[str, Sample]:
    """All samples by name, in the order in which they are offered."""
    return {sample.name: sample for sample in SAMPLES}
