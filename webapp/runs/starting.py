"""The pages that begin a run: choosing the data, the form, its preview, and the same spec as JSON."""

import json
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import ValidationError

from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.specs.train import TrainSpec
from webapp import names, refusals
from webapp.accounts.access import signed_in
from webapp.assets import queries as asset_queries
from webapp.datasets import pages
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import DatasetVersion
from webapp.http import strict_json
from webapp.http.problems import Problem
from webapp.idempotency import form_keys
from webapp.runs import faults, forms, queries, services
from webapp.runs.controls.edits import EDIT, edited
from webapp.runs.faults import Fault
from webapp.runs.forms import Part, Reading
from webapp.runs.models import Run
from webapp.runs.plan import plan
from webapp.runs.presets import PLAIN, Beginning, beginning
from webapp.workers.queries import most_devices

NAME = "field-run-name"  # the control of the run's name, which is not in the spec


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; sent, it starts the run or comes back with what is wrong and everything that was typed."""
    if request.method == "POST":
        return _start(request)
    source = _source(request)
    version = source.dataset_version if source else chosen_version(request, request.GET)
    if version is None:
        choices = [one for one in pages.ready(signed_in(request)) if forms.is_trainable(one.latest)]
        return render(request, "runs/new.html", {"section": "runs", "choices": choices})
    if source:
        name = _("%(run)s again") % {"run": source.name}
        return _form(request, version, forms.check(source.spec, version), name[:200], source=source)
    raw = forms.starting_point(version.profile or {}, most_devices())
    begun = beginning(raw, version, request.GET.get("preset"))
    return _form(request, version, begun.reading, version.dataset.name, begun=begun)


def _start(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    version = chosen_version(request, request.POST)
    if version is None:
        return redirect("runs:new")
    raw, name = forms.read_post(request.POST), _name(request)
    if EDIT in request.POST:
        return _form(request, version, Reading(edited(raw, request.POST[EDIT])), name)
    reading = _checked(request, version)
    if request.POST.get("json_edited"):
        message = _(
            "The JSON was edited and is not in the form yet. Put it into the form, or change it back, and start again."
        )
        reading = Reading(raw, errors={**reading.errors, "": [message, *reading.errors.get("", ())]})
    if reading.errors:
        return _form(request, version, reading, name, status=422)
    try:
        run = services.start_training(
            owner=user, name=name, dataset_version=version, spec=raw, idempotency_key=form_keys.key(request)
        )
    except (ValidationError, TrainerError) as error:
        return _form(request, version, Reading(raw, errors=refusals.by_field(error, raw)), name, status=422)
    return redirect("runs:detail", run.pk)


def _checked(request: HttpRequest, version: DatasetVersion) -> Reading:
    """What was sent, with all that starting it would refuse."""
    reading = forms.check(forms.read_post(request.POST), version)
    if _name(request):
        return reading
    return Reading(reading.raw, reading.spec, {**reading.errors, "name": [_("Give the run a name.")]})


def _name(request: HttpRequest) -> str:
    return names.shown(request.POST.get("run_name", ""))


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the form as it stands would do: summary, learning rate and JSON."""
    version = chosen_version(request, request.POST)
    if version is None:
        return HttpResponse(status=404)
    reading = _checked(request, version)
    context = {**_preview(reading, version, request.POST), "swapped": not request.POST.get("json_edited")}
    return render(request, "runs/preview.html", context)


@require_POST
def from_json(request: HttpRequest) -> HttpResponse:
    """The form's fields, filled from the JSON text. A text that is no spec stays where it is, to be mended."""
    version = chosen_version(request, request.POST)
    if version is None:
        return HttpResponse(status=404)
    taken = True
    try:
        reading = _read_json(request.POST.get("json", ""), version)
    except Problem as problem:
        reading, taken = Reading(forms.read_post(request.POST), errors={"": [problem.detail]}), False
    context = {**_fields(reading, version, request.POST.get("run_name", "")), "json_taken": taken}
    return render(request, "runs/spec_fields.html", context)


