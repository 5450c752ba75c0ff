"""Specs of any kind: which there are, and how one from outside is read."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from trainer.errors import TrainerError
from trainer.specs.compress import CompressSpec
from trainer.specs.export import ExportSpec
from trainer.specs.inspect import InspectSpec
from trainer.specs.inspect_asset import InspectAssetSpec
from trainer.specs.preview import PreviewSpec
from trainer.specs.run import RunSpec
from trainer.specs.train import TrainDraft, TrainSpec

AnyKind = TrainSpec | CompressSpec | ExportSpec | InspectSpec | InspectAssetSpec | PreviewSpec
AnySpec = Annotated[AnyKind, Field(discriminator="kind")]
# As somebody sends it.
AnyDraft = TrainDraft | CompressSpec | ExportSpec | InspectSpec | InspectAssetSpec | PreviewSpec
KINDS: dict[str, type[RunSpec]] = {  # as somebody sends them
    "train": TrainDraft,
    "compress": CompressSpec,
    "export": ExportSpec,
    "inspect": InspectSpec,
    "inspect_asset": InspectAssetSpec,
    "preview": PreviewSpec,
}
_any_spec: TypeAdapter[AnyKind] = TypeAdapter(AnySpec)
_any_draft: TypeAdapter[AnyDraft] = TypeAdapter(Annotated[AnyDraft, Field(discriminator="kind")])


def parse(spec: dict[str, Any], kind: str | None = None) -> AnyDraft:
    """Validate a spec from outside.

    Raises pydantic's ValidationError, whose locations name the fields, and TrainerError for one of another ``kind``.
    """
    if kind is not None and spec.get("kind", kind) != kind:
        raise TrainerError(
            "other_kind", "Only a spec of the kind “%(kind)s” is taken here; leave “kind” out.", field="kind", kind=kind
        )
    return _any_draft.validate_python({"kind": kind or "train", **spec} if "kind" not in spec else spec)


def parse_complete(spec: dict[str, Any]) -> AnyKind:
    """Validate a spec that was queued: nothing is left open in it. Raises pydantic's ValidationError."""
    return _any_spec.validate_python(spec)
