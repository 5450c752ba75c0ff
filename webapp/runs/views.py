"""The list of runs and the page of one run."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from trainer.catalog import listing
from trainer.errors import TrainerError
from trainer.task import LiveChart
from webapp import fragments, words
from webapp.accounts.access import signed_in
from webapp.assets import queries as asset_queries
from webapp.assets.models import Asset
from webapp.datasets import pages
from webapp.idempotency import form_keys
from webapp.runs import configuration, forms, live_charts, logbook, queries, results, services, sheets
from webapp.runs.exports import are_asked_for
from webapp.runs.headline import headline
from webapp.runs.models import Kind, Run, State
from webapp.runs.queries import Filters
from webapp.runs.services import COMMANDS, IllegalCommand
from webapp.runs.timing import Timing

MOST_SEQ = 2**63 - 1


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All runs that train or compress, newest first unless asked otherwise."""
    user, filters = signed_in(request), Filters.read(request.GET)
    page = queries.page(user, filters)
    context = {
        "section": "runs",
        "filters": filters,
        "page": page,
        "first_page": filters.address(""),
        "states": [(value, words.state(value)) for value in State.values],
        "kinds": [(kind, words.kind(kind)) for kind in queries.LISTED],
        "datasets": pages.names(user),
        "measures": queries.measures() if page.runs or filters.sort else (),  # of runs that one has
    }
    return render(request, "runs/list.html" if fragments.are_asked_for(request) else "runs/index.html", context)


@require_safe
def detail(request: HttpRequest, run_id: UUID) -> HttpResponse:
    run = queries.find(signed_in(request), run_id)
    return render(request, "runs/detail.html", {**_status(run), **_outcome(run), **_about(run), "section": "runs"})