def _read_json(text: str, version: DatasetVersion) -> Reading:
    """The spec in a JSON text, checked. Raises Problem where it is none, as the API does."""
    raw = strict_json.read(text.encode("utf-8", "surrogatepass"))
    if not isinstance(raw, dict):
        raise Problem(422, _("A spec is one JSON object: it begins with { and ends with }."))
    return forms.check(raw, version)


@require_safe
def clone(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The form, filled with the spec of a run."""
    return redirect(f"/runs/new/?clone={queries.find(signed_in(request), run_id).pk}")


def _form(
    request: HttpRequest,
    version: DatasetVersion,
    reading: Reading,
    name: str,
    *,
    source: Run | None = None,
    begun: Beginning | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = reading if status != 200 or source else Reading(reading.raw, reading.spec)
    context = {
        **_fields(shown, version, name),
        **_preview(reading, version),
        "version": version,
        "source": source,
        "begun": begun,
        "plain": PLAIN,
        "section": "runs",
        **({"spec_json": request.POST.get("json", ""), "json_edited": True} if request.POST.get("json_edited") else {}),
        "key": request.POST.get("key") or uuid4().hex,
    }
    return render(request, "runs/new.html", context, status=status)


def _fields(reading: Reading, version: DatasetVersion, name: str) -> dict[str, Any]:
    parts = _sections(reading, version)
    errors = {"whole": reading.errors.get("", ()), "name": reading.errors.get("name", ())} if reading.errors else None
    if errors and not errors["whole"]:
        errors["whole"] = faults.homeless(reading.errors, [part.group for part in parts])
    return {"sections": parts, "errors": errors, "run_name": name}


def _sections(reading: Reading, version: DatasetVersion) -> tuple[Part, ...]:
    assets = asset_queries.choices(version.dataset.owner)
    return forms.sections(reading, _summary(version), most_devices(), assets=assets)


def _preview(reading: Reading, version: DatasetVersion, sent: QueryDict | None = None) -> dict[str, Any]:
    spec = reading.spec.model_dump(mode="json") if reading.spec else reading.raw
    wrong = faults_of(reading, version, sent)
    return {
        "plan": plan(reading.spec, _summary(version), version.profile or {})
        if isinstance(reading.spec, TrainSpec)
        else None,
        "faults": wrong,
        "faults_by_element": faults.by_element(wrong),
        "spec_json": json.dumps(spec, indent=2, ensure_ascii=False),
    }


def faults_of(reading: Reading, version: DatasetVersion, sent: QueryDict | None) -> list[Fault]:
    """What is wrong with a spec, each with its control in the form; ``sent`` is the form as a browser has it."""
    if not reading.errors:
        return []
    groups = [part.group for part in _sections(reading, version)]
    of_name = [Fault(NAME, _("Name"), message) for message in reading.errors.get("name", ())]
    return [*of_name, *faults.of(groups, reading.errors, sent)]


def _source(request: HttpRequest) -> Run | None:
    """The training run that is copied, if the address names one of which the data are known."""
    run_id = _identifier(request.GET, "clone")
    if run_id is None:
        return None
    run = queries.find(signed_in(request), run_id)
    return run if forms.is_cloneable(run) else None


def chosen_version(request: HttpRequest, query: QueryDict) -> DatasetVersion | None:
    """The version that is named, or the newest ready one of the data set that is, as far as the person may see it."""
    user = signed_in(request)
    if version_id := _identifier(query, "version"):
        return dataset_queries.versions(user).filter(pk=version_id, state=DatasetVersion.State.READY).first()
    dataset_id = _identifier(query, "dataset")
    dataset = dataset_queries.datasets(user).filter(pk=dataset_id).first() if dataset_id else None
    return dataset_queries.newest_ready(dataset) if dataset else None


def _identifier(query: QueryDict, name: str) -> UUID | None:
    try:
        return UUID(query.get(name, ""))
    except ValueError:
        return None


def _summary(version: DatasetVersion) -> DataSummary:
    return DataSummary.model_validate((version.profile or {})["summary"])
