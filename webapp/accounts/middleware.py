"""Signed-in only: a view is closed unless it is marked with Django's ``login_not_required``."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from webapp.api.auth import unknown

API = "/api/"


class SignedInOnlyMiddleware(LoginRequiredMiddleware):
    """Sends people without a session to the sign-in page, and answers programs with a problem document.

    A request with a token goes on to the API, which alone judges tokens (webapp.api.auth).
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
        return response
