"""The spec of an inspection of an uploaded asset."""

from typing import Literal

from pydantic import Field

from trainer.specs.run import RunSpec


class InspectAssetSpec(RunSpec):
    """Open a file that somebody gives to models, recognise its kind, and prepare it for runs."""

    kind: Literal["inspect_asset"] = "inspect_asset"
    ranks: Literal[1] = Field(1, title="Ranks", description="Files are opened by one process.")
    file: str = Field(min_length=1, max_length=255, title="Name of the uploaded file")

    @property
    def device_count(self) -> int:
        return 0
