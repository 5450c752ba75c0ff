"""What somebody asks of a model, and how it travels: a header of JSON, and behind it the bytes of files. It is never
written to a file.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

LENGTH = struct.Struct("<Q")
LARGEST_HEADER = 64 * 1024 * 1024

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Question:
    """A row's ``values`` by column, and the content of ``files`` likewise; of a column without either the value is
    missing. ``about`` is a class or a label whose probability the influences are to be about; the answer's own where
    it is empty.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    about: str = ""

    def packed(self) -> bytes:
        sizes = {name: len(content) for name, content in self.files.items()}
        header = json.dumps({"values": dict(self.values), "files": sizes, "about": self.about}).encode()
        return b"".join([LENGTH.pack(len(header)), header, *self.files.values()])

    @classmethod
    def unpacked(cls, stream: BinaryIO) -> "Question":
        """What ``packed`` wrote. Raises ValueError for anything else."""
        length = _whole(stream, LENGTH.size)
        (size,) = LENGTH.unpack(length)
        if size > LARGEST_HEADER:
            raise ValueError("the header is too long")
        header = json.loads(_whole(stream, size))
        files = {name: _whole(stream, size) for name, size in header["files"].items()}
        return cls(header["values"], files, header["about"])


def _whole(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise ValueError("the question is cut short")
    return content
