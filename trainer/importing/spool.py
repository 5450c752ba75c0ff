"""What is kept of cells waits in a file until it is known what it is for. It is read back in the order in which
it was put.
"""

import struct
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import pyarrow as pa

from trainer.data.prepared import Array
from trainer.importing import series

HEAD = struct.Struct("<3sQ")  # what it is, NumPy's name of the type of an array, and its length
NOTHING, TEXTS = b"-", b"t"
NO_VALUES = HEAD.pack(NOTHING, 0)


class Spool:
    """A file of arrays and of texts, any of which may be left out; it has no name in ``folder`` and is gone when
    it is closed.
    """

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - ``close`` closes it

    def put(self, values: Array | pa.StringArray | None) -> None:
        if values is None:
            self._file.write(NO_VALUES)
        elif isinstance(values, np.ndarray):
            self._file.write(HEAD.pack(values.dtype.str.encode(), values.nbytes))
            self._file.write(np.ascontiguousarray(values).data)
        else:
            self._put_texts(values)

    def _put_texts(self, texts: pa.StringArray) -> None:
        starts = series.starts(texts)
        content = series.bytes_of(texts)[starts[0] : starts[-1]]
        self._file.write(HEAD.pack(TEXTS, starts.nbytes + content.nbytes) + struct.pack("<Q", len(texts)))
        self._file.write((starts - starts[0]).data)
        self._file.write(content.data)

    def rewind(self) -> None:
        self._file.seek(0)

    def get(self, *, is_wanted: bool = True) -> Array | pa.StringArray | None:
        """The next one; None where it was left out, or is not wanted."""
        name, size = HEAD.unpack(self._file.read(HEAD.size))
        name = name.rstrip(b"\0")
        if name == TEXTS:
            (count,) = struct.unpack("<Q", self._file.read(8))
        if name == NOTHING or not is_wanted:
            self._file.seek(size, 1)
            return None
        content = self._file.read(size)
        return _texts(content, count) if name == TEXTS else np.frombuffer(content, np.dtype(name.decode()))

    def close(self) -> None:
        self._file.close()


def _texts(content: bytes, count: int) -> pa.StringArray:
    buffer = pa.py_buffer(content)
    size = 4 * (count + 1)
    return pa.StringArray.from_buffers(count, buffer.slice(0, size), buffer.slice(size))
