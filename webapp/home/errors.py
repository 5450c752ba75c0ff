"""What is answered when a view breaks."""

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.http import escape_leading_slashes

from webapp import away, thread_shortage
from webapp.http import problems
from webapp.http.problems import Problem
from webapp.identifiers import uuid7
from webapp.log_rate_limit import QUOTABLE

log = logging.getLogger(__name__)
API = "/api/"


def server_error(request: HttpRequest) -> HttpResponse:
    """What every exception ends in that no view answers, those of the middleware included.

    It asks nothing of the database, which may be what broke; so it does not say who is signed in.
    """
    error = sys.exc_info()[1]
    assert isinstance(error, Exception)
    refusal = away.problem(error) or thread_shortage.problem(error)
    if request.path_info.startswith(API) and "text/html" not in request.headers.get("Accept", ""):
        return (refusal or problems.failure(request.path, error)).response()
    return _fault(request) if refusal is None else _try_again(request, refusal)


def _fault(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours, with an identifier that stands beside the traceback in the log."""
    incident = uuid7().hex
    log.error("Incident %s at %s %s", incident, request.method, request.path, exc_info=sys.exc_info(), extra=QUOTABLE)
    return HttpResponse(render_to_string("500.html", {"incident": incident}), status=500)


def _try_again(request: HttpRequest, refusal: Problem) -> HttpResponse:
    page = render_to_string("503.html", {"reason": refusal.detail, "again": _address(request)})
    return HttpResponse(page, status=503, headers={**refusal.headers, "Cache-Control": "no-store"})


def _address(request: HttpRequest) -> str:
    """What a link may ask for again; a form has to be sent again instead. A path that begins with two slashes would be
    the address of another host."""
    return escape_leading_slashes(request.get_full_path()) if request.method in ("GET", "HEAD") else ""
