"""/api/v1: the API's own addresses, its docs page, and a problem document for everything else."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from webapp.accounts.authentication import authenticate
from webapp.api import reading
from webapp.api.root import api, openapi
from webapp.http.problems import Problem, not_found

View = Callable[..., HttpResponseBase]


@csrf_exempt
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The API's description to read, by our own templates: what draws OpenAPI elsewhere brings megabytes of script, and
    colours and controls that not everybody can use."""
    refusal = _refused(request)
    if refusal is not None:
        return refusal
    document = openapi(request)
    context = {
        "document": document,
        "text": reading.prose(document["info"]["description"]),
        "doors": reading.doors(document),
        "tags": reading.by_tag(document, request.build_absolute_uri("/").rstrip("/")),
        "shapes": reading.shapes(document),
    }
    return render(request, "api/docs.html", context)


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """Any other address: unknown to those who may come in, closed to others."""
    return _refused(request) or not_found().response()


def _refused(request: HttpRequest) -> HttpResponse | None:
    try:
        authenticate(request)
    except Problem as problem:
        return problem.response()
    return None


def _by_token_too(view: View) -> View:
    """The API authenticates by itself, where the pages' middleware knows sessions only; 405 becomes
    a problem document.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            return Problem(400, _("A parameter must not contain the NUL character. Remove it.")).response()
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            allow = response["Allow"]
            return Problem(
                405, _("This address answers to %(methods)s.") % {"methods": allow}, headers={"Allow": allow}
            ).response()
        response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code in (201, 202) and isinstance(response, HttpResponse):
            response.headers["Location"] = _address_of(request, json.loads(response.content)["id"])
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    answer.login_required = False  # type: ignore[attr-defined]
    return answer


def _address_of(request: HttpRequest, identifier: str) -> str:
    """Where to look at what a request made or changed: a version below its data set's, a data set, an asset or a
    preview below its list, anything else is a run.
    """
    if request.path.endswith("/versions"):
        return f"{request.path}/{identifier}"
    root, _separator, rest = request.path.partition("/v1/")
    first = rest.partition("/")[0]
    return f"{root}/v1/{first if first in ('datasets', 'assets', 'previews') else 'runs'}/{identifier}"


def _patterns() -> list[URLPattern]:
    patterns = []
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)
        pattern.callback = _by_token_too(pattern.callback)
        if pattern.name != "api-root":
            patterns.append(pattern)
    return patterns


nothing.login_required = False  # type: ignore[attr-defined]
app_name = "api"
urlpatterns = [*_patterns(), path("docs", docs, name="docs"), re_path("", nothing)]
