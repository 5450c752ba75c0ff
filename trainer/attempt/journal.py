"""The attempt's journal: appended by one process, read by any, whoever dies."""

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from mmap import ALLOCATIONGRANULARITY, mmap
from pathlib import Path
from typing import Protocol
from zlib import crc32

from trainer.attempt import clock, events
from trainer.errors import TrainerError

SPAN = 128 * 1024  # bytes: some two thousand points


class Log(Protocol):
    """Records one point of each metric of a series set."""

    def __call__(self, step: int, values: Sequence[float]) -> None: ...


class Journal:
    """The writing end. Opening cuts a torn tail.

    What is written is stored into the mapped file, without a call of the system, so a killed process loses
    nothing. The file grows by SPAN, whose room is taken beforehand: a write raises OSError when there is none,
    and has then written nothing.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._descriptor, end := end_of(path))
        self._base, self._at, self._room = (
            end,
            0,
            0,
        )  # where the window begins, in bytes of the file; where in it the next frame goes
        self._window = memoryview(b"")
        self._series: dict[tuple[str, ...], Log] = {}
        self._began = clock.beginning()

    def write(self, event: events.Event) -> None:
        """Append an event. Raises TrainerError for one that no reader would take: it would hide all that follows."""
        data = events.encode(event)
        header, size = events.HEADER.size, len(data)
        if size > header + events.LARGEST_FRAME:
            raise TrainerError(
                "report_too_large",
                "What this run has to report is larger than the %(most)s MiB that are kept. "
                "Use fewer classes, or shorter names for them.",
                most=events.LARGEST_FRAME >> 20,
            )
        self._make_room(size)
        self._window[self._at + header : self._at + size] = data[header:]
        self._window[self._at : self._at + header] = data[:header]  # last: a frame without it has not begun
        self._at += size

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Record one point of each named metric at ``step``. No waiting, no synchronisation, no JSON."""
        self.series(*values)(step, tuple(values.values()))

    def series(self, *names: str) -> "Log":
        """What records one point of each of these metrics: ``log(step, values)``. For loops: it looks nothing up.

        The same metrics have one series set, however often they are asked for: a second training in this journal goes
        on in it.
        """
        if log_of_names := self._series.get(names):
            return log_of_names
        number = len(self._series)
        self.write(events.Series(id=number, names=names))
        point = struct.Struct(f"{events.POINT.format}{len(names)}d")
        frame = struct.Struct(f"{events.HEADER.format}{point.size}s")
        pack, put, length, size = point.pack, frame.pack_into, point.size, frame.size
        steady, began = clock.steady, self._began

        def log(step: int, values: Sequence[float]) -> None:
            if self._at + size > self._room:
                self._make_room(size)
            payload = pack(b"P", number, step, began + steady(), *values)
            put(
                self._window, self._at, length, crc32(payload), payload
            )  # half of it, read or left so, has a wrong checksum
            self._at += size

        self._series[names] = log
        return log

    def _make_room(self, size: int) -> None:
        """Have the window hold ``size`` bytes more."""
        if self._at + size <= self._room:
            return
        end = self._base + self._at
        base = end - end % ALLOCATIONGRANULARITY
        room = end - base + max(size, SPAN)
        os.posix_fallocate(self._descriptor, base, room)  # else a full disk would end the process at a store
        self._window = memoryview(mmap(self._descriptor, room, offset=base))
        self._base, self._at, self._room = base, end - base, room

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Leave the file as long as what was written."""
        end, self._window, self._room = self._base + self._at, memoryview(b""), 0
        os.ftruncate(self._descriptor, end)
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

    def has_more(self) -> bool:
        """Whether something stands behind what was read."""
        return any(self._bytes(events.HEADER.size))

    def read(self) -> Iterator[tuple[int, events.Event]]:
        """Events that are whole by now, each with the position behind it. Reads no more than the largest
        event may have.
        """
        data = self._bytes(events.LARGEST_FRAME + events.HEADER.size)
        start = self.position
        for end, payload in events.payloads(data):
            self.position = start + end
            if self._points or not events.is_point(payload):
                yield self.position, events.decode(payload)

    def is_damaged(self) -> bool:
        """Whether what stands at the position cannot be read, and something whole stands behind it."""
        data = self._bytes(events.LARGEST_FRAME + events.HEADER.size)
        return next(events.payloads(data), None) is None and events.hides(data)

    def _bytes(self, limit: int) -> bytes:
        """At most so many bytes from the position on; none where no journal is."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return b""
        try:
            return os.pread(descriptor, limit, self.position)
        finally:
            os.close(descriptor)


def end_of(path: Path) -> int:
    """The position behind the last whole frame. The file may be longer: a killed process leaves room that
    it had taken.
    """
    data = path.read_bytes() if path.exists() else b""
    return max((end for end, _ in events.payloads(data)), default=0)
