"""What may be read of the files that runs made."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts.models import Edge
from webapp.runs.models import Kind, Run

EXPORT = Q(direction=Edge.Direction.OUTPUT, role="export")


def exports(run: Run) -> Sequence[Edge]:
    """The files that a run's export runs made: of each the zip with everything first, the newest model
    before older ones.
    """
    made_by = Q(run=run) | Q(run__parent=run, run__kind=Kind.EXPORT)
    edges = list(Edge.objects.filter(EXPORT, made_by).select_related("artifact", "run").order_by("-run", "id"))
    return sorted(edges, key=lambda edge: edge.meta.get("format") != "bundle")


def export(user: User, export_id: UUID) -> Edge:
    """One file by its identifier. Raises Edge.DoesNotExist for what the person may not see, too."""
    runs = visible(Run.objects.all(), user)
    return Edge.objects.select_related("artifact").get(EXPORT, pk=export_id, run__in=runs)
