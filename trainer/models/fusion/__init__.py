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
from trainer.parts import CombinerSpec, Dropout, EncoderSpec, Hidden, Input, Parts, Width, vector

MOST_ENCODERS = 64
MOST_NAMED = 5  # columns in a sentence


def _encoders() -> list[EncoderSpec]:
    return [cast(EncoderSpec, entry.spec()) for entry in listing("encoders").values()]


def _layouts() -> frozenset[Layout]:
    return frozenset().union(*(encoder.layouts_taken for encoder in _encoders()))


def _unasked(layout: Layout) -> EncoderSpec:
    """The first of the listing that takes such blocks."""
    return next(encoder for encoder in _encoders() if layout in encoder.layouts_taken)


def _one_a_layout(layouts: frozenset[Layout]) -> tuple[EncoderSpec, ...]:
    return tuple({encoder.name: encoder for encoder in map(_unasked, sorted(layouts, reverse=True))}.values())


def _no_encoder(columns: Sequence[str], layout: Layout) -> TrainerError:
    return TrainerError(
        "encoder_missing",
        "No encoder in the list takes “%(column)s”. Add one that does, for example “%(encoder)s”, or "
        "empty the list to have encoders chosen.",
        field="model.encoders",
        column="”, “".join(columns[:MOST_NAMED]),
        encoder=listing("encoders")[_unasked(layout).name].label,
    )


class Spec(ModelSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = _layouts()
    is_general: ClassVar[bool] = True

    encoders: Annotated[tuple[Annotated[EncoderSpec, Choice("encoders")], ...], Lenient] = Field(
        default_factory=lambda: _one_a_layout(_layouts()),
        max_length=MOST_ENCODERS,
        title="Encoders",
        description="A block of columns takes the first that is for one of its columns, else the first that can take "
        "such blocks. Each block needs one; with none in the list, they are chosen to fit.",
        json_schema_extra={"empty": "Chosen to fit the data"},
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
        self._require_encoders(features)

    def fitted(self, features: Sequence[Column]) -> Self:
        """With those that an empty list has chosen for it: what was trained is to be named."""
        layouts = frozenset(column.layout for column in features if column.layout is not None)
        return self if self.encoders else self.replaced(encoders=_one_a_layout(layouts))

    def _require_encoders(self, features: Sequence[Column]) -> None:
        """Columns that are one value a row share a block with all of their kind."""
        named = {name for encoder in self.encoders for name in encoder.columns}
        kinds = {column.kind for column in features if column.name in named and column.layout == "vector"}
        left = [column for column in features if column.name not in named and column.kind not in kinds]
        for layout in dict.fromkeys(column.layout for column in left if column.layout is not None):
            if self.encoders and self._any_for(layout) is None:
                raise _no_encoder([column.name for column in left if column.layout == layout], layout)

    def parts(self, inputs: Mapping[str, Input]) -> Parts:
        encoders = {name: self._encoder(block).part({name: block}) for name, block in inputs.items()}
        combined = self.combiner.width_of(len(inputs), self.width)
        return {
            "encoders": encoders,
            "combiner": self.combiner.part(len(inputs), self.width),
            "layers": layers.spec(self.hidden, self.dropout).part({"combined": vector(combined)}),
        }

    def _encoder(self, block: Input) -> EncoderSpec:
        named = (encoder for encoder in self.encoders if set(encoder.columns) & set(block.columns))
        encoder = next(named, None) or self._any_for(block.layout)
        if encoder is None and self.encoders:
            raise _no_encoder(block.columns, block.layout)
        return encoder or _unasked(block.layout)

    def _any_for(self, layout: Layout) -> EncoderSpec | None:
        """The first of those that are for no columns in particular."""
        fitting = (encoder for encoder in self.encoders if not encoder.columns and layout in encoder.layouts_taken)
        return next(fitting, None)

    def fields(self) -> dict[str, int]:
        return {"width": self.width}

    def narrowed(self, inputs: Mapping[str, Input], widths: Mapping[str, Widths]) -> Self:
        """Pruned blocks are of different widths, hence each gets an encoder of its own."""
        encoders = [
            self._encoder(block).replaced(columns=block.columns, **widths["encoders"][name])
            for name, block in inputs.items()
        ]
        return self.replaced(encoders=encoders, **widths["layers"])
