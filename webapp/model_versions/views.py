"""The models that runs yielded."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.accounts.access import signed_in
from webapp.model_versions import pages

PAGE = 50


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Each model version with what it can, how large it is, and where it came from."""
    page = Paginator(pages.models(signed_in(request)), PAGE).get_page(request.GET.get("page"))
    context = {"section": "models", "page": page, "models": pages.described(list(page))}
    return render(request, "model_versions/index.html", context)
