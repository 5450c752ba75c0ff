"""Signed-in only: a view is closed unless it is marked with Django's ``login_not_required``."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from webapp.accounts.authentication import unknown

API = "/api/"


class SignedInOnlyMiddleware(LoginRequiredMiddleware):
    """Sends people without a session to the sign-in page, and answers programs with a problem document.

    A request with a token goes on to the API, which alone judges tokens (webapp.accounts.authentication).
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if request.path_info.startswith(API) and (request.user.is_authenticated or "Authorization" in request.headers):
            return None
        if request.path_info.startswith(API) and "text/html" not in request.headers.get("Accept", ""):
            return unknown().response()
        response = super().process_view(request, view_func, view_args, view_kwargs)
        if response is not None and getattr(request, "htmx", False):
            return HttpResponse(headers={"HX-Refresh": "true"})  # a fragment must not be replaced by the sign-in page
        if response is not None and request.method not in ("GET", "HEAD"):
            return redirect_to_login(_page_of(request))  # nobody can look at an address that takes a POST only
        return response


def _page_of(request: HttpRequest) -> str:
    """The page from which it was sent."""
    sender = urlsplit(request.headers.get("Referer", ""))
    return sender._replace(scheme="", netloc="", fragment="").geturl() if sender.netloc == request.get_host() else "/"
