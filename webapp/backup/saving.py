"""Makes a backup while runs train: first the stored files that there are, then one moment of the database and what is
new in it.

Only for that moment nobody removes files. Those that it names get second names, so their copies may take their time. A
backup that was cut off keeps the files it had, and looks at the database anew.
"""

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from webapp.artifacts import removing, store
from webapp.artifacts.models import Artifact
from webapp.artifacts.pins import Pins, pins
from webapp.backup import manifest, marker, sources, tables
from webapp.backup.archive import Archive, Draft, Kind
from webapp.backup.errors import BackupError, DamageError
from webapp.backup.manifest import Manifest
from webapp.backup.progress import Progress
from webapp.backup.sources import Source
from webapp.datasets.models import Upload

SPARE = 128 << 20  # bytes that the disk keeps free: with less on it nothing trains
Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """A backup that was made: its bytes, how many stored files it has, and why it lacks others, by name."""

    size: int
    files: int
    missing: Mapping[str, str]


def save(path: Path, say: Say) -> Outcome:
    """Back up database and store into a new file. Raises BackupError, OSError for where it is written, and those
    of the database.
    """
    if path.exists():
        raise BackupError(_("%(path)s exists. Choose another name, or remove it first.") % {"path": path})
    applied, part = tables.migrations(), path.with_name(f"{path.name}.part")
    sizes = dict(Artifact.objects.values_list("sha256", "size"))
    progress = Progress(say, _("Saved %(done)s of %(total)s."), sum(sizes.values()))
    with Draft.open(part, progress.grown) as draft:
        _check_room(draft, sum(sizes.values()))
        saving = _Saving(draft, progress)
        saving.add_files(sizes)
        say(_("The stored files are saved. Now the database, and what is new since."))
        manifest = saving.add_moment(applied)
        draft.seal()
        say(_("Written. Now all of it is read back and compared."))
        size = _verify(part)
        _publish(part, path)
    return Outcome(size, len(manifest.files), saving.missing)


class _Saving:
    """The way of the files and rows into a draft."""

    def __init__(self, draft: Draft, progress: Progress) -> None:
        self._draft = draft
        self._progress = progress
        self.missing: dict[str, str] = {}

    def add_files(self, names: Mapping[str, int]) -> None:
        """Add stored files that there are now. One that is damaged or gone is judged by the moment that may name it."""
        for name in names:
            with suppress(DamageError):
                self._add(name, sources.of_file(name))

    def add_moment(self, applied: tuple[tuple[str, str], ...]) -> Manifest:
        """Add the database as it is at one moment, the files that it names, and what tells of it all."""
        shapes = tables.shapes(tables.ours())
        with pins() as holder, ExitStack() as staying:
            staying.enter_context(removing.all_stay())
            with tables.snapshot(shapes):
                names = list(Artifact.objects.values_list("pk", flat=True))
                later = self._pin(names, holder)
                partial = self._pin_uploads(holder)
                staying.close()
                rows = tuple(self._add_rows(shape) for shape in shapes)
                sequences = tuple(sequence for shape in shapes for sequence in tables.sequences(shape))
            for name, source in later.items():
                self._add_or_miss(name, source)
            uploads = tuple(self._add_uploads(partial))
        manifest = Manifest(
            created=datetime.now(UTC),
            migrations=applied,
            tables=rows,
            sequences=sequences,
            files=tuple(name for name in names if name not in self.missing),
            missing=tuple(self.missing),
            uploads=uploads,
            secret_key=settings.SECRET_KEY,
            worker=_worker_name(),
        )
        self._draft.add(Kind.MANIFEST, [manifest.model_dump_json().encode()])
        return manifest

    def _pin(self, names: list[str], holder: Pins) -> dict[str, Source]:
        """What has to be copied yet. Where files have one name only, it is copied now."""
        later = {}
        for name in names:
            if self._draft.find(Kind.FILE, name) is None:
                source = sources.of_file(name)
                if pinned := source.pinned(holder):
                    later[name] = pinned
                else:
                    self._add_or_miss(name, source)
        return later

    def _pin_uploads(self, holder: Pins) -> dict[Upload, Source]:
        parts = {row: sources.of_upload(row) for row in Upload.objects.filter(state=Upload.State.RECEIVING)}
        return {row: source.pinned(holder) or source for row, source in parts.items()}

    def _add_rows(self, shape: tables.Shape) -> manifest.Table:
        entry = self._draft.add(Kind.TABLE, tables.rows(shape))
        return manifest.Table(name=shape.name, columns=shape.columns, sha256=entry.sha256)

    def _add_uploads(self, partial: Mapping[Upload, Source]) -> list[manifest.Upload]:
        """One that is not there was ended in that moment, or had been lost: whoever sent it begins again."""
        uploads = []
        for row, source in partial.items():
            with suppress(DamageError):
                uploads.append(manifest.Upload(id=row.pk, sha256=self._draft.add(Kind.UPLOAD, source.blocks()).sha256))
        return uploads

    def _add_or_miss(self, name: str, source: Source) -> None:
        try:
            self._add(name, source)
        except DamageError as error:
            self.missing[name] = str(error)

    def _add(self, name: str, source: Source) -> None:
        if self._draft.find(Kind.FILE, name) is None:
            entry = self._draft.add(Kind.FILE, source.blocks(), name)
            self._progress.grown(entry.size)


def _check_room(draft: Draft, files: int) -> None:
    """Refuse what would fill the disk, on which runs may train."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        needed = (
            2 * cursor.fetchone()[0] + files - sum(entry.size for entry in draft.entries())
        )  # bytes are two letters each
    free = shutil.disk_usage(draft.path.parent).free - SPARE
    if needed > free:
        gaps = {"needed": filesizeformat(needed), "free": filesizeformat(max(0, free)), "folder": draft.path.parent}
        raise BackupError(
            _(
                "The backup may need %(needed)s, and %(folder)s has room for %(free)s. Make room, or choose another "
                "disk."
            )
            % gaps
        )


def _verify(part: Path) -> int:
    """Read all of it from the disk; returns its size. Raises BackupError where the disk gives back something else."""
    try:
        with Archive.reading(part) as archive:
            manifest.read(archive)
            for entry in archive.entries():
                archive.verify(entry)
    except DamageError as error:
        raise BackupError(
            _("What was written cannot be read back: %(error)s Remove %(part)s and use another disk.")
            % {"error": error, "part": part}
        ) from None
    return part.stat().st_size


def _publish(part: Path, path: Path) -> None:
    """Give the whole file its name, which nobody may have taken meanwhile."""
    try:
        if store.link(part, path):
            part.unlink()
        else:
            part.rename(path)
    except FileExistsError:
        raise BackupError(
            _("%(path)s exists by now. The backup is whole, and its name is %(part)s: give it another one.")
            % {"path": path, "part": part}
        ) from None
    marker.sync_folder(path.parent)


def _worker_name() -> str:
    file = Path(settings.STATE) / "attempts" / "worker-name"
    return next(iter(file.read_text().split()), "") if file.exists() else ""
