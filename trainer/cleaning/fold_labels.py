"""Join labels that differ in case or spaces

“Cat”, “cat” and “ CAT ” become one, “cat”: in the target, whose classes are joined, and in input columns of words.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.cleaning import NAMED, CleaningSpec, Counts, Effect, Use
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.data.table import Table


class Spec(CleaningSpec):
    order: ClassVar[int] = 3
    targets: ClassVar[frozenset[str]] = frozenset({"class"})

    trim: bool = Field(True, title="Trim", description="Spaces at either end count for nothing, and many as one.")
    fold: bool = Field(True, title="Fold case", description="Capital and small letters count as the same.")

    def check(self, use: Use) -> None:
        if use.task.encoding not in self.targets:
            raise use.misfit(
                "cleaning_no_classes",
                _("“%(step)s” needs a target of classes, and this task tells none. Take the step out."),
            )

    def counts(self, counts: Counts) -> Counts:
        joined: dict[str, int] = {}
        for name, rows in counts:
            joined[self.word(name)] = joined.get(self.word(name), 0) + rows
        return list(joined.items())

    def word(self, label: str) -> str:
        """What the label becomes."""
        trimmed = " ".join(label.split()) if self.trim else label
        return trimmed.casefold() if self.fold else trimmed


def rows(spec: Spec, table: "Table") -> "tuple[Table, Sequence[Effect]]":
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
