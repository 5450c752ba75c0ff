"""Sheets of pictures that runs draw: our own PNG of decoded pixels, never a file that somebody sent."""

from django.http import Http404, HttpResponse

from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.artifacts.store import ArtifactError
from webapp.runs.models import Run


def response(run: Run, role: str) -> HttpResponse:
    """The run's output of this role. Raises Http404 where it has none that can be read."""
    edges = Edge.objects.filter(run=run, direction=Edge.Direction.OUTPUT, role=role)
    edge = edges.first()
    if edge is None:
        raise Http404
    try:
        picture = store.read(edge.artifact_id)
    except ArtifactError:
        raise Http404 from None
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})
