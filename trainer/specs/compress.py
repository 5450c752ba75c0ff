"""The spec of a compression."""

from typing import Annotated, Literal, Self, cast

from pydantic import Field, model_validator

from trainer.catalog import default, entry
from trainer.component import Form, Lenient
from trainer.compressors import CompressorSpec
from trainer.errors import SpecError
from trainer.specs.choices import Compressor
from trainer.specs.run import RunSpec


class CompressSpec(RunSpec):
    """Make a trained model smaller, stage after stage; each stage yields a model version."""

    kind: Literal["compress"] = "compress"
    ranks: Literal[1] = Field(1, title="Ranks", description="Compression works on one device.")
    stages: Annotated[tuple[Compressor, ...], Lenient] = Field(
        default_factory=lambda: tuple(
            cast(CompressorSpec, default("compressors", name)) for name in ("prune_channels", "quantize_int8")
        ),
        min_length=1,
        max_length=16,
        title="Stages",
        description="Done in this order.",
        json_schema_extra={"empty": "Nothing is made smaller yet: add a stage."},
    )

    @model_validator(mode="after")
    def _stages_fit_together(self) -> Self:
        form: Form = "torch"
        for number, stage in enumerate(self.stages, 1):
            if form not in stage.forms:
                raise SpecError(
                    "stage_order",
                    "Stage %(number)s, “%(stage)s”, needs a model of the form %(needs)s, but what comes before it "
                    "makes one of the form %(form)s; move it up.",
                    field=f"stages.{number - 1}",
                    number=number,
                    stage=entry("compressors", stage).label,
                    needs=", ".join(sorted(stage.forms)),
                    form=form,
                )
            form = stage.yields
        return self
