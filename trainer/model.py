"""What the Specs of all models share. Plain Python; the web server reads it too."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from trainer.columns import Column, Layout
from trainer.component import Component
from trainer.parts import EncoderSpec, Input, Parts

Widths = Mapping[str, Any]  # the fields of a part that its layers were read back as


class ModelSpec(Component):
    """``layouts_taken`` are the forms of encoded blocks that the network takes, so many of them where
    ``most_blocks`` says it.
    """

    layouts_taken: ClassVar[frozenset[Layout]]
    most_blocks: ClassVar[int | None] = None
    is_general: ClassVar[bool] = False  # fits whatever comes, and is taken unasked only where nothing more apt fits

    @classmethod
    def takes(cls, features: Sequence[Column]) -> bool:
        """Whether the network can take these columns together."""
        fits = {column.layout for column in features} <= cls.layouts_taken
        return fits and (cls.most_blocks is None or len(features) <= cls.most_blocks)

    def require_fit(self, features: Sequence[Column]) -> None:
        """Raise TrainerError where a field of the model does not fit columns that the network can take."""

    def fitted(self, features: Sequence[Column]) -> Self:
        """With what its fields leave to be chosen to fit these columns."""
        return self

    def parts(self, inputs: Mapping[str, Input]) -> Parts:
        """What the network is put together of for these encoded blocks."""
        raise NotImplementedError

    def fields(self) -> dict[str, Any]:
        """Further arguments of its ``Network``, as plain JSON."""
        return {}

    def narrowed(self, inputs: Mapping[str, Input], widths: Mapping[str, Widths]) -> Self:
        """With what was read back of its pruned parts: by argument, and by block below it where there is a part
        for each block.
        """
        raise NotImplementedError


class EncoderModelSpec(ModelSpec):
    """A model that is one encoder of one block, of the same name and with the same fields, and a head."""

    most_blocks: ClassVar[int | None] = 1
    encoder: ClassVar[type[EncoderSpec]]

    def parts(self, inputs: Mapping[str, Input]) -> Parts:
        return {"encoder": self.encoder(**{**dict(self), "version": self.encoder.VERSION}).part(inputs)}

    def narrowed(self, inputs: Mapping[str, Input], widths: Mapping[str, Widths]) -> Self:
        return self.replaced(**widths["encoder"])