@require_safe
def status(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """State, reason, progress and actions: asked for again whenever the socket tells of a new state.

    A page that was made while the run ``awaits`` its data lacks what follows from them, and is asked for anew.
    """
    run = queries.find(signed_in(request), run_id)
    response = render(request, "runs/status.html", _status(run))
    if "awaits" in request.GET and not run.awaits_data:
        response["HX-Refresh"] = "true"
    return response


@require_safe
def outcome(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Results, exports and child runs: asked for again until nothing of it is under way.

    Who has seen all of it already gets nothing new, so that what is open or has the focus stays so.
    """
    context = _outcome(queries.find(signed_in(request), run_id))
    if request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    return render(request, "runs/outcome.html", context)


@require_safe
def samples(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The pictures of the rows in the run's report."""
    return sheets.response(queries.find(signed_in(request), run_id), "samples")


@require_safe
def log(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The lines of the log that the page lacks: ``after=RUN:SEQ`` for each of the streams of which it has some."""
    lines = logbook.lines(queries.find(signed_in(request), run_id), dict(map(_mark, request.GET.getlist("after"))))
    return render(request, "runs/log_lines.html", {"lines": lines})


def _mark(text: str) -> tuple[UUID, int]:
    """One stream and the number up to which it is known. Raises Http404 for what no page of ours asks."""
    run, _colon, seq = text.partition(":")
    try:
        return UUID(run), min(int(seq), MOST_SEQ)
    except ValueError:
        raise Http404 from None


@require_POST
def act(request: HttpRequest, run_id: UUID, action: str) -> HttpResponse:
    """Stop, pause, resume or cancel; what the run's state does not allow is said, not done."""
    user = signed_in(request)
    run = queries.find(user, run_id)
    refusal = ""
    try:
        services.command(run, next(kind for kind in COMMANDS if kind == action), user)
    except IllegalCommand as error:
        refusal = str(error)
    if fragments.are_asked_for(request):
        return render(request, "runs/status.html", {**_status(queries.find(user, run_id)), "refusal": refusal})
    if refusal:
        messages.error(request, refusal)
    return _page_of(run)


@require_POST
def retry(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The same once more, as a run of its own."""
    user = signed_in(request)
    run = queries.find(user, run_id)
    try:
        again = form_keys.once(request, user, lambda: services.retry(run=run, owner=user).pk)
    except IllegalCommand as error:
        messages.error(request, str(error))
        return redirect("runs:detail", run_id)
    except TrainerError as error:
        messages.error(request, words.sentence(error.message, error.params))
        return redirect("runs:detail", run_id)
    return _page_of(queries.find(user, again))


def _page_of(run: Run) -> HttpResponse:
    """Where a person looks for what comes of it: an export's run has its downloads, an inspection's data set
    what was found.
    """
    if run.kind == Kind.EXPORT and run.parent_id is not None:
        return redirect("runs:detail", run.parent_id)
    if run.kind == Kind.INSPECT and (version := run.dataset_version) is not None:
        return redirect(version)
    if run.kind == Kind.INSPECT_ASSET and (asset := Asset.objects.filter(inspection=run).first()) is not None:
        return redirect(asset)
    return redirect("runs:detail", run.pk)


@require_POST
def delete(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Remove a run for good; the person typed its name."""
    run = queries.find(signed_in(request), run_id)
    if request.POST.get("typed", "").split() != run.name.split():  # a page shows blanks in a row as one
        messages.error(request, _("Nothing was deleted: the name you typed is not the run's name."))
        return redirect("runs:detail", run_id)
    try:
        services.delete(run)
    except IllegalCommand as error:
        messages.error(request, str(error))
        return redirect("runs:detail", run_id)
    messages.success(request, _("“%(run)s” was deleted.") % {"run": run.name})
    return redirect("runs:index")


def _status(run: Run) -> dict[str, Any]:
    attempt = run.attempts.select_related("worker").last()
    return {
        "run": run,
        "timing": Timing.of(run),
        "attempt": attempt,
        "allowed": allowed(run),
        "asks_again": run.kind not in queries.LISTED and run.ended is None,
    }


def allowed(run: Run) -> frozenset[str]:
    """The buttons that the run's state gives a meaning to; the service decides when one is pressed."""
    return frozenset({*_by_state(run), "clone"} if forms.is_cloneable(run) else _by_state(run))


def _by_state(run: Run) -> set[str]:
    if run.state in (State.SUCCEEDED, State.STOPPED):
        return {"compress", "retry", "delete"} if run.kind == Kind.TRAIN else {"retry", "delete"}
    if run.state in (State.FAILED, State.CANCELLED):
        return {"retry", "delete"}
    if run.kind not in services.STEERED:
        return {"resume", "cancel"} if run.state == State.PAUSED else {"cancel"}
    steering = {
        State.QUEUED: {"pause", "cancel"},
        State.STARTING: {"pause", "stop", "cancel"},
        State.RUNNING: {"pause", "stop", "cancel"},
        State.STOPPING: {"cancel"},
        State.PAUSED: {"resume", "stop", "cancel"},
    }
    buttons = steering[State(run.state)]
    if run.state == State.PAUSED and not run.checkpoints.exists():
        buttons.remove("stop")
    return buttons


def _outcome(run: Run) -> dict[str, Any]:
    exports, compressions = queries.exports(run), list(queries.compressions(run))
    members = [run, *(one.run for one in exports), *compressions]
    states = [(member.pk.hex, member.state, headline(member)) for member in members]
    return {
        "seen": sha256(repr((states, exports)).encode()).hexdigest(),
        "run": run,
        "results": results.of(run),
        "exports": exports,
        "compressions": compressions,
        "unasked": not exports and run.versions.exists() and not are_asked_for(run),
        "waiting": any(member.state in queries.UNFINISHED for member in members),
    }


def _about(run: Run) -> dict[str, Any]:
    assets = asset_queries.of_run(run)
    spec = json.dumps(run.spec, indent=2, ensure_ascii=False)
    return {
        "spec_json": spec,
        "lines": logbook.lines(run),
        "attempts": run.attempts.select_related("worker").order_by("number"),
        "is_live": run.kind in queries.LISTED,
        "live_charts": live_charts.charts(_task_charts(run), has_schedule=run.kind == Kind.TRAIN),
        "assets": assets,
        "configuration": configuration.pairs(
            configuration.with_names(run.spec, {str(one.pk): one.name for one in assets})
        ),
    }


def _task_charts(run: Run) -> Sequence[LiveChart]:
    """Those of the task of the training run at the root."""
    while run.parent is not None:
        run = run.parent
    task = listing("tasks").get((run.spec.get("task") or {}).get("name", ""))
    charts: Sequence[LiveChart] = task.module.CHARTS if task is not None else ()
    return charts
