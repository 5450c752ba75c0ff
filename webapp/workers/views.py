"""The machines that do the work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp import fragments
from webapp.accounts.access import signed_in
from webapp.workers import pages


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Machines, their devices and load. Whose run holds a device is said only of the reader's own."""
    workers = pages.workers()
    context = {
        "section": "workers",
        "workers": workers,
        "is_quiet": pages.is_quiet(workers),
        "reader": signed_in(request),
    }
    return render(request, "workers/list.html" if fragments.are_asked_for(request) else "workers/index.html", context)
