"""Restores a backup into an empty state folder: nothing starts there until all of it is in place.

The files come first and the database last, in one transaction, so a restore that was cut off has no rows; the same
command goes on with the files that it lacks. With the rows commits the number of the restore, by which it knows them.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from webapp.artifacts import store
from webapp.artifacts.models import Artifact
from webapp.backup import marker, service, tables
from webapp.backup.archive import Archive, Entry, Kind
from webapp.backup.errors import BackupError, DamageError, OccupiedError
from webapp.backup.manifest import Manifest
from webapp.backup.manifest import read as read_manifest
from webapp.backup.marker import Mark
from webapp.backup.progress import Progress
from webapp.datasets import uploads
from webapp.datasets.models import Upload
from webapp.runs.models import Attempt
from webapp.secret import replace_secret
from webapp.workers.models import Worker

# What any command makes in a state folder.
FRESH = {"secrets", "sockets", "logs", "up.lock", "children.lock", marker.NAME, marker.DRAFT}
LONG_AGO = timedelta(hours=1)  # past every lease
Say = Callable[[str], None]


def restore(path: Path, say: Say) -> Manifest:
    """Restore into the state folder, store and database of the settings. Raises BackupError, EmbeddedError, OSError."""
    state = Path(settings.STATE)
    try:
        with Archive.reading(path) as archive, service.held(state) as lock:
            mark = marker.read(state)
            if mark is None:
                _check_empty(state, path)
            else:
                _check_place(state, mark)
            name, manifest = _read(archive, say)
            if mark is not None and mark.manifest != name:
                raise BackupError(
                    _("Another backup was being restored into %(state)s. Go on with that one, or remove the folder.")
                    % {"state": state}
                )
            _restore(archive, mark or Mark(name, _store(), service.name(), uuid4().hex), manifest, lock, say)
    except DamageError as error:
        raise BackupError(_("%(error)s Nothing of it was restored. Use another backup.") % {"error": error}) from None
    return manifest


def _read(archive: Archive, say: Say) -> tuple[str, Manifest]:
    """The manifest of a backup of which every byte is right."""
    name, manifest = read_manifest(archive)
    progress = Progress(say, _("Compared %(done)s of %(total)s."), sum(entry.size for entry in archive.entries()))
    for entry in archive.entries():
        archive.verify(entry)
        progress.grown(entry.size)
    return name, manifest


def _store() -> str:
    return str(store.root().resolve())


def _check_place(state: Path, mark: Mark) -> None:
    """Refuse to go on with another store or database: nobody looked whether they are empty."""
    if (mark.store, mark.database) != (_store(), service.name()):
        database = _("the database %(name)s") % {"name": mark.database} if mark.database else _("no DATABASE_URL")
        raise BackupError(
            _(
                "The restore into %(state)s was begun with the store %(store)s and %(database)s. Set STORAGE_URL and "
                "DATABASE_URL as they were then, or restore into a new folder."
            )
            % {"state": state, "store": mark.store, "database": database}
        )


def _check_empty(state: Path, backup: Path) -> None:
    """Refuse to mix what is restored with what is there."""
    others = sorted(
        file.name for file in state.iterdir() if file.name not in FRESH and file.resolve() != backup.resolve()
    )
    if others or any(store.root().glob("[0-9a-f][0-9a-f]")):
        where = state if others else store.root()
        raise BackupError(
            _(
                "%(where)s is not empty. Restore into a new folder: set TRAINYARD_STATE to one, and STORAGE_URL where "
                "you use it."
            )
            % {"where": where}
        )


def _restore(archive: Archive, mark: Mark, manifest: Manifest, lock: int, say: Say) -> None:
    state = Path(settings.STATE)
    _check_room(archive, manifest)
    if service.is_elsewhere() and tables.origin() != mark.restore:
        tables.check_vacant()
    marker.put(state, mark)
    try:
        with nullcontext() if service.is_elsewhere() else service.served(state, lock):
            _fill(archive, mark, manifest, say)
    except OccupiedError:
        raise  # the backup is right, and goes on when the database is empty again
    except (BackupError, DamageError):
        _clear(state, mark, manifest)
        raise
    marker.remove(state)


def _clear(state: Path, mark: Mark, manifest: Manifest) -> None:
    """Leave nothing of a backup that is refused, and everything that others put beside it meanwhile."""
    files = _files(mark, manifest)
    if manifest.worker:
        files.append(state / "attempts" / "worker-name")
    for file in files:
        with suppress(OSError):
            file.unlink()
    for folder in (*{file.parent for file in files}, store.root()):
        with suppress(OSError):
            folder.rmdir()
    if not service.is_elsewhere():
        for folder in state.glob("postgresql*"):
            shutil.rmtree(folder, ignore_errors=True)
    marker.remove(state)


def _files(mark: Mark, manifest: Manifest) -> list[Path]:
    """Every file that this restore may have put into the store."""
    return [
        *(store.unverified_path(name) for name in manifest.files),
        *(uploads.path(Upload(pk=upload.id)) for upload in manifest.uploads),
        _temporary(mark),
    ]


def _temporary(mark: Mark) -> Path:
    """Where a file of this restore grows, one at a time."""
    return store.root() / "incoming" / f"put-{mark.restore}"


def _fill(archive: Archive, mark: Mark, manifest: Manifest, say: Say) -> None:
    if tables.origin() == mark.restore:
        return  # it was committed, as the last of all
    _place_files(archive, mark, manifest, say)
    _place_secrets(Path(settings.STATE), manifest)
    say(_("The files are in place. Now the database."))
    try:
        with transaction.atomic():
            tables.vacate()
            _load(archive, manifest)
            tables.sign(mark.restore)
    except OperationalError:
        raise
    except DatabaseError as error:
        reason = str(error).splitlines()[0]
        raise BackupError(
            _("The backup does not fit into a database: %(reason)s. Use another backup.") % {"reason": reason}
        ) from None


def _place_files(archive: Archive, mark: Mark, manifest: Manifest, say: Say) -> None:
    incoming = store.root() / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    progress = Progress(say, _("Restored %(done)s of %(total)s."), sum(entry.size for entry in archive.entries()))
    temporary = _temporary(mark)
    for name in manifest.files:
        entry, target = _part(archive, Kind.FILE, name), store.unverified_path(name)
        _place(archive.blocks(entry), target, temporary, 0o440)
        progress.grown(entry.size)
    for upload in manifest.uploads:
        entry, target = _part(archive, Kind.UPLOAD, upload.sha256), uploads.path(Upload(pk=upload.id))
        _place(archive.blocks(entry), target, temporary, 0o600)
        progress.grown(entry.size)
    for folder in (*store.root().glob("[0-9a-f][0-9a-f]"), incoming, store.root()):
        marker.sync_folder(folder)


def _part(archive: Archive, kind: Kind, sha256: str) -> Entry:
    entry = archive.find(kind, sha256)
    assert entry is not None, "read_manifest looked for every part"
    return entry


def _place(blocks: Iterable[bytes], target: Path, temporary: Path, mode: int) -> None:
    """Write a file whole or not at all. One that is there came from the same backup, whole."""
    if not target.exists():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        temporary.unlink(missing_ok=True)  # left by a try that was killed
        try:
            _write(blocks, temporary, mode)
            temporary.rename(target)
        finally:
            temporary.unlink(missing_ok=True)


def _write(blocks: Iterable[bytes], path: Path, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
        file.writelines(blocks)
        file.flush()
        os.fsync(file.fileno())


def _place_secrets(state: Path, manifest: Manifest) -> None:
    """What sessions are signed with, and the name under which this machine's worker takes up its own runs again."""
    replace_secret(state / "secrets" / "django", manifest.secret_key)
    if manifest.worker:
        attempts = state / "attempts"
        attempts.mkdir(mode=0o700, exist_ok=True)
        (attempts / "worker-name").write_text(f"{manifest.worker}\n")


