"""Prune channels

Takes out the channels, neurons, recurrent units and numbers of vectors with the smallest weights, for real: the network
becomes narrower, of a Transformer the inner parts alone. Then trains on, until what remains has taken over.
"""

from typing import ClassVar

from pydantic import Field

from trainer.compressors import Bench, CompressorSpec, Training, Version


class Spec(CompressorSpec):
    order: ClassVar[int] = 1  # what makes the network smaller goes before what changes its numbers

    ratio: float = Field(
        0.5,
        gt=0,
        le=0.95,
        title="Part to remove",
        json_schema_extra={"unit": "share"},
        description="Of the channels of each layer that can become narrower, which the last one never does.",
    )
    epochs: int = Field(
        4,
        ge=1,
        le=100_000,
        title="Epochs of fine-tuning",
        description="Pruning alone ruins the answers; training on repairs them. The best epoch is kept.",
    )
    least_steps: int = Field(
        300,
        ge=1,
        le=1_000_000,
        title="Fewest steps of fine-tuning",
        json_schema_extra={"unit": "steps"},
        description="Small data are seen more often than the epochs say, until so many steps are done.",
    )
    learning_rate: float = Field(
        1e-3, gt=0, le=10, title="Learning rate of fine-tuning", description="At its highest; AdamW, cosine."
    )

    def training(self) -> Training:
        return Training(self.epochs, self.least_steps, self.learning_rate)


def build(spec: Spec, version: Version, bench: Bench) -> Version:
    from trainer.compressors.prune_channels import stage

    return stage.compress(spec, version, bench)
