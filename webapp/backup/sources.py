"""Files that a backup reads, and the errors of reading apart from those of writing."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from webapp.artifacts import store
from webapp.artifacts.pins import Pins
from webapp.backup.archive import BLOCK
from webapp.backup.errors import DamageError
from webapp.datasets import uploads
from webapp.datasets.models import Upload


@dataclass(frozen=True)
class Source:
    """The first ``size`` bytes of a file; all of it where none is given."""

    path: Path
    size: int | None = None

    def blocks(self) -> Iterator[bytes]:
        """Raises DamageError where it cannot be read."""
        try:
            with self.path.open("rb", buffering=0) as stream:
                remaining = os.fstat(stream.fileno()).st_size if self.size is None else self.size
                while remaining and (block := stream.read(min(BLOCK, remaining))):
                    remaining -= len(block)
                    yield block
        except FileNotFoundError:
            raise DamageError(_("it is missing")) from None
        except OSError as error:
            raise DamageError(_("it cannot be read: %(error)s") % {"error": error.strerror}) from None
        if remaining:
            raise DamageError(_("a part of it is missing"))

    def pinned(self, pins: Pins) -> "Source | None":
        """The same that stays, whoever removes it; None in a file system where that is not possible."""
        try:
            path = pins.pin(self.path)
        except FileNotFoundError:
            return self  # who reads it finds out
        return None if path is None else Source(path, self.size)


def of_file(sha256: str) -> Source:
    """A stored file."""
    return Source(store.unverified_path(sha256))


def of_upload(upload: Upload) -> Source:
    """The bytes that were acknowledged. One that is whole may be a stored file by now."""
    path = uploads.path(upload)
    if upload.sha256 and not path.exists():
        path = store.unverified_path(upload.sha256)
    return Source(path, upload.offset)
