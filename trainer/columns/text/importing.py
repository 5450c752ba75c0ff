"""Columns of free text in a file: what is nothing else."""

from collections.abc import Iterator

from trainer.columns import Column as BaseColumn
from trainer.columns import text
from trainer.columns.text import Column
from trainer.importing import kind
from trainer.importing.problems import Problem, problem

FEW_LEVELS = 20


class Candidate(kind.Candidate):
    def column(self) -> Column:
        """``distinct`` counts up to a bound."""
        observed = self.observed
        return Column(
            name=observed.name,
            missing=observed.missing,
            distinct=len(observed.levels),
            is_identifier=self._is_identifier(),
        )

    def problems(self, column: BaseColumn) -> Iterator[Problem]:
        if isinstance(column, text.Column) and not column.is_identifier and not self.observed.are_codes:
            yield problem("text_column", column=column.name)

    def _is_identifier(self) -> bool:
        """Short words, no two alike."""
        observed, distinct = self.observed, len(self.observed.levels)
        different = distinct == observed.present or (observed.is_full and distinct == observed.held)
        return observed.present > FEW_LEVELS and different and not any(" " in word for word in observed.levels.words())


class Import(kind.Import):
    order = 100
    candidate = Candidate
    lack = "only_text"


IMPORT = Import()
