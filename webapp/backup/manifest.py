"""What a backup holds, and what belongs together in it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from webapp.backup.archive import Archive, Entry, Kind
from webapp.backup.errors import BackupError

LARGEST = 1 << 28  # bytes: the names of three million files
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class Part(BaseModel):
    """Something that a manifest names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Table(Part):
    """One table's rows, in PostgreSQL's text format for COPY."""

    name: Identifier
    columns: tuple[Identifier, ...]
    sha256: Sha256


class Sequence(Part):
    """Where the numbers of a column stand."""

    table: Identifier
    column: Identifier
    value: int = Field(ge=1, le=2**63 - 1)
    is_called: bool


class Upload(Part):
    """The bytes that an unfinished upload has."""

    id: UUID
    sha256: Sha256


class Manifest(Part):
    """``files`` are the stored files that rows name, ``missing`` those of them that the backup could not get."""

    format: Literal[1] = 1
    created: datetime
    migrations: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...]
    files: tuple[Sha256, ...]
    missing: tuple[Sha256, ...]
    uploads: tuple[Upload, ...]
    secret_key: str = Field(min_length=1)
    worker: str = Field(
        pattern=r"^[A-Za-z0-9._-]{0,200}$", description="The worker's name, where the state folder has one."
    )


def read(archive: Archive) -> tuple[str, Manifest]:
    """The manifest's SHA-256 and the manifest, of which every part is there. Raises BackupError and DamageError."""
    entry = archive.entries()[-1]
    if entry.kind != Kind.MANIFEST or entry.size > LARGEST:
        raise BackupError(_("%(path)s is no backup that this release of Trainyard can read.") % {"path": archive.path})
    try:
        manifest = Manifest.model_validate_json(b"".join(archive.blocks(entry)))
    except ValidationError:
        raise BackupError(
            _(
                "%(path)s was made by another release of Trainyard, or by another program. Restore it with the release"
                " that made it."
            )
            % {"path": archive.path}
        ) from None
    for part in parts(archive, manifest):
        if part is None:
            raise BackupError(_("A part of %(path)s is missing. Use another backup.") % {"path": archive.path})
    return entry.sha256, manifest


def parts(archive: Archive, manifest: Manifest) -> list[Entry | None]:
    """Where everything that the manifest names stands in the archive."""
    names = [(Kind.TABLE, table.sha256) for table in manifest.tables]
    names += [(Kind.FILE, name) for name in manifest.files] + [
        (Kind.UPLOAD, upload.sha256) for upload in manifest.uploads
    ]
    return [archive.find(kind, name) for kind, name in names]
