"""The way of one PATCH to the disk: bytes are hashed as they are written, and acknowledged when they are durable."""

import fcntl
import hashlib
import os
from collections import OrderedDict
from contextlib import ExitStack
from threading import Lock
from typing import Self
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from webapp.artifacts.sums import Digest
from webapp.datasets import uploads
from webapp.datasets.models import Upload
from webapp.datasets.uploads import UploadError

CHECKSUM_MISMATCH = 460
# Bytes. A larger upload does not stay in the system's cache, where it would take the place of what is needed sooner,
# and where fresh memory costs more than the disk; its inspection takes far longer than reading it from the disk.
CACHED = 256 << 20
_REMEMBERED = 1000  # hash states; one that was forgotten is taken again from the file
_hashes: OrderedDict[UUID, tuple[int, Digest]] = OrderedDict()


class Receiver:
    """Writes behind an upload's offset; only one at a time, on however many servers, by a lock on the file.

    Its methods block. Call them from threads; they take turns.
    """

    def __init__(self, upload: Upload, offset: int, checksum: tuple[str, bytes] | None = None) -> None:
        """``checksum`` is the algorithm's name and the digest that the coming bytes must have."""
        self._upload = upload
        self._start = self.offset = self._cached_from = offset
        self._checksum = (hashlib.new(checksum[0]), checksum[1]) if checksum else None
        self._turn = Lock()
        self._file = _locked(upload)
        with ExitStack() as undo:
            undo.callback(self.close)
            self._begin()
            undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> None:
        row = Upload.objects.get(pk=self._upload.pk)
        if row.state != Upload.State.RECEIVING or row.offset != self._start:
            raise UploadError(
                409, _("The upload stands at byte %(offset)s. Go on from there.") % {"offset": row.offset}
            )
        if os.fstat(self._file).st_size < self._start:
            raise UploadError(410, _("What was received of this upload is lost. Begin it again."))
        os.ftruncate(self._file, self._start)
        self._digest = _hash_up_to(self._start, row, self._file)

    def write(self, parts: list[bytes]) -> None:
        """Append ``parts``. Raises UploadError when they are too many or the disk is full; ``discard`` is
        then called for.
        """
        block = b"".join(parts)
        with self._turn:
            if self.offset + len(block) > self._upload.length:
                raise UploadError(
                    413, _("More bytes came than the upload's length of %(length)s.") % {"length": self._upload.length}
                )
            self._digest.update(block)
            if self._checksum:
                self._checksum[0].update(block)
            self._write_all(block)

    def _write_all(self, block: bytes) -> None:
        rest = memoryview(block)
        try:
            while rest:
                written = os.pwrite(self._file, rest, self.offset)
                self.offset += written
                rest = rest[written:]
        except OSError as error:
            if error.errno in uploads.NO_ROOM:
                raise uploads.no_room() from None
            raise

    def flush(self) -> None:
        """Make what is written so far durable, so that ``commit`` has less to wait for. May run beside ``write``."""
        end = self.offset
        os.fdatasync(self._file)
        self._leave_cache(end)

    def _leave_cache(self, end: int) -> None:
        """Let the system forget what is durable up to ``end``."""
        if self._upload.length > CACHED and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._file, self._cached_from, end - self._cached_from, os.POSIX_FADV_DONTNEED)
            self._cached_from = end

    def commit(self, *, whole: bool = True) -> Upload:
        """Acknowledge what was written; a full upload becomes an artifact. Raises UploadError for a wrong checksum.

        Without ``whole`` (the connection was cut) bytes whose checksum can no longer be verified are thrown away.
        """
        with self._turn:
            if self._checksum and (not whole or self._checksum[0].digest() != self._checksum[1]):
                self._throw_away()
                raise UploadError(
                    CHECKSUM_MISMATCH, _("The bytes do not have the announced checksum. Send them again.")
                )
            os.fsync(self._file)
            self._leave_cache(self.offset)
            self._advance()
        self._upload.refresh_from_db()
        is_full = self.offset == self._upload.length
        return uploads.finish(self._upload, self._digest.sums()) if is_full else self._upload

    def _advance(self) -> None:
        full = self.offset == self._upload.length
        moved = Upload.objects.filter(pk=self._upload.pk, offset=self._start, state=Upload.State.RECEIVING).update(
            offset=self.offset, changed=Now(), sha256=self._digest.hexdigest() if full else ""
        )
        if not moved:
            self._throw_away()
            raise uploads.moved_on()
        _remember(self._upload.pk, self.offset, self._digest)
        self._start = self.offset

    def discard(self) -> None:
        """Forget what was written since the last acknowledged byte."""
        with self._turn:
            self._throw_away()

    def _throw_away(self) -> None:
        os.ftruncate(self._file, self._start)
        self.offset = self._start

    def close(self) -> None:
        with self._turn:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1


def _locked(upload: Upload) -> int:
    """The upload's file, held by us alone until it is closed."""
    try:
        file = os.open(uploads.path(upload), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        if Upload.objects.filter(pk=upload.pk, state=Upload.State.COMPLETE).exists():
            raise uploads.moved_on() from None
        raise UploadError(410, _("What was received of this upload is lost. Begin it again.")) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise UploadError(
            423, _("Another connection is sending this upload. Wait for it, or ask for the offset and try again.")
        ) from None
    return file


def _hash_up_to(offset: int, upload: Upload, file: int) -> Digest:
    """The hash of the first ``offset`` bytes: remembered, or read from the file from where the memory ends."""
    at, digest = _hashes.get(upload.pk, (0, Digest()))
    if at > offset:
        at, digest = 0, Digest()
    digest = digest.copy()
    while at < offset and (block := os.pread(file, min(1 << 22, offset - at), at)):
        digest.update(block)
        at += len(block)
    return digest


def _remember(upload: UUID, offset: int, digest: Digest) -> None:
    _hashes[upload] = (offset, digest.copy())
    _hashes.move_to_end(upload)
    while len(_hashes) > _REMEMBERED:
        _hashes.popitem(last=False)
