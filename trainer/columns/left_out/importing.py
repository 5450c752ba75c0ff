"""Columns of a file that somebody left out."""

from trainer.columns.left_out import Column
from trainer.importing import kind


class Candidate(kind.Candidate):
    stated = frozenset()
    tells_gaps = False

    def column(self) -> Column:
        observed = self.observed
        return Column(name=observed.name, missing=observed.missing, distinct=len(observed.levels))


class Import(kind.Import):
    order = 200
    candidate = Candidate


IMPORT = Import()
