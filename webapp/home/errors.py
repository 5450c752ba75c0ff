"""What is answered when a view breaks."""

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from webapp.identifiers import uuid7

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours, with an identifier that stands beside the traceback in the log.

    It asks nothing of the database, which may be what broke; so it does not say who is signed in.
    """
    incident = uuid7().hex
    log.error("Incident %s at %s %s", incident, request.method, request.path, exc_info=sys.exc_info())
    return HttpResponse(render_to_string("500.html", {"incident": incident}), status=500)
