"""What a run read, by role."""

from webapp.artifacts.models import Artifact, Edge
from webapp.runs.models import Run


def inputs_of(run: Run) -> list[Edge]:
    """The run's input edges with their artifacts."""
    return list(run.edges.filter(direction=Edge.Direction.INPUT).select_related("artifact"))


def input_of(run: Run, role: str) -> Artifact:
    """The run's input in one role. Raises Edge.DoesNotExist."""
    return run.edges.select_related("artifact").get(direction=Edge.Direction.INPUT, role=role).artifact
