"""No NUL in what a page is sent: no honest browser sends one, and PostgreSQL's text holds none."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.utils.deprecation import MiddlewareMixin

API = "/api/"  # answers with a problem document of its own


class PlainTextMiddleware(MiddlewareMixin):
    """Answers 400 to an address or a form with a NUL character."""

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        if not request.path_info.startswith(API) and (_has_nul(request.GET) or _has_nul(request.POST)):
            raise SuspiciousOperation("NUL character")


def _has_nul(query: QueryDict) -> bool:
    return any("\0" in value for _name, values in query.lists() for value in values)
