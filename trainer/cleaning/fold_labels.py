"""Join labels that differ in case or spaces

“Cat”, “cat” and “ CAT ” become one, “cat”: in the target, whose classes are joined, and in input columns of words.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer import columns
from trainer.cleaning import NAMED, CleaningSpec, Counts, Effect, Use
from trainer.columns import Block, Column
from trainer.importing.words import folded
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared
    from trainer.data.table import Table


class Spec(CleaningSpec):
    order: ClassVar[int] = 3
    targets: ClassVar[frozenset[str]] = frozenset({"class"})

    trim: bool = Field(True, title="Trim", description="Spaces at either end count for nothing, and many as one.")
    fold: bool = Field(True, title="Fold case", description="Capital and small letters count as the same.")

    def check(self, use: Use) -> None:
        if use.task.encoding not in self.targets and not any(map(self.takes, use.features)):
            raise use.misfit(
                "cleaning_no_words",
                _("“%(step)s” finds neither a target of classes nor an input column of words. Take the step out."),
            )

    def takes(self, column: Column) -> bool:
        return column.has_words

    def counts(self, counts: Counts) -> Counts:
        joined: dict[str, int] = {}
        for name, rows in counts:
            joined[self.word(name)] = joined.get(self.word(name), 0) + rows
        return list(joined.items())

    def word(self, label: str) -> str:
        """What the label becomes."""
        return folded(label, self.trim, self.fold)


def rows(spec: Spec, table: "Table") -> "tuple[Table, Sequence[Effect]]":
    if not table.has_classes:
        return table, []
    words = [spec.word(label) for label in table.targets.classes]
    labels = {word: tuple(label for label in table.targets.classes if spec.word(label) == word) for word in words}
    joined = tuple((word, spellings) for word, spellings in labels.items() if len(spellings) > 1)
    return table.renamed(words), [
        Effect(
            name="joined_classes",
            label=_("Classes joined"),
            message=_("%(count)s classes were joined from several spellings: %(names)s."),
            count=len(joined),
            params={"names": "; ".join(" = ".join(spellings) for _word, spellings in joined[:NAMED])},
            joined=joined,
        )
    ]


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    joined: Block = columns.module_of(block, "values").folded(block, names, spec.trim, spec.fold)
    return joined
