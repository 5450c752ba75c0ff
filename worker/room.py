"""Room on the disks that this worker and its database write to: where little is left, nothing trains. One that can only
be read has none.

The agent looks each turn, so that runs end while a database on the same disk can still store why. Where something fills
the disk faster than that, the database is given the reserve, once nothing trains that would eat it up. Runs that paused
for this go on by themselves when there is room again. What their folders give back is room for all of them but the one
that had taken the most: it would fill the disk again.
"""

import errno
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.db.models import F, Q
from psycopg.errors import DiskFull

from webapp.artifacts import store
from webapp.runs.models import Attempt, State
from webapp.workers.models import Worker
from webapp.workers.queries import heard_of
from worker import ends
from worker.claim import LEASE

MEBIBYTE = 1024 * 1024
LEAST = 64 * MEBIBYTE  # bytes; with less on any of the disks nothing trains
ENOUGH = 16 * MEBIBYTE  # bytes more than that, and on some disk more than there were when a run found no room
UNKNOWN = sys.maxsize  # bytes of a disk that cannot be asked
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
RESERVE = 64 * MEBIBYTE  # bytes; PostgreSQL needs 16 MiB at once when a segment of its log is full


def is_want_of_room(error: Exception) -> bool:
    """Whether a file or the database could not be written for want of room."""
    return isinstance(error.__cause__, DiskFull) or (isinstance(error, OSError) and error.errno in NO_ROOM)


class Reserve:
    """A file that does nothing but take room beside the embedded database, which can have it when it needs it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database / "reserve"

    def lacking(self) -> int:
        """Bytes that are spoken for and not taken; none where no database is."""
        return RESERVE if self._database.exists() and not self._path.exists() else 0

    def make(self) -> None:
        """Take the room. Raises OSError where there is none."""
        temporary = self._path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE)
            temporary.rename(self._path)
        finally:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)

    def give(self) -> None:
        with suppress(OSError):  # of a disk that can only be read nothing can be given
            self._path.unlink(missing_ok=True)


class Room:
    """Compares the room there is with what each run met. Where the worker was started since, a run is tried once."""

    def __init__(self, state: Path) -> None:
        self._database = state / "postgresql"  # there only where `manage.py up` keeps one
        self._reserve = Reserve(self._database)
        self._attempts = state / "attempts"
        store.root().mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folders = [folder for folder in (state, self._attempts, store.root(), self._database) if folder.exists()]
        self._disks = {folder.stat().st_dev: folder for folder in self._folders}
        # Noted when the disk was found full, for runs that are not paused yet: what the one that had taken the most met
        # at least, and what the others met.
        self._greedy: dict[UUID, tuple[int, ...]] = {}
        self._modest: dict[UUID, tuple[int, ...]] = {}
        self._met: dict[UUID, tuple[int, ...]] = {}
        self._first = True
        self._was_read_only = False  # since the last look

    def left(self) -> tuple[int, ...]:
        """Bytes on each of the disks. What the reserve lacks is spoken for. A folder may be mounted anew,
        to be read only."""
        if any(map(_is_read_only, self._folders)):
            self._was_read_only = True
            return (0,) * len(self._disks)
        return tuple(_free(folder, self._spoken_for(folder)) for folder in self._disks.values())

    def is_low(self) -> bool:
        return min(self.left()) < LEAST

    def give_reserve(self) -> None:
        """Let the database have the reserve; it is taken back when there is room. For when nothing trains."""
        self._reserve.give()

    def run_out(self, folders: Mapping[UUID, Path]) -> None:
        """Note what these runs, whose attempts have the folders, met: there is too little room for them."""
        rooms = self.left()
        sizes = {run: _given_back(folder) for run, folder in folders.items()}
        greedy = max(sizes, key=sizes.__getitem__)
        self._modest = {run: rooms for run in sizes if run != greedy}
        self._greedy = {greedy: self._with(rooms, sum(sizes.values()))}

    def look(self, worker: Worker) -> None:
        """Queue the runs again for which there is room now."""
        rooms = self.left()
        self._met = {run: self._met.get(run) or self._met_by(run, rooms) for run in _waiting(Q(worker=worker))}
        self._first = self._was_read_only = False
        if min(rooms) < LEAST + ENOUGH:
            return
        if self._reserve.lacking():
            try:
                self._reserve.make()
            except OSError:
                return  # a quota, or somebody was faster
        own = [run for run, met in self._met.items() if any(map(_has_more, rooms, met))]
        for run in (*own, *_waiting(_forsaken(worker))):
            ends.go_on_if(run, [ends.DISK_FULL.code], ends.ROOM_AGAIN)
            self._met.pop(run, None)

    def _met_by(self, run: UUID, rooms: tuple[int, ...]) -> tuple[int, ...]:
        """What a run met that is seen paused now for the first time."""
        if self._first or self._was_read_only:
            return (0,) * len(rooms)
        return self._modest.pop(run, None) or tuple(map(max, rooms, self._greedy.pop(run, rooms)))

    def _with(self, rooms: tuple[int, ...], given_back: int) -> tuple[int, ...]:
        disk = self._attempts.stat().st_dev
        return tuple(
            room + (given_back if device == disk else 0) for device, room in zip(self._disks, rooms, strict=True)
        )

    def _spoken_for(self, folder: Path) -> int:
        return self._reserve.lacking() if folder == self._database else 0


def _free(folder: Path, spoken_for: int) -> int:
    """Bytes that are free; that a disk cannot be asked now is told by who needs it."""
    try:
        return shutil.disk_usage(folder).free - spoken_for
    except OSError:
        return UNKNOWN


def _is_read_only(folder: Path) -> bool:
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _has_more(now: int, then: int) -> bool:
    return UNKNOWN not in (now, then) and now >= then + ENOUGH


def _given_back(folder: Path) -> int:
    """Bytes that the disk has again without the folder: not those of files that have another name in the store."""
    size = 0
    for parent, _folders, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # an attempt is at work in there
                status = Path(parent, name).lstat()
                size += status.st_blocks * 512 if status.st_nlink == 1 else 0
    return size


def _forsaken(worker: Worker) -> Q:
    """Of workers that are gone, this one left out."""
    return Q(worker=None) | ~(heard_of(LEASE, "worker__") | Q(worker=worker))


def _waiting(whose: Q) -> list[UUID]:
    """Runs whose last attempt was such a worker's and met a full disk."""
    last = Attempt.objects.filter(whose, number=F("run__attempt"))
    full = last.filter(run__state=State.PAUSED, run__reason_code=ends.DISK_FULL.code)
    return list(full.values_list("run_id", flat=True))
