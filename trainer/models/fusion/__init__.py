"""Fusion of any columns

An encoder for each block of columns, a combiner that makes one row of all, and fully connected layers. For tables with
pictures, or whatever else there is an encoder for.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Self, cast

from pydantic import Field

from trainer.catalog import Choice, default, listing
from trainer.columns import Column, Layout
from trainer.component import Lenient
from trainer.encoders import layers
from trainer.errors import TrainerError
from trainer.model import ModelSpec, Widths
from trainer.parts import CombinerSpec, Dropout, EncoderSpec, Hidden, Input, Parts, Width

MOST_ENCODERS = 64


def _encoders() -> list[EncoderSpec]:
    return [cast(EncoderSpec, entry.spec()) for entry in listing("encoders").values()]


def _layouts() -> frozenset[Layout]:
    return frozenset().union(*(encoder.layouts_taken for encoder in _encoders()))


def _unasked(layout: Layout) -> EncoderSpec:
    """The first of the listing that takes such blocks."""
    return next(encoder for encoder in _encoders() if layout in encoder.layouts_taken)


def _one_a_layout() -> tuple[EncoderSpec, ...]:
    return tuple({encoder.name: encoder for encoder in map(_unasked, sorted(_layouts(), reverse=True))}.values())


class Spec(ModelSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = _layouts()
    is_general: ClassVar[bool] = True

    encoders: Annotated[tuple[Annotated[EncoderSpec, Choice("encoders")], ...], Lenient] = Field(
        default_factory=_one_a_layout,
        max_length=MOST_ENCODERS,
        title="Encoders",
        description="A block of columns takes the first that is for one of its columns, else the first that can take "
        "such blocks.",
    )
    combiner: Annotated[CombinerSpec, Choice("combiners")] = Field(
        default_factory=lambda: cast(CombinerSpec, default("combiners", "concatenation")),
        title="Combiner",
        description="How the encoded blocks become one row.",
    )
    width: Width = Field(64, title="Width of a block", description="Features that each encoded block is brought to.")
    hidden: Hidden = (64,)
    dropout: Dropout = 0.1

    def require_fit(self, features: Sequence[Column]) -> None:
        columns = {column.name: column for column in features}
        for encoder in self.encoders:
            for name in encoder.columns:
                if name not in columns or columns[name].layout not in encoder.layouts_taken:
                    raise TrainerError(
                        "encoder_does_not_fit",
                        "The encoder “%(encoder)s” cannot take “%(column)s”; choose another encoder for it, or leave "
                        "the column out of this one.",
                        field="model",
                        encoder=listing("encoders")[encoder.name].label,
                        column=name,
                    )

    def parts(self, inputs: Mapping[str, Input]) -> Parts:
        encoders = {name: self._encoder(block).part({name: block.shape}) for name, block in inputs.items()}
        combined = self.combiner.width_of(len(inputs), self.width)
        return {
            "encoders": encoders,
            "combiner": self.combiner.part(len(inputs), self.width),
            "layers": layers.spec(self.hidden, self.dropout).part({"combined": (combined,)}),
        }

    def _encoder(self, block: Input) -> EncoderSpec:
        named = (encoder for encoder in self.encoders if set(encoder.columns) & set(block.columns))
        fitting = (
            encoder for encoder in self.encoders if not encoder.columns and block.layout in encoder.layouts_taken
        )
        return next(named, None) or next(fitting, None) or _unasked(block.layout)

    def fields(self) -> dict[str, int]:
        return {"width": self.width}

    def narrowed(self, inputs: Mapping[str, Input], widths: Mapping[str, Widths]) -> Self:
        """Pruned blocks are of different widths, hence each gets an encoder of its own."""
        encoders = [
            self._encoder(block).replaced(columns=block.columns, **widths["encoders"][name])
            for name, block in inputs.items()
        ]
        return self.replaced(encoders=encoders, **widths["layers"])