def _load(archive: Archive, manifest: Manifest) -> None:
    """Tables as they were, their rows, and then what this release makes of them."""
    tables.make(manifest.migrations)
    shapes = {shape.name: shape for shape in tables.shapes(tables.existing())}
    if {table.name for table in manifest.tables} != set(shapes):
        raise BackupError(
            _("The backup has other tables than this release makes. Restore it with the release that made it.")
        )
    for table in manifest.tables:
        tables.fill(table, shapes[table.name], archive.blocks(_part(archive, Kind.TABLE, table.sha256)))
    for sequence in manifest.sequences:
        if shape := shapes.get(sequence.table):
            tables.advance(sequence, shape)
    tables.update()
    _settle(manifest)


def _settle(manifest: Manifest) -> None:
    """No row without its file, and nobody who works here yet, whatever this machine's clock says."""
    if lacking := set(Artifact.objects.values_list("pk", flat=True)).difference(manifest.files, manifest.missing):
        raise BackupError(
            _("The backup lacks %(count)s files that its rows name. Use another backup.") % {"count": len(lacking)}
        )
    partial = [upload.id for upload in manifest.uploads]
    lacking_uploads = Upload.objects.filter(state=Upload.State.RECEIVING).exclude(pk__in=partial)
    lacking_uploads.update(state=Upload.State.TERMINATED)
    Attempt.objects.filter(ended=None).update(lease_until=Now() - LONG_AGO)
    Worker.objects.update(seen=Now() - LONG_AGO, load={})


def _check_room(archive: Archive, manifest: Manifest) -> None:
    needed = sum(
        _part(archive, Kind.FILE, name).size for name in manifest.files if not store.unverified_path(name).exists()
    )
    folder = next(folder for folder in (store.root(), *store.root().parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    if needed > free:
        gaps = {"needed": filesizeformat(needed), "free": filesizeformat(free), "folder": folder}
        raise BackupError(
            _("The backup needs %(needed)s, and %(folder)s has room for %(free)s. Make room, or choose another disk.")
            % gaps
        )
