"""Arrays that wait in a file until it is known what they are for. They are read back in the order in which they were
put.
"""

from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from trainer.data.prepared import Array


class Spool:
    """A file of arrays, any of which may be left out; it has no name in ``folder`` and is gone when it is closed."""

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - ``close`` closes it

    def put(self, array: Array | None) -> None:
        self._file.write(b"\1" if array is not None else b"\0")
        if array is not None:
            self._file.write(array.tobytes())

    def rewind(self) -> None:
        self._file.seek(0)

    def get(self, dtype: np.dtype[Any], count: int) -> Array | None:
        """The next array, which was put with this type and length; None where it was left out."""
        return np.frombuffer(self._file.read(count * dtype.itemsize), dtype) if self._file.read(1) == b"\1" else None

    def close(self) -> None:
        self._file.close()
