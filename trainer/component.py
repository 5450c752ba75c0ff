"""What every component's ``Spec`` has in common: frozen, typed, versioned, and closed to unknown fields."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.types import Strict as StrictMode

from trainer.errors import SpecError
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.columns import Column

ADVANCED: dict[str, Any] = {"advanced": True}  # json_schema_extra of a field that a form folds away
Lenient = StrictMode(False)  # JSON has no tuples: a list is taken for one, while its items stay strict
Form = Literal["torch", "onnx"]


class Section(Enum):
    """Under which heading people look for a field of a run's spec, in this order. An annotation of the field; one
    without stands with the field before it.
    """

    DATA = _("Data")
    MODEL = _("Model")
    TRAINING = _("Training")
    RESOURCES = _("Resources")
    AFTER = _("After training")


class Strict(BaseModel):
    """A frozen model that forbids unknown fields, infinities, and numbers written as text."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True, ser_json_inf_nan="strings"
    )


class Versioned(Strict):
    """What is stored with the ``version`` of its fields, and read by every later release."""

    VERSION: ClassVar[int] = 1

    @model_validator(mode="before")
    @classmethod
    def _from_stored(cls, data: Any) -> Any:
        """Bring a spec that an earlier release stored to this release's fields."""
        if not isinstance(data, dict):
            return data
        stored = data.get("version", cls.VERSION)
        if type(stored) is not int or stored < 1:
            raise SpecError(
                "version",
                "A version is a whole number from 1 to %(newest)s. Correct it, or leave it out.",
                field="version",
                newest=cls.VERSION,
            )
        if stored > cls.VERSION:
            raise SpecError(
                "version_newer",
                "Version %(stored)s is newer than this program, which reads up to %(newest)s. Update the program.",
                field="version",
                stored=stored,
                newest=cls.VERSION,
            )
        return {**cls.upgrade(dict(data), stored), "version": cls.VERSION}

    @classmethod
    def upgrade(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
        """Return ``data``, stored as ``version``, with today's fields. Overridden from the second version on."""
        return data


class Component(Versioned):
    """Base of each component's ``Spec``; the catalog adds ``name`` (the file's name) and ``version``."""

    targets: ClassVar[frozenset[str]] = frozenset()  # of a loss: the encodings of a target that it takes
    forms: ClassVar[frozenset[Form]] = frozenset({"torch"})  # of the model that a compressor or an exporter takes
    yields: ClassVar[Form] = "torch"  # the form of what a compressor makes
    not_of_network: ClassVar[frozenset[str]] = frozenset()  # fields that say how a network is trained, not made
    order: ClassVar[int] = 0  # where its family is listed: lower stands first, equal ones by name

    name: str = ""
    version: int = 1

    @classmethod
    def can_name(cls, field: str, column: "Column") -> bool:
        """Whether the column can stand in this field, which names columns of the data: a form offers no other."""
        return column.layout is not None or bool(column.encodings)

    def require_asset(self, path: str, field: str, measures: Mapping[str, int]) -> None:
        """Raise TrainerError, with ``path``, where an asset with these measures cannot stand in this field."""

    def replaced(self, **changes: Any) -> Self:
        """A validated copy with some fields changed."""
        return type(self).model_validate({**self.model_dump(), **changes})
