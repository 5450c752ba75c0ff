"""What may be read of assets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from trainer import asset as roles
from webapp import words
from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts.models import Edge
from webapp.assets.models import Asset
from webapp.formatting import short
from webapp.runs.models import Kind, Run, State

UNDO = timedelta(days=7)  # a deleted asset can be had back for so long
ENDED = (State.SUCCEEDED, State.STOPPED, State.FAILED, State.CANCELLED)
Choices = Mapping[str, tuple[tuple[str, str], ...]]  # by kind: identifiers, and what they are in words


def assets(user: User) -> QuerySet[Asset]:
    """The person's assets that are not deleted."""
    return visible(Asset.objects.filter(deleted=None), user).select_related("inspection")


def deleted(user: User) -> QuerySet[Asset]:
    """The person's assets that can be had back, the last deleted first, each ``until`` when."""
    until = ExpressionWrapper(F("deleted") + UNDO, DateTimeField())
    return visible(Asset.objects.filter(deleted__gt=Now() - UNDO), user).annotate(until=until).order_by("-deleted")


def choices(user: User) -> Choices:
    """What a form offers where a spec names an asset, the newest first."""
    ready: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for asset in assets(user).filter(state=Asset.State.READY).order_by("-id"):
        ready[asset.kind].append((str(asset.pk), f"{asset.name} ({description(asset)})"))
    return {kind: tuple(pairs) for kind, pairs in ready.items()}


def description(asset: Asset) -> str:
    """What it is, in a few words; nothing before it was inspected."""
    if not asset.profile:
        return ""
    return words.sentence(
        asset.profile["message"], {name: short(value) for name, value in asset.profile["params"].items()}
    )


def role(asset_id: UUID) -> str:
    """Among the inputs of a run that reads the asset."""
    return roles.role(str(asset_id))


def uses(assets: Iterable[Asset]) -> Mapping[UUID, int]:
    """How many training runs read each."""
    by_role = {role(asset.pk): asset for asset in assets}
    edges = Edge.objects.filter(direction=Edge.Direction.INPUT, role__in=by_role, run__kind=Kind.TRAIN)
    edges = edges.filter(artifact__in={asset.content_id for asset in by_role.values() if asset.content_id})
    return {by_role[name].pk: count for name, count in edges.values_list("role").annotate(Count("run"))}


def runs(asset: Asset) -> QuerySet[Run]:
    """The training runs that read the asset, the newest first."""
    edges = Edge.objects.filter(direction=Edge.Direction.INPUT, role=role(asset.pk), artifact=asset.content_id)
    return Run.objects.filter(kind=Kind.TRAIN, pk__in=edges.values("run")).order_by("-id")


def in_use(asset: Asset) -> QuerySet[Run]:
    """Runs that have not ended and read the asset, or open its upload."""
    readers = Q(edges__role=role(asset.pk), edges__direction=Edge.Direction.INPUT)
    return Run.objects.filter(readers | Q(asset=asset)).exclude(state__in=ENDED).distinct()


def of_run(run: Run) -> list[Asset]:
    """The assets that a run reads, or inspects, in the order of their names; deleted ones too."""
    prefix = f"{roles.ROLE}:"
    edges = Edge.objects.filter(run=run, direction=Edge.Direction.INPUT, role__startswith=prefix)
    identifiers = [UUID(name.removeprefix(prefix)) for name in edges.values_list("role", flat=True)]
    return list(Asset.objects.filter(Q(pk__in=identifiers) | Q(inspection=run)).order_by("name", "pk"))
