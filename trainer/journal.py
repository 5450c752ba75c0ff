"""The attempt's journal: appended by one process, read by any, whoever dies."""

import os
import struct
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from trainer import events


class Journal:
    """The writing end. Opening cuts a torn tail. Each write is one ``write(2)``, so a killed process loses nothing it wrote."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._descriptor, _whole_length(path.read_bytes()))
        self._layouts: dict[tuple[str, ...], tuple[int, struct.Struct]] = {}

    def write(self, event: events.Event) -> None:
        os.write(self._descriptor, events.encode(event))

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Record one point of each named metric at ``step``. No waiting, no synchronisation, no JSON."""
        names = tuple(values)
        layout = self._layouts.get(names) or self._new_layout(names)
        payload = layout[1].pack(b"P", layout[0], step, time.time(), *values.values())
        os.write(self._descriptor, events.HEADER.pack(len(payload), zlib.crc32(payload)) + payload)

    def _new_layout(self, names: tuple[str, ...]) -> tuple[int, struct.Struct]:
        number = len(self._layouts)
        self.write(events.Series(id=number, names=names))
        layout = (number, struct.Struct(f"{events.POINT.format}{len(names)}d"))
        self._layouts[names] = layout
        return layout

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)


class Unwritten(Journal):
    """What a rank other than 0 holds: it says the same, and nothing is written twice."""

    def __init__(self) -> None:
        pass

    def write(self, event: events.Event) -> None:
        pass

    def log(self, step: int, values: Mapping[str, float]) -> None:
        pass

    def sync(self) -> None:
        pass

    def close(self) -> None:
        pass


class Reader:
    """The reading end: whole events from a byte position on."""

    def __init__(self, path: Path, position: int = 0) -> None:
        self._path = path
        self.position = position

    def read(self, limit: int = 4 * 1024 * 1024) -> Iterator[tuple[int, events.Event]]:
        """Events that are whole by now, each with the position behind it. Reads at most about ``limit`` bytes."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            data = os.pread(descriptor, max(limit, events.LARGEST_FRAME + events.HEADER.size), self.position)
        finally:
            os.close(descriptor)
        start = self.position
        for end, payload in events.payloads(data):
            self.position = start + end
            yield self.position, events.decode(payload)


def _whole_length(data: bytes) -> int:
    length = 0
    for length, _ in events.payloads(data):
        pass
    return length
