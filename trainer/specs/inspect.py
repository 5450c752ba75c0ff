"""The spec of an inspection of uploaded files."""

from typing import Annotated, Literal

from pydantic import Field

from trainer.columns import AnyReading, Reading
from trainer.component import Lenient
from trainer.specs.choices import Format
from trainer.specs.run import RunSpec


class InspectSpec(RunSpec):
    """Open what a user uploaded, recognise its format, profile it, and prepare it for training."""

    kind: Literal["inspect"] = "inspect"
    ranks: Literal[1] = Field(1, title="Ranks", description="Data are opened by one process.")
    files: Annotated[tuple[str, ...], Lenient] = Field(min_length=1, max_length=8, title="Names of the uploaded files")
    format: Format | None = Field(None, title="Format", description="Recognised from the content when left out.")
    columns: dict[str, Annotated[Reading, AnyReading()]] = Field(
        default_factory=dict,
        title="Kinds of columns",
        description="How columns are to be read, by name; what is not named is recognised from its values.",
    )

    @property
    def device_count(self) -> int:
        return 0
