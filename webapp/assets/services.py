"""What makes, renames and removes assets. Content is opened by an inspect run only, never here."""

from collections.abc import Sequence
from pathlib import PurePath
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat, Now
from django.utils.translation import gettext as _

from trainer import asset as roles
from trainer.specs.inspect_asset import InspectAssetSpec
from webapp import names
from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts import removing
from webapp.artifacts.models import Artifact, Edge
from webapp.assets import queries
from webapp.assets.models import Asset
from webapp.datasets.services import whole_uploads
from webapp.grace import GRACE
from webapp.runs import services as runs
from webapp.runs.lineage import contents
from webapp.runs.models import Kind


class AssetError(Exception):
    """What was asked of an asset cannot be done; ``field`` is the part of the request that is to blame."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def create(*, owner: User, uploads: Sequence[UUID], name: str = "") -> list[Asset]:
    """An asset of each whole upload, which an inspect run is queued to open. ``name`` is that of the only one. Raises
    DatasetError for an upload that is not there, and AssetError.
    """
    files = whole_uploads(owner, uploads)
    return [_create(owner, name if len(files) == 1 else "", file_name, content) for file_name, content in files]


def _create(owner: User, name: str, file_name: str, content: Artifact) -> Asset:
    given = _checked(name or PurePath(file_name).stem or file_name)
    run = runs.queue_run(owner=owner, name=given, spec=InspectAssetSpec(file=file_name), inputs={"upload": content})
    return Asset.objects.create(owner=owner, name=given, size=content.size, inspection=run)


def rename(asset: Asset, name: str) -> bool:
    """Give a new name to an asset that still has the one we know; False when somebody else was faster."""
    return bool(Asset.objects.filter(pk=asset.pk, name=asset.name, deleted=None).update(name=_checked(name)))


@transaction.atomic
def delete(asset: Asset) -> None:
    """Take an asset away; ``restore`` brings it back for a week. Raises AssetError while a run reads it."""
    Asset.objects.select_for_update().get(pk=asset.pk)
    busy = queries.in_use(asset).order_by("id").first()
    if busy is not None and busy.kind == Kind.INSPECT_ASSET:
        raise AssetError(_("This asset is being inspected. Cancel the inspection, or wait until it has ended."))
    if busy is not None:
        raise AssetError(
            _("The run “%(run)s” uses this asset. Cancel it, or wait until it has ended.") % {"run": busy.name}
        )
    Asset.objects.filter(pk=asset.pk, deleted=None).update(deleted=Now())


def restore(owner: User, asset_id: UUID) -> Asset:
    """Undo ``delete``. Raises Asset.DoesNotExist."""
    visible(Asset.objects.filter(pk=asset_id), owner).update(deleted=None)
    return queries.assets(owner).get(pk=asset_id)


def purge() -> int:
    """Remove for good what could be restored for a week and no run has read. Returns how many went."""
    name = Concat(Value(f"{roles.ROLE}:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    readers = Edge.objects.filter(direction=Edge.Direction.INPUT, role=name)
    old = Asset.objects.filter(deleted__lt=Now() - queries.UNDO - GRACE).exclude(Exists(readers))
    for asset in old:
        _remove(asset)
    return len(old)


@transaction.atomic
def _remove(asset: Asset) -> None:
    inspections = [asset.inspection_id] if asset.inspection_id else []
    files = {asset.content_id} if asset.content_id else set()
    removing.delete_on_commit(contents(inspections) | files)
    inspection = asset.inspection
    asset.delete()
    if inspection is not None:
        inspection.delete()


def _checked(name: str) -> str:
    visible_name = names.shown(name)
    if not visible_name:
        raise AssetError(_("Give the asset a name."), field="name")
    return visible_name
