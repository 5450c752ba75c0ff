"""The pages of data sets: the list with the place to drop files, and one data set."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp import fragments
from webapp.accounts.access import signed_in
from webapp.artifacts import downloads, store
from webapp.artifacts.models import Edge
from webapp.artifacts.store import ArtifactError
from webapp.datasets import corrections, kind_controls, pages, queries, samples, services
from webapp.datasets.forms import CreateForm, RenameForm, VersionForm
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.services import DatasetError
from webapp.idempotency import form_keys
from webapp.runs import forms
from webapp.runs.models import Kind, Run

CSV = "text/csv; charset=utf-8"


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes a data set of uploads that are whole."""
    user = signed_in(request)
    if request.method == "POST":
        form = CreateForm(request.POST)
        if not form.is_valid():
            return _refuse(request, _("The upload is not complete: choose the files again."))
        try:
            dataset = form_keys.once(
                request,
                user,
                lambda: (
                    services.create(owner=user, uploads=form.cleaned_data["uploads"], name=form.cleaned_data["name"]).pk
                ),
            )
        except DatasetError as error:
            return _refuse(request, str(error))
        return redirect("datasets:detail", dataset)
    return render(request, "datasets/index.html", _listing(request))


def _refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "datasets/index.html", {**_listing(request), "refusal": sentence}, status=422)


def _listing(request: HttpRequest) -> dict[str, Any]:
    user = signed_in(request)
    listed = {"datasets": pages.overview(user), "deleted_ones": queries.deleted(user), "samples": samples.listing()}
    return {"section": "datasets", **listed}


@require_POST
def take_sample(request: HttpRequest, name: str) -> HttpResponse:
    """One of the data sets that ship with Trainyard; pressed again, it is the one that is there already."""
    user = signed_in(request)
    dataset = queries.datasets(user).filter(sample=name).order_by("-id").first()
    if dataset is not None and queries.newest(dataset).state != DatasetVersion.State.FAILED:
        return redirect("datasets:detail", dataset.pk)
    try:
        dataset = services.create_from_sample(owner=user, sample=name)
    except DatasetError as error:
        messages.error(request, str(error))
        return redirect("datasets:index")
    return redirect("datasets:detail", dataset.pk)


@require_safe
def detail(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The newest version, or the one whose number stands in the address."""
    dataset = _find(request, dataset_id)
    version = _version(dataset, request.GET.get("version", ""))
    obstacle = corrections.obstacle(version)
    controls = {} if obstacle else kind_controls.controls(version, _chosen(request, version))
    context = {
        "section": "datasets",
        "dataset": dataset,
        "version": version,
        "inspection": queries.inspection(version),
        "profile": pages.profile(version, controls),
        "obstacle": obstacle,
        "corrections": [(one, kind_controls.summary(one)) for one in queries.undecided(dataset)],
        "versions": [(one, kind_controls.summary(one)) for one in dataset.versions.all()],
        "trainable": forms.is_trainable(version),
        "runs": Run.objects.filter(dataset_version__dataset=dataset, kind=Kind.TRAIN).order_by("-id")[:5],
    }
    return render(
        request, "datasets/version.html" if fragments.are_asked_for(request) else "datasets/detail.html", context
    )


@require_POST
def rename(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset, form = _find(request, dataset_id), RenameForm(request.POST)
    try:
        if not form.is_valid():
            raise DatasetError(_("Give the data set a name of at most 200 letters."))
        services.rename(dataset, form.cleaned_data["name"])
    except DatasetError as error:
        messages.error(request, str(error))
    return redirect("datasets:detail", dataset_id)


@require_POST
def add_version(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """A newer content; runs that were made keep the one they had."""
    dataset, form = _find(request, dataset_id), VersionForm(request.POST)
    try:
        if not form.is_valid():
            raise DatasetError(_("The upload is not complete: choose the files again."))
        form_keys.once(
            request,
            signed_in(request),
            lambda: services.add_version(dataset=dataset, uploads=form.cleaned_data["uploads"]).pk,
        )
    except DatasetError as error:
        messages.error(request, str(error))
    return redirect("datasets:detail", dataset_id)


@require_POST
def delete(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Take the data set away; the list says so and offers to undo it."""
    dataset = _find(request, dataset_id)
    try:
        services.delete(dataset)
    except DatasetError as error:
        messages.error(request, str(error))
        return redirect("datasets:detail", dataset_id)
    request.session["deleted_dataset"] = {"id": str(dataset.pk), "name": dataset.name}
    return redirect("datasets:deleted")


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """The list, saying what was just deleted, with a button that brings it back."""
    return render(
        request, "datasets/index.html", {**_listing(request), "deleted": request.session.pop("deleted_dataset", None)}
    )


@require_POST
def restore(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    try:
        dataset = services.restore(signed_in(request), dataset_id)
    except Dataset.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("“%(name)s” is back.") % {"name": dataset.name})
    return redirect("datasets:detail", dataset.pk)


@require_safe
def thumbnails(request: HttpRequest, dataset_id: UUID, number: int) -> HttpResponse:
    """The contact sheet that the inspection made: our own PNG, never a file that somebody sent."""
    version = get_object_or_404(_find(request, dataset_id).versions, number=number, thumbnails__isnull=False)
    assert version.thumbnails_id is not None
    try:
        sheet = store.read(version.thumbnails_id)
    except ArtifactError:
        raise Http404 from None
    return HttpResponse(sheet, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@require_safe
def left_out(request: HttpRequest, dataset_id: UUID, number: int) -> HttpResponseBase:
    """The list of files and rows that the inspection left out; an empty one where it left out nothing."""
    version = get_object_or_404(_find(request, dataset_id).versions, number=number)
    outputs = Edge.objects.filter(run=queries.inspection(version), direction=Edge.Direction.OUTPUT)
    edge = outputs.filter(role="left_out").first()
    if edge is None:
        return HttpResponse("name,reason\r\n", content_type=CSV)
    try:
        return downloads.respond(request, edge.artifact, edge.name, content_type=CSV)
    except ArtifactError:
        raise Http404 from None


def _chosen(request: HttpRequest, version: DatasetVersion) -> dict[str, Any] | None:
    """The kinds of a preview that is to be changed, in place of those of the version."""
    try:
        proposal = version.corrections.filter(pk=UUID(request.GET.get("correction", ""))).first()
    except ValueError:
        return None
    return proposal.readings if proposal else None


def _find(request: HttpRequest, dataset_id: UUID) -> Dataset:
    return get_object_or_404(queries.datasets(signed_in(request)), pk=dataset_id)


def _version(dataset: Dataset, number: str) -> DatasetVersion:
    versions = dataset.versions.all()
    return next((version for version in versions if str(version.number) == number), versions[0])
