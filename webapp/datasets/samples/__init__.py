"""The samples that ship with Trainyard: one folder of files each, and one entry here."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Sample:
    """``names`` are the files of the folder that are imported."""

    name: str
    label: str | Promise
    description: str | Promise
    names: tuple[str, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(FOLDER / self.name / name for name in self.names)


SAMPLES = (
    Sample(
        name="digits",
        label=_("Handwritten digits"),
        description=_("8,000 small grey pictures of the digits 0 to 9, as MNIST has them."),
        names=("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"),
    ),
    Sample(
        name="penguins",
        label=_("Penguins"),
        description=_("Measurements of 280 penguins of three species, with a few gaps."),
        names=("penguins.csv",),
    ),
    Sample(
        name="reviews-zh",
        label=_("Hotel reviews (Chinese)"),
        description=_("14,363 short reviews, positive or negative: texts that a model learns to judge."),
        names=("reviews.jsonl.gz",),
    ),
)


@cache
def listing() -> dict[str, Sample]:
    """All samples by name, in the order in which they are offered."""
    return {sample.name: sample for sample in SAMPLES}
