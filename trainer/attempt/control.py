"""The one byte by which the agent steers a running attempt."""

import os
from pathlib import Path

from trainer.attempt.job import GO_ON


class Control:
    """Rank 0's view of the file ``control``; without a folder, nobody steers."""

    def __init__(self, folder: Path | None) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(folder / "control", flags, 0o600) if folder else None

    def read(self) -> int:
        """The command. A byte and its digit mean the same: 1 and "1" both stop."""
        if self._descriptor is None:
            return GO_ON
        byte = os.pread(self._descriptor, 1, 0)
        return byte[0] & 0x0F if byte else GO_ON

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
