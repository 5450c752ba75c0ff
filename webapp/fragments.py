"""Whether a request wants a whole page or only the part of it that changes."""

from django.http import HttpRequest


def are_asked_for(request: HttpRequest) -> bool:
    """True for a request of htmx, which puts the answer into the page that is there."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"
