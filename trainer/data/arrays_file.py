"""Named arrays in one file that is memory-mapped: safetensors, written piece by piece, so that memory stays flat.

The same content always gives the same bytes.
"""

import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

DTYPES: dict[str, np.dtype[Any]] = {
    "I8": np.dtype("int8"),
    "U8": np.dtype("uint8"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}
LARGEST_HEADER = 100 * 1024 * 1024
COPY_BYTES = 16 * 1024 * 1024


def read(path: Path) -> tuple[dict[str, str], dict[str, Array]]:
    """The file's texts, and its arrays as read-only views of the file's pages: nothing is read before it is used.

    Raises OSError, and KeyError, TypeError, ValueError or struct.error where it is no such file or is cut short.
    """
    header, start = _header(path)
    metadata: dict[str, str] = header.pop("__metadata__")
    return metadata, {name: _mapped(path, start, entry) for name, entry in header.items()}


def _header(path: Path) -> tuple[dict[str, Any], int]:
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > LARGEST_HEADER:
            raise ValueError("header too long")
        header = json.loads(file.read(length))
    return header, 8 + length


def _mapped(path: Path, start: int, entry: dict[str, Any]) -> Array:
    dtype, shape, first = DTYPES[entry["dtype"]], tuple(entry["shape"]), start + entry["data_offsets"][0]
    if 0 in shape:
        return np.empty(shape, dtype)
    return np.asarray(np.memmap(path, dtype=dtype, mode="r", offset=first, shape=shape))  # plain: a view costs less


def write(path: Path, metadata: Mapping[str, str], arrays: Mapping[str, Array]) -> None:
    """Write the file: to a temporary name, synced, renamed. Arrays may be memory maps."""
    ordered = dict(sorted(arrays.items(), key=lambda item: (-item[1].itemsize, item[0])))  # keeps each array aligned
    header = _encoded_header(metadata, ordered)
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for array in ordered.values():
            _copy(array, file)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


def _encoded_header(metadata: Mapping[str, str], arrays: Mapping[str, Array]) -> bytes:
    entries: dict[str, Any] = {"__metadata__": dict(metadata)}
    at = 0
    for name, array in arrays.items():
        code = next(code for code, dtype in DTYPES.items() if dtype == array.dtype)
        entries[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    header = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    return header + b" " * (-len(header) % 8)


def _copy(array: Array, file: BinaryIO) -> None:
    if array.size == 0:
        return
    rows = max(1, COPY_BYTES // max(1, array.nbytes // array.shape[0]))
    file.writelines(np.ascontiguousarray(array[at : at + rows]).data for at in range(0, array.shape[0], rows))
