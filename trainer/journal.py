"""The attempt's journal: appended by one process, read by any, whoever dies."""

import errno
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from os import write
from pathlib import Path
from time import time
from typing import Protocol
from zlib import crc32

from trainer import events
from trainer.errors import TrainerError

put_checksum = struct.Struct("<I").pack_into


class Log(Protocol):
    """Records one point of each metric of a series set."""

    def __call__(self, step: int, values: Sequence[float]) -> None: ...


class Journal:
    """The writing end. Opening cuts a torn tail. Each write is one ``write(2)``, so a killed process loses nothing it wrote.

    Every write raises OSError when there is no room; what was written of that frame is then taken back.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._descriptor, _whole_length(path.read_bytes()))
        self._series: dict[tuple[str, ...], Log] = {}

    def write(self, event: events.Event) -> None:
        """Append an event. Raises TrainerError for one that no reader would take: it would hide all that follows."""
        data = events.encode(event)
        if len(data) > events.HEADER.size + events.LARGEST_FRAME:
            raise TrainerError("report_too_large", "What this run has to report is larger than the %(most)s MiB that are kept. "
                               "Use fewer classes, or shorter names for them.", most=events.LARGEST_FRAME >> 20)
        written = os.write(self._descriptor, data)
        if written != len(data):
            self._take_back(written)

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Record one point of each named metric at ``step``. No waiting, no synchronisation, no JSON."""
        self.series(*values)(step, tuple(values.values()))

    def series(self, *names: str) -> "Log":
        """What records one point of each of these metrics: ``log(step, values)``. For loops: it looks nothing up.

        The same metrics have one series set, however often they are asked for: a second training in this journal goes on in it.
        """
        if known := self._series.get(names):
            return known
        number, descriptor, take_back = len(self._series), self._descriptor, self._take_back
        self.write(events.Series(id=number, names=names))
        point = struct.Struct(f"{events.POINT.format}{len(names)}d")
        header = events.HEADER.size
        frame = bytearray(header + point.size)  # used again for each point
        payload, size, pack_into = memoryview(frame)[header:], len(frame), point.pack_into
        events.HEADER.pack_into(frame, 0, point.size, 0)

        def log(step: int, values: Sequence[float]) -> None:
            pack_into(frame, header, b"P", number, step, time(), *values)
            put_checksum(frame, 4, crc32(payload))
            if (written := write(descriptor, frame)) != size:
                take_back(written)

        self._series[names] = log
        return log

    def _take_back(self, written: int) -> None:
        """A torn frame would hide all that follows."""
        end = os.fstat(self._descriptor).st_size
        os.ftruncate(self._descriptor, end - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "journal")

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

    def series(self, *names: str) -> Log:
        return lambda step, values: None

    def sync(self) -> None:
        pass

    def close(self) -> None:
        pass


class Reader:
    """The reading end: whole events from a byte position on, points left out where they are not asked for."""

    def __init__(self, path: Path, position: int = 0, *, points: bool = True) -> None:
        self._path = path
        self._points = points
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
            if self._points or not events.is_point(payload):
                yield self.position, events.decode(payload)


def _whole_length(data: bytes) -> int:
    return max((end for end, _ in events.payloads(data)), default=0)
