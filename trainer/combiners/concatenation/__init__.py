"""Side by side

The features of all blocks, one block after the other.
"""

from typing import ClassVar

from trainer.parts import CombinerSpec


class Spec(CombinerSpec):
    """There is nothing to choose."""

    order: ClassVar[int] = -1  # the simplest stands first

    def width_of(self, blocks: int, width: int) -> int:
        return blocks * width
