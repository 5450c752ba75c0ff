"""The pages of assets: the list with the place to drop files, and one asset."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp import fragments
from webapp.accounts.access import signed_in
from webapp.assets import pages, queries, services
from webapp.assets.models import Asset
from webapp.assets.services import AssetError
from webapp.datasets.forms import CreateForm, RenameForm
from webapp.datasets.services import DatasetError
from webapp.idempotency import form_keys

RUNS = 10  # that use an asset, of which its page tells


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes an asset of each upload, which is whole."""
    user = signed_in(request)
    if request.method != "POST":
        return render(request, "assets/index.html", _listing(request))
    form = CreateForm(request.POST)
    if not form.is_valid():
        return _refuse(request, _("The upload is not complete: choose the files again."))
    uploads, name = form.cleaned_data["uploads"], form.cleaned_data["name"]
    try:
        first = form_keys.once(request, user, lambda: services.create(owner=user, uploads=uploads, name=name)[0].pk)
    except (AssetError, DatasetError) as error:
        return _refuse(request, str(error))
    return redirect("assets:detail", first) if len(uploads) == 1 else redirect("assets:index")


def _refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "assets/index.html", {**_listing(request), "refusal": sentence}, status=422)


def _listing(request: HttpRequest) -> dict[str, Any]:
    user = signed_in(request)
    return {"section": "assets", "assets": pages.overview(user), "deleted_ones": queries.deleted(user)}


@require_safe
def detail(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    asset = _find(request, asset_id)
    context = {
        "section": "assets",
        "asset": asset,
        "kind": pages.kind_label(asset.kind),
        "description": queries.description(asset),
        "inspection": asset.inspection,
        "profile": pages.profile(asset),
        "runs": queries.runs(asset)[:RUNS],
    }
    return render(request, "assets/asset.html" if fragments.are_asked_for(request) else "assets/detail.html", context)


@require_POST
def rename(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    asset, form = _find(request, asset_id), RenameForm(request.POST)
    try:
        if not form.is_valid():
            raise AssetError(_("Give the asset a name of at most 200 letters."))
        services.rename(asset, form.cleaned_data["name"])
    except AssetError as error:
        messages.error(request, str(error))
    return redirect("assets:detail", asset_id)


@require_POST
def delete(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Take the asset away; the list says so and offers to undo it."""
    asset = _find(request, asset_id)
    try:
        services.delete(asset)
    except AssetError as error:
        messages.error(request, str(error))
        return redirect("assets:detail", asset_id)
    request.session["deleted_asset"] = {"id": str(asset.pk), "name": asset.name}
    return redirect("assets:deleted")


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """The list, saying what was just deleted, with a button that brings it back."""
    context = {**_listing(request), "deleted": request.session.pop("deleted_asset", None)}
    return render(request, "assets/index.html", context)


@require_POST
def restore(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    try:
        asset = services.restore(signed_in(request), asset_id)
    except Asset.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("“%(name)s” is back.") % {"name": asset.name})
    return redirect("assets:detail", asset.pk)


def _find(request: HttpRequest, asset_id: UUID) -> Asset:
    return get_object_or_404(queries.assets(signed_in(request)), pk=asset_id)
