"""/components, /workers and /me: what there is to choose from, and who asks."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from trainer import presets
from trainer.catalog import FAMILIES, Entry, listing
from trainer.presets import Preset
from trainer.specs.compress import CompressSpec
from trainer.specs.train import TrainDraft
from webapp import words
from webapp.accounts.authentication import person
from webapp.api import schemas
from webapp.api.paging import Page, Paging, page
from webapp.workers import pages

router = Router(tags=["What there is"])


@router.get("/components", response=schemas.Components, by_alias=True, summary="The catalog")
def components(request: HttpRequest) -> dict[str, Any]:
    """Every component with the JSON Schema of its part of a spec, and the schemas of whole specs."""
    items = [_component(entry) for family in FAMILIES for entry in listing(family).values()]
    return {
        "items": items,
        "presets": [_preset(preset) for preset in presets.listing().values()],
        "specs": {"train": TrainDraft.model_json_schema(), "compress": CompressSpec.model_json_schema()},
    }


def _component(entry: Entry) -> dict[str, Any]:
    return {
        "family": entry.family,
        "name": entry.name,
        "label": _(entry.label),
        "description": words.translated(entry.description),
        "targets": sorted(entry.spec.targets),
        "schema": entry.spec.model_json_schema(),
    }


def _preset(preset: Preset) -> dict[str, Any]:
    label, description = _(preset.label), words.translated(preset.description)
    return {"name": preset.name, "label": label, "description": description, "settings": preset.settings}


@router.get("/workers", response=Page[schemas.Worker], summary="Machines and their devices")
def workers(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """All machines, the one that joined last first unless sorted by ``name``."""
    return page(request, pages.workers(), paging, sorts={"created": "id", "name": "name"}, filters={}, shown=_worker)


def _worker(row: Any) -> dict[str, Any]:
    devices = [
        {"name": device.name, "label": device.label, "memory": device.memory, "busy": device.attempt_id is not None}
        for device in row.devices.all()
    ]
    return {
        "name": row.name,
        "host": row.host,
        "alive": row.alive,
        "draining": row.draining,
        "seen": row.seen,
        "devices": devices,
    }


@router.get("/me", response=schemas.Me, summary="Who I am")
def me(request: HttpRequest) -> dict[str, Any]:
    user = person(request)
    return {"id": user.pk, "name": user.username}
