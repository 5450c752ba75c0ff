"""The pages on which the kinds of columns are corrected: what it would change, to be kept or discarded."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from pydantic import ValidationError

from webapp import fragments, refusals
from webapp.accounts.access import signed_in
from webapp.datasets import changes, corrections, kind_controls, pages, queries
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.services import DatasetError
from webapp.runs import forms
from webapp.runs.services import NOT_INSPECTED


@require_POST
def propose(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Begin a preview of the kinds that the form says; the same once more is the one that is there."""
    dataset = _find(request, dataset_id)
    version = get_object_or_404(dataset.versions.filter(number__isnull=False), number=_number(request))
    try:
        proposal = corrections.propose(version=version, readings=kind_controls.read(version, request.POST))
    except DatasetError as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, refusals.from_pydantic(error, {})[0].message)
    else:
        return redirect("datasets:correction", dataset_id, proposal.pk)
    return redirect(version)


@require_safe
def correction(request: HttpRequest, dataset_id: UUID, proposal_id: UUID) -> HttpResponse:
    """The preview while it is made, and what it shows; of one that was kept, the version that it became."""
    dataset = _find(request, dataset_id)
    proposal = DatasetVersion.objects.filter(dataset=dataset, pk=proposal_id).select_related("corrects").first()
    if proposal is None or proposal.number is not None or proposal.corrects is None:
        return _elsewhere(request, dataset, proposal)
    name = "datasets/correction_body.html" if fragments.are_asked_for(request) else "datasets/correction.html"
    return render(request, name, _context(dataset, proposal, proposal.corrects))


@require_POST
def keep(request: HttpRequest, dataset_id: UUID, proposal_id: UUID) -> HttpResponse:
    """Make the preview the next version; pressed again, it is the version that it became."""
    dataset = _find(request, dataset_id)
    proposal = DatasetVersion.objects.filter(dataset=dataset, pk=proposal_id).first()
    if proposal is None:
        return _elsewhere(request, dataset, None)
    try:
        version = corrections.keep(proposal)
    except DatasetError as error:
        messages.error(request, str(error))
        return redirect("datasets:correction", dataset_id, proposal_id)
    return redirect(version)


@require_POST
def discard(request: HttpRequest, dataset_id: UUID, proposal_id: UUID) -> HttpResponse:
    """Remove the preview; what was kept meanwhile stays."""
    dataset = _find(request, dataset_id)
    proposal = DatasetVersion.objects.filter(dataset=dataset, pk=proposal_id).select_related("corrects").first()
    if proposal is None or not corrections.discard(proposal):
        return _elsewhere(request, dataset, proposal)
    messages.success(request, _("The correction was discarded; everything is as it was."))
    return redirect(proposal.corrects or dataset)


def _context(dataset: Dataset, proposal: DatasetVersion, base: DatasetVersion) -> dict[str, Any]:
    run, newest = queries.inspection(proposal), queries.newest(dataset)
    failed = proposal.state == DatasetVersion.State.FAILED
    at_fault = corrections.at_fault(run, proposal) if failed and run else {}
    return {
        "section": "datasets",
        "dataset": dataset,
        "proposal": proposal,
        "base": base,
        "version": base,  # whose columns the form is of
        "newest": newest if newest.pk != base.pk else None,
        "next": (newest.number or 0) + 1,
        "inspection": run,
        "at_fault": at_fault,
        "was_cancelled": run is not None and run.reason_code == NOT_INSPECTED.code,
        "chosen": kind_controls.summary(proposal),
        "changes": changes.between(base, proposal),
        "trainable": not proposal.profile or forms.is_trainable(proposal),
        "profile": pages.profile(base, kind_controls.controls(base, proposal.readings, at_fault)) if failed else None,
    }


def _elsewhere(request: HttpRequest, dataset: Dataset, proposal: DatasetVersion | None) -> HttpResponse:
    """The version that a correction became, or the data set where it was discarded."""
    version = proposal is not None and DatasetVersion.objects.filter(pk=proposal.pk, number__isnull=False).first()
    if not version:
        messages.info(request, str(corrections.discarded()))
    address = (version or dataset).get_absolute_url()
    if fragments.are_asked_for(request):
        return HttpResponse(status=200, headers={"HX-Redirect": address})
    return redirect(address)


def _number(request: HttpRequest) -> int:
    number = request.POST.get("version", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def _find(request: HttpRequest, dataset_id: UUID) -> Dataset:
    return get_object_or_404(queries.datasets(signed_in(request)), pk=dataset_id)
