"""The spec of an export."""

from typing import Literal

from pydantic import Field

from trainer.catalog import listing
from trainer.component import Component, Form
from trainer.specs.choices import Exporters
from trainer.specs.run import RunSpec


class ExportSpec(RunSpec):
    """Write one model version in other formats and prove each of them."""

    kind: Literal["export"] = "export"
    ranks: Literal[1] = Field(1, title="Ranks", description="Exports are made by one process.")
    exporters: Exporters = Field(
        min_length=1,
        max_length=16,
        title="Formats",
        description="Each is made and proved.",
        json_schema_extra={"empty": "Nothing is made yet: add a format."},
    )

    @property
    def device_count(self) -> int:
        return 0


def exporters_for(form: Form, choice: tuple[Component, ...] | None = None) -> tuple[Component, ...]:
    """Those of the exporters of a choice that take a model of this form. All that do, with their defaults, where nobody
    chose any, or none of the choice does; none where the list is empty.
    """
    if choice == ():
        return ()
    fitting = tuple(item for item in choice or () if form in item.forms)
    return fitting or tuple(item.spec() for item in listing("exporters").values() if form in item.spec.forms)
