"""What the Specs of all models share. Plain Python; the web server reads it too."""

from collections.abc import Sequence
from typing import ClassVar

from trainer.columns import Column, Layout
from trainer.component import Component


class ModelSpec(Component):
    """``layouts_taken`` are the forms of encoded blocks that the network takes, so many of them where ``most_blocks``
    says it.
    """

    layouts_taken: ClassVar[frozenset[Layout]]
    most_blocks: ClassVar[int | None] = None
    is_general: ClassVar[bool] = False  # fits whatever comes, and is taken unasked only where nothing more apt fits

    @classmethod
    def takes(cls, features: Sequence[Column]) -> bool:
        """Whether the network can take these columns together."""
        fits = {column.layout for column in features} <= cls.layouts_taken
        return fits and (cls.most_blocks is None or len(features) <= cls.most_blocks)
