"""Signed-in only: a view is closed unless it is marked with Django's ``login_not_required``."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

API = "/api/"


class SignedInOnlyMiddleware(LoginRequiredMiddleware):
    """Sends people without a session to the sign-in page, and programs a problem document.

    A request with a token goes on to the API, which alone judges tokens (webapp.api.auth).
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if request.path_info.startswith(API):
            return None if request.user.is_authenticated or "Authorization" in request.headers else _unauthorized()
        response = super().process_view(request, view_func, view_args, view_kwargs)
        if response is not None and getattr(request, "htmx", False):
            return HttpResponse(headers={"HX-Refresh": "true"})  # a fragment must not be replaced by the sign-in page
        return response


def _unauthorized() -> HttpResponse:
    problem = {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": _("Sign in, or send a token as “Authorization: Bearer …”; `manage.py createtoken NAME` prints one."),
    }
    headers = {"WWW-Authenticate": 'Bearer realm="trainyard"'}
    return JsonResponse(problem, status=401, content_type="application/problem+json", headers=headers)
