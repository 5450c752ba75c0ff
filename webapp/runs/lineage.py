"""What runs read and made."""

from collections.abc import Collection, Mapping
from uuid import UUID

from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.runs.models import Checkpoint, Run


def add_inputs(run: Run, inputs: Mapping[str, Artifact]) -> None:
    """Record what the run is to read, by role."""
    Edge.objects.bulk_create(
        Edge(run=run, artifact=artifact, direction=Edge.Direction.INPUT, role=role, name=role)
        for role, artifact in inputs.items()
    )


def inputs_of(run: Run) -> list[Edge]:
    """The run's input edges with their artifacts."""
    return list(run.edges.filter(direction=Edge.Direction.INPUT).select_related("artifact"))


def input_of(run: Run, role: str) -> Artifact:
    """The run's input in one role. Raises Edge.DoesNotExist."""
    return run.edges.select_related("artifact").get(direction=Edge.Direction.INPUT, role=role).artifact


def contents(runs: Collection[UUID]) -> set[str]:
    """The names in the store of all that these runs refer to. Others may refer to the same."""
    tables = (Edge.objects, ModelVersion.objects, Checkpoint.objects)
    return {name for table in tables for name in table.filter(run__in=runs).values_list("artifact", flat=True)}
