"""No NUL in what a page is sent: no honest browser sends one, and PostgreSQL's text holds none."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.deprecation import MiddlewareMixin

API = "/api/"  # answers with a problem document of its own
READ = "nul_is_read_in"  # of a view, the beginning of such fields' names

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def reads_nul_in(prefix: str) -> Callable[[View], View]:
    """A view that makes something of a NUL in fields whose names begin so: what is pasted there comes from anywhere."""

    def mark(view: View) -> View:
        setattr(view, READ, prefix)
        return view

    return mark


class PlainTextMiddleware(MiddlewareMixin):
    """Answers 400 to an address or a form with a NUL character."""

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        if request.path_info.startswith(API):
            return
        if _has_nul(request.GET) or _has_nul(request.POST, getattr(view, READ, None)):
            raise SuspiciousOperation("NUL character")


def _has_nul(query: QueryDict, but: str | None = None) -> bool:
    """Whether a value has one, but for those of fields whose names begin with ``but``."""
    looked_at = (values for name, values in query.lists() if but is None or not name.startswith(but))
    return any("\0" in value for values in looked_at for value in values)
