"""One file that holds many, each named by the SHA-256 of its content: a tar of plain files, which `tar -tvf` lists too.

Nothing else may stand in it, so its reader knows no links, paths, sparse files or compression, and needs no
trust: a name is one of four words, a slash and a hash. The header of a file is written after its bytes, so what
was cut off has none.
"""

import fcntl
import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from django.utils.translation import gettext as _

from webapp.backup.errors import BackupError, DamageError

BLOCK = 1 << 20  # bytes that are read or written together
SECTOR = tarfile.BLOCKSIZE  # bytes; a header is one, and contents are filled up to whole ones
SYNC = 64 << 20  # bytes that wait for the disk at most
NAME = re.compile(r"(files|tables|uploads|manifest)/([0-9a-f]{64})")


class Kind(StrEnum):
    """What a file in the archive is."""

    FILE = "files"
    TABLE = "tables"
    UPLOAD = "uploads"
    MANIFEST = "manifest"


@dataclass(frozen=True)
class Entry:
    """One file in the archive: where its header begins and how long its content is, in bytes."""

    kind: Kind
    sha256: str
    at: int
    size: int

    @property
    def begin(self) -> int:
        return self.at + SECTOR

    def header(self) -> bytes:
        """The one way to write what a tar says of it: of a plain file, without a time or an owner."""
        facts = tarfile.TarInfo(f"{self.kind}/{self.sha256}")
        facts.size, facts.mode = self.size, 0o600
        return facts.tobuf(tarfile.GNU_FORMAT)

    @property
    def end(self) -> int:
        """Where the next header begins."""
        return self.begin + -(-self.size // SECTOR) * SECTOR


class Archive:
    """An open archive. ``entries`` are its whole files, in the order in which they came."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._file = descriptor
        self._entries: dict[tuple[Kind, str], Entry] = {}
        self._end = self._synced = 0

    @classmethod
    @contextmanager
    def reading(cls, path: Path) -> Iterator[Self]:
        """Open one that is whole. Raises BackupError for what is none, and OSError."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe of this name is not waited for
        try:
            archive = cls(path, descriptor)
            archive._list()
            if not archive.entries() or not archive._is_sealed():
                raise BackupError(
                    _("%(path)s is no backup of Trainyard, or it is damaged or cut off. Use another one.")
                    % {"path": path}
                )
            yield archive
        finally:
            os.close(descriptor)

    def entries(self) -> list[Entry]:
        return list(self._entries.values())

    def find(self, kind: Kind, sha256: str) -> Entry | None:
        return self._entries.get((kind, sha256))

    def blocks(self, entry: Entry) -> Iterator[bytes]:
        """The content of a file; at its end it is known to be whole, or DamageError is raised."""
        digest, at, end = hashlib.sha256(), entry.begin, entry.begin + entry.size
        while at < end and (block := os.pread(self._file, min(BLOCK, end - at), at)):
            digest.update(block)
            at += len(block)
            yield block
        if digest.hexdigest() != entry.sha256 or any(os.pread(self._file, entry.end - end, end)):
            raise DamageError(_("%(name)s in %(path)s is damaged.") % {"name": entry.sha256[:12], "path": self.path})

    def verify(self, entry: Entry) -> None:
        """Read a file. Raises DamageError."""
        for _block in self.blocks(entry):
            pass

    def _list(self) -> None:
        """Note every file, up to the first header that is none."""
        size = os.fstat(self._file).st_size
        while (entry := self._entry_at(self._end)) is not None and entry.end <= size:
            self._add(entry)

    def _entry_at(self, at: int) -> Entry | None:
        """The file whose header begins here; None where anything else stands."""
        header = os.pread(self._file, SECTOR, at)
        try:
            info = tarfile.TarInfo.frombuf(header, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            return None
        name = NAME.fullmatch(info.name)
        if name is None or info.size < 0:
            return None
        entry = Entry(Kind(name[1]), name[2], at, info.size)
        return entry if entry.header() == header else None

    def _is_sealed(self) -> bool:
        return os.pread(self._file, 3 * SECTOR, self._end) == bytes(2 * SECTOR)

    def _add(self, entry: Entry) -> None:
        self._entries[entry.kind, entry.sha256] = entry
        self._end = entry.end


class Draft(Archive):
    """An archive that grows. One that was cut off goes on where its last whole file ends."""

    @classmethod
    @contextmanager
    def open(cls, path: Path, grown: Callable[[int], None]) -> Iterator[Self]:
        """Make it, or go on with it; ``grown`` is told how many bytes came in or were found whole. Raises OSError."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _lock(path, descriptor)
            os.fchmod(descriptor, 0o600)
            draft = cls(path, descriptor)
            draft._list()
            draft._cut(grown)
            yield draft
        finally:
            os.close(descriptor)

    def add(self, kind: Kind, blocks: Iterable[bytes], sha256: str | None = None) -> Entry:
        """Append a file. Raises DamageError, with nothing appended, where it is not ``sha256``; and OSError."""
        digest, at = hashlib.sha256(), self._end + SECTOR
        for block in blocks:
            digest.update(block)
            self._write(block, at)
            at += len(block)
            self._keep_up(at)
        entry = Entry(kind, digest.hexdigest(), self._end, at - self._end - SECTOR)
        if sha256 is not None and entry.sha256 != sha256:
            raise DamageError(_("it is damaged"))
        return self._entries.get((kind, entry.sha256)) or self._finish(entry)

    def seal(self) -> None:
        """Write the mark of a tar's end, and have all on the disk, from which it is read again from now on."""
        os.ftruncate(self._file, self._end)
        os.ftruncate(self._file, self._end + 2 * SECTOR)
        os.fsync(self._file)
        os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)

    def _finish(self, entry: Entry) -> Entry:
        end = entry.begin + entry.size
        self._write(bytes(entry.end - end), end)
        self._write(entry.header(), entry.at)
        self._add(entry)
        return entry

    def _cut(self, grown: Callable[[int], None]) -> None:
        """Keep the stored files that are whole, up to the first that is not, and nothing that was taken
        from a database.
        """
        entries, self._entries, self._end = self.entries(), {}, 0
        for entry in entries:
            try:
                if entry.kind != Kind.FILE:
                    break
                self.verify(entry)
            except DamageError:
                break
            self._add(entry)
            grown(entry.size)
        os.ftruncate(self._file, self._end)

    def _keep_up(self, at: int) -> None:
        """Have the disk keep up: runs write checkpoints meanwhile, and wait for all that waits for it."""
        if abs(at - self._synced) >= SYNC:
            os.fdatasync(self._file)
            os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)
            self._synced = at

    def _write(self, block: bytes, at: int) -> None:
        view = memoryview(block)
        while view:
            count = os.pwrite(self._file, view, at)
            at, view = at + count, view[count:]


def _lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BackupError(
            _("Another backup writes %(path)s now. Wait for it, or choose another name.") % {"path": path}
        ) from None
