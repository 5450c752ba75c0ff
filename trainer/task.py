"""What everybody asks of a task, whichever it is.

A task owns the target: its encoding, the network's head, the loss of a row, the scores and which of them is best, what
an answer is, and the report. Plain Python; the web server reads it too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol

from pydantic import Field

from trainer.component import Component, Lenient, Strict
from trainer.report import Block, Cell, Heading, Scalar, Unit

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from trainer.columns import Column
    from trainer.data.prepared import Array
    from trainer.proving.lossy import MetricChange

LossOf = Callable[["Tensor", "Tensor"], "Tensor"]  # of each row [B]


class TaskSpec(Component):
    """What the Specs of all tasks share."""

    encoding: ClassVar[str]  # of the target; a loss says which encodings it takes
    loss: ClassVar[str]  # that is taken where nobody chose one

    features: Annotated[tuple[str, ...], Lenient] = Field(
        (),
        title="Input columns",
        description="What it is told from; all other columns when left empty.",
        json_schema_extra={"choices_from": "columns"},
    )

    @property
    def target_columns(self) -> tuple[str, ...]:
        """The columns that the model learns to tell."""
        raise NotImplementedError

    @classmethod
    def can_name(cls, field: str, column: "Column") -> bool:
        """What goes in needs a layout, what is told the task's encoding."""
        return column.layout is not None if field == "features" else cls.encoding in column.encodings


class Target(Strict):
    """What is known of an encoded target: it turns a network's outputs into answers. A task adds its own fields."""

    name: str = Field(description="The target in a reader's words: its column, or its columns.")

    def tells_as(self, other: "Target") -> bool:
        """Whether answers mean the same by both."""
        return self.name == other.name


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Targets of all rows of the data: one entry a row [N, …], and which rows have one [N]. With ``strata`` int64 [N]
    the parts of a split are alike in each stratum. ``classes`` are those that the values number.
    """

    values: "Array"
    is_present: "Array"
    strata: "Array | None" = None
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LiveChart:
    """A chart of a run's page that points are added to while it trains. ``series`` are names of metrics; the newest
    value of ``latest`` stands beside the title.
    """

    key: str
    title: str
    series: tuple[str, ...]
    unit: Unit
    latest: str


@dataclass(frozen=True)
class Mistakes:
    """What is to be said of rows that were answered wrongly: a message identifier with the gaps ``count`` and ``rows``,
    headings, and of each row the cells below them."""

    message: str
    headings: tuple[Heading, ...]
    cells: Sequence[tuple[Cell, ...]]


class Task(Protocol):
    """A task on one target. Tensors are a batch's; ``loss_of`` is the loss component's."""

    @property
    def target(self) -> Target: ...

    @property
    def outputs(self) -> int:
        """Numbers that the network gives for a row."""

    @property
    def postprocess(self) -> tuple[str, dict[str, Any]] | None:
        """The class of trainer.packaging.preprocessing behind the network, and its arguments as plain JSON; None where
        the outputs are the answers.
        """

    @property
    def measures(self) -> Sequence[str]:
        """Names of the scores of a step and of the validation rows."""

    @property
    def sum_count(self) -> int:
        """S, how many numbers of a row ``sums`` gives."""

    @property
    def decision_type(self) -> "np.dtype[Any]": ...

    @property
    def tolerance_floor(self) -> float:
        """The size below which a difference of two answers is not relative any more."""

    def losses(self, outputs: "Tensor", targets: "Tensor", loss_of: LossOf) -> "Tensor":
        """Loss of each row [B], of the network's outputs [B, …]."""

    def losses_of_answers(self, answers: "Tensor", targets: "Tensor", loss_of: LossOf) -> "Tensor":
        """The same of what the whole model answers."""

    def sums(self, outputs: "Tensor", targets: "Tensor") -> "Tensor":
        """Numbers of each row [B, S] that add up over rows and ranks."""

    def scores(self, sums: Sequence[float], rows: float) -> Sequence[float]:
        """The measures, of sums over so many rows."""

    def rank(self, scores: Mapping[str, float]) -> list[float]:
        """Whose rank is higher is better; ``scores`` are the measures and the loss."""

    def best_epoch(self, scores: Mapping[str, float]) -> tuple[str, dict[str, str]]:
        """A message identifier with the gap ``epoch``, and what fills the others."""

    def decide(self, answers: "Array") -> "Array":
        """What is answered in the end [N, …], of the model's answers [N, …]."""

    def severity(self, answers: "Array", truth: "Array") -> "Array":
        """How wrong each of the model's answers [N, …] is, [N]: the higher the worse, infinite where it is no number,
        and 0 where it is right.
        """

    def mistakes(self, decisions: "Array", truth: "Array", severity: "Array", mean: float) -> Mistakes:
        """Of rows whose decisions are wrong; ``mean`` is the severity's over all test rows."""

    def report(self, decisions: "Array", truth: "Array") -> tuple[Scalar, Sequence[Scalar], Sequence[Block]]:
        """Of the test rows: the headline, further scalars, and blocks."""

    def compare(self, before: "Array", after: "Array", truth: "Array") -> "MetricChange":
        """What two models decided on the same rows."""

    def output(self) -> dict[str, Any]:
        """What an answer is, for programs; with it the task's ``answer.py`` puts one into words."""

    def facts(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Lists for the model card: a word, and somebody's texts as they stand."""
