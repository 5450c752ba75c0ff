"""The content-addressed store: a file is named by its SHA-256, is written whole or not at all, and is hashed whenever
it is read.

A file comes in under a temporary name, is fsynced, renamed and its folder fsynced; only then does its row commit.
Whoever adds or removes a file holds a database lock on its name until the end of the transaction, so content that is
put again while its last owner lets go of it stays. No time stamp is trusted: whoever reads a file here by its path
hashes what it reads, or compares its blocks with their sums, which the reading for the hash has left in the database.
"""

import errno
import hashlib
import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.utils.translation import gettext as _

from webapp.artifacts import sums
from webapp.artifacts.models import Artifact
from webapp.artifacts.sums import Digest

NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP}


class ArtifactError(Exception):
    """A stored file that cannot be used, or content that is not what was announced."""


class MissingError(ArtifactError):
    """A file that is not in the store."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            _("The stored file %(name)s is missing. Restore it from a backup, or make it again.")
            % {"name": sha256[:12]}
        )
        self.sha256 = sha256


class DamagedError(ArtifactError):
    """A stored file that is no longer what its name says."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            _("The stored file %(name)s is damaged and was not used. Restore it from a backup, or make it again.")
            % {"name": sha256[:12]}
        )
        self.sha256 = sha256


def root() -> Path:
    """The folder of ``STORAGE_URL``."""
    parts = urlsplit(settings.STORAGE_URL)
    if parts.scheme != "file" or parts.netloc:
        raise ImproperlyConfigured("Set STORAGE_URL to file:///path/of/a/folder; this release has no other storage.")
    return Path(unquote(parts.path))


def incoming() -> Path:
    """Where files grow before they have a name: in the same file system, so that a rename finishes them.

    Raises OSError (ESTALE) where the store's disk is not mounted: what came in would be hidden under it later.
    """
    folder = root() / "incoming"
    if not folder.is_dir():
        if not is_in_reach():
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(root()))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def time_of_files() -> float:
    """The time of day, in seconds since the epoch, by the clock that stamps the files here, which may be a file
    server's: the age of a file is told by no other. Raises OSError."""
    with tempfile.TemporaryFile(dir=incoming()) as file:
        return os.fstat(file.fileno()).st_mtime


def is_in_reach() -> bool:
    """Whether its files can be reached. A folder without any, where the database knows some, is that of a disk that
    is not mounted.
    """
    try:
        return any(root().glob("[0-9a-f][0-9a-f]")) or not Artifact.objects.exists()
    except OSError:
        return False


def put(source: Path | BinaryIO, *, move: bool = False, sha256: str | None = None) -> Artifact:
    """Store a file and return its row; content that is there already is stored once.

    ``move`` gives the file at a path away instead of copying it. Raises ArtifactError when the content is not
    ``sha256``, and OSError, for example for a full disk, with nothing left behind.
    """
    if isinstance(source, Path):
        if move and _can_rename(source):
            return _adopt(source, _checked(sums.of_file(source), sha256))
        with source.open("rb") as stream:
            artifact = put(stream, sha256=sha256)
        if move:
            source.unlink()
        return artifact
    temporary = incoming() / f"put-{uuid4().hex}"
    try:
        return _adopt(temporary, _checked(sums.copy(source, temporary), sha256))
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(frozen=True)
class Brought:
    """A file under a temporary name in the store, on the disk whole, with its hash and the sums of its blocks."""

    path: Path
    sha256: str
    sums: bytes


def bring(source: Path) -> Brought:
    """Take in a file that nobody writes to any more, by a second name for it, or by a copy from another file system.

    Uses no database, so any thread may do it; `adopt` finishes it, or its path is to be removed. Raises OSError, for
    example for a full disk, with nothing left behind.
    """
    temporary = incoming() / f"put-{uuid4().hex}"
    with ExitStack() as undo:
        undo.callback(temporary.unlink, missing_ok=True)
        if link(source, temporary):
            digest = sums.of_file(temporary)
        else:
            with source.open("rb") as stream:
                digest = sums.copy(stream, temporary)
        _sync(temporary)
        undo.pop_all()
    return Brought(temporary, digest.hexdigest(), digest.sums())


def adopt(path: Path, sha256: str, block_sums: bytes = b"") -> Artifact:
    """Make the file at ``path``, in the store's own file system and known to have this hash, an
    artifact by renaming it.

    ``block_sums`` are those that the reading for the hash yielded, where they are at hand.
    """
    _sync(path)
    size = path.stat().st_size
    with transaction.atomic():
        lock(sha256)
        target = _path(sha256)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o440)
        path.rename(target)  # over what may be there: the same content, unless it was damaged
        path.unlink(missing_ok=True)  # rename(2) leaves a second name of the very file that is there
        _sync(target.parent)
        _sync(root())
        return _row(sha256, size, block_sums)


def row_of(sha256: str, block_sums: bytes = b"") -> Artifact:
    """The row of a file that is in the store, made anew where a crash lost it, with its sums. Raises MissingError."""
    with transaction.atomic():
        lock(sha256)
        return _row(sha256, local_path(sha256).stat().st_size, block_sums)


def local_path(sha256: str) -> Path:
    """The path of a file that is there; read it, never write it, and hash what you read. Raises MissingError."""
    path = _path(sha256)
    if not path.is_file():
        raise MissingError(sha256)
    return path


def unverified_path(sha256: str) -> Path:
    """Where a file is, or would be, for those who hash what they read. Raises ArtifactError for what is no name."""
    return _path(sha256)


def read(sha256: str) -> bytes:
    """The content of a small file. Raises MissingError and DamagedError."""
    content = local_path(sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedError(sha256)
    return content


def verify(sha256: str) -> bytes:
    """Read all of a file; returns the sums of its blocks. Raises MissingError and DamagedError."""
    digest = sums.of_file(local_path(sha256))
    if digest.hexdigest() != sha256:
        raise DamagedError(sha256)
    return digest.sums()


def _path(sha256: str) -> Path:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ArtifactError(_("This is not the name of a stored file."))
    return root() / sha256[:2] / sha256


def lock(sha256: str) -> None:
    """For who adds or removes the file of this name, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _row(sha256: str, size: int, block_sums: bytes) -> Artifact:
    artifact, _created = Artifact.objects.get_or_create(sha256=sha256, defaults={"size": size})
    sums.keep(artifact, block_sums)
    return artifact


def _adopt(path: Path, digest: Digest) -> Artifact:
    return adopt(path, digest.hexdigest(), digest.sums())


def _checked(digest: Digest, announced: str | None) -> Digest:
    if announced is not None and digest.hexdigest() != announced:
        raise ArtifactError(_("The content does not have the announced SHA-256. Send it again."))
    return digest


def link(source: Path, target: Path) -> bool:
    """Give a file a second name; False in a file system that has no such thing, or between two. Raises OSError."""
    try:
        os.link(source, target, follow_symlinks=False)
        return True
    except OSError as error:
        if error.errno in NO_LINKS:
            return False
        raise


def _can_rename(path: Path) -> bool:
    return path.stat().st_dev == incoming().stat().st_dev and not path.is_symlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
