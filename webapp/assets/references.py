"""The assets that a spec names: whether they are there and suit, and what a run is given to read."""

from collections.abc import Mapping
from uuid import UUID

from trainer.asset import AssetProfile, Reference, references
from trainer.errors import TrainerError
from trainer.specs.run import RunSpec
from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts.models import Artifact
from webapp.assets import queries
from webapp.assets.models import Asset


def require(spec: RunSpec, owner: User) -> None:
    """Raise TrainerError, naming the field, for an asset that is not the person's, not ready, or does not suit."""
    _resolved(spec, owner, lock=False)


def inputs(spec: RunSpec, owner: User) -> Mapping[str, Artifact]:
    """By role, what a run of this spec reads; until the transaction ends nobody deletes it. Raises as ``require``."""
    return {queries.role(asset.pk): _content(asset) for asset in _resolved(spec, owner, lock=True)}


def _resolved(spec: RunSpec, owner: User, *, lock: bool) -> list[Asset]:
    named = list(references(spec))
    identifiers = {identifier for reference in named if (identifier := _identifier(reference.name)) is not None}
    rows = visible(Asset.objects.filter(pk__in=identifiers), owner).select_related("content").order_by("pk")
    locked = rows.select_for_update(of=("self",)) if lock and identifiers else rows
    assets = {asset.pk: asset for asset in locked}
    for reference in named:
        identifier = _identifier(reference.name)
        _require(reference, assets.get(identifier) if identifier else None)
    return list(assets.values())


def _require(reference: Reference, asset: Asset | None) -> None:
    if asset is None:
        raise TrainerError(
            "asset_unknown",
            "There is no asset of yours with this identifier. Choose one from the page of assets.",
            field=reference.path,
        )
    if asset.deleted is not None:
        raise TrainerError(
            "asset_deleted",
            "The asset “%(name)s” was deleted. Undo that on the page of assets, or choose another.",
            field=reference.path,
            name=asset.name,
        )
    if asset.state == Asset.State.INSPECTING:
        raise TrainerError(
            "asset_inspecting",
            "The asset “%(name)s” is still being inspected. Wait until that has ended.",
            field=reference.path,
            name=asset.name,
        )
    if asset.state == Asset.State.FAILED or asset.content is None:
        raise TrainerError(
            "asset_not_ready",
            "The asset “%(name)s” cannot be used: its inspection failed, and its page says why. Choose another.",
            field=reference.path,
            name=asset.name,
        )
    reference.require(AssetProfile.model_validate(asset.profile))


def _content(asset: Asset) -> Artifact:
    assert asset.content is not None, "it is ready"
    return asset.content


def _identifier(name: str) -> UUID | None:
    """Of the one form that the program itself writes: a run's inputs are known by it."""
    try:
        identifier = UUID(name)
    except ValueError:
        return None
    return identifier if str(identifier) == name else None
