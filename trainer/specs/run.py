"""What the specs of all kinds share."""

from typing import Annotated

from pydantic import Field

from trainer.component import ADVANCED, Section, Versioned


class RunSpec(Versioned):
    """What the specs of all kinds share. ``version`` counts the released forms of the kind's own fields."""

    version: int = Field(1, title="Version")
    seed: Annotated[int, Section.TRAINING] = Field(
        0,
        ge=0,
        lt=2**31,
        title="Seed",
        description="The same seed gives the same split, order and weights.",
        json_schema_extra=ADVANCED,
    )
    ranks: Annotated[int, Section.RESOURCES] = Field(
        1,
        ge=1,
        le=1024,
        title="Ranks",
        description="Processes that train together, each on a device of its own.",
        json_schema_extra={"at_most": "devices"},
    )
    threads: Annotated[int, Section.RESOURCES] = Field(
        1,
        ge=1,
        le=256,
        title="Threads per rank",
        description="Processor threads that each rank may use.",
        json_schema_extra=ADVANCED,
    )

    @property
    def device_count(self) -> int:
        """Devices that the run holds while it works."""
        return self.ranks
