"""The first page: three steps for a newcomer, otherwise what is going on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.accounts.access import signed_in
from webapp.accounts.models import User
from webapp.charts import spark
from webapp.datasets import pages, samples
from webapp.runs import queries
from webapp.runs.timing import Timing
from webapp.workers import pages as workers

SHOWN = 6  # runs that work, each with a small curve
LAST = 8  # runs that ended
DATA = 4  # data sets


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if not (pages.datasets(user).exists() or queries.unfinished(user).exists() or queries.finished(user, 1)):
        return render(request, "home/newcomer.html", {"samples": samples.listing()})
    return render(request, "home/home.html", _working(user))


@require_safe
def working(request: HttpRequest) -> HttpResponse:
    """What is going on, for the page to ask for again while something is."""
    return render(request, "home/working.html", _working(signed_in(request)))


def _working(user: User) -> dict[str, Any]:
    runs = list(queries.unfinished(user).select_related("dataset_version__dataset")[:SHOWN])
    return {
        "working": [(run, Timing.of(run), spark.line(run.pk)) for run in runs],
        "finished": queries.finished(user, LAST),
        "datasets": pages.overview(user, DATA),
        "devices": workers.devices_in_use(),
    }
