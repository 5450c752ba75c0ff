"""Which models of a run can be tried: those with an export that is tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from trainer.trying import DESCRIPTION, FORMAT
from trainer.trying.entries import Entry
from trainer.trying.entries import read as read_entries
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.runs import queries
from webapp.runs.models import Kind, Run, State
from webapp.runs.queries import Exports


@dataclass(frozen=True)
class Subject:
    """A model version by the ``graph`` that was exported of it; ``version`` is its name."""

    graph: Edge
    description: Edge
    version: str

    @property
    def id(self) -> UUID:
        return self.graph.pk

    def entries(self) -> Sequence[Entry]:
        """What it takes, a column each. Raises ArtifactError."""
        return read_entries(store.read(self.description.artifact_id))


def have_models(run: Run) -> bool:
    """Whether the run has ended so that there are models of it."""
    return run.kind in (Kind.TRAIN, Kind.COMPRESS) and run.state in (State.SUCCEEDED, State.STOPPED)


def of(run: Run) -> list[Subject]:
    """Those of a run, of each version by its newest export, the last version first."""
    subjects: dict[str, Subject] = {}
    for exports in queries.exports(run):
        subject = _of(exports)
        if subject is not None:
            subjects.setdefault(subject.version, subject)
    return list(subjects.values())


def _of(exports: Exports) -> Subject | None:
    files: dict[Any, Edge] = {edge.meta.get("format"): edge for edge in exports.files}
    graph, description = files.get(FORMAT), files.get(DESCRIPTION)
    return Subject(graph, description, exports.version) if graph and description else None
