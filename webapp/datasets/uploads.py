"""Uploads in progress: who may begin one, what is kept of it, and when it is given up.

The bytes of an upload grow in one file of the store's own file system; ``Receiver`` is the one way into it. The row's
``offset`` moves by conditional UPDATE after the bytes are durable, so what was acknowledged is never lost.
"""

import errno
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainer.importing.words import composed
from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.artifacts import removing, store
from webapp.artifacts.store import ArtifactError
from webapp.datasets.models import Upload
from webapp.grace import GRACE

LARGEST = 1 << 40  # bytes of one upload
QUOTA = 1 << 41  # bytes that one person may have announced and not yet turned into data sets
MOST_OPEN = 1000  # uploads of one person
SPARE = 1 << 30  # bytes of the disk that uploads leave free, for the database and for checkpoints
KEPT = timedelta(days=7)  # since the last byte
STRAY_SECONDS = GRACE.total_seconds()  # a younger file may belong to a row that is about to commit
LONGEST_NAME = 200
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
_CREATING = 0x75706C6F6164  # database lock: one upload at a time is weighed against quota and disk


class UploadError(Exception):
    """An upload that cannot begin or go on. ``status`` is what HTTP calls it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def create(owner: User, name: str, length: int, metadata: str = "") -> Upload:
    """Begin an upload of ``length`` bytes; ``metadata`` is the client's and only kept.

    Raises UploadError over quota, size, or the disk's room.
    """
    if length > LARGEST:
        raise UploadError(
            413, _("One upload holds at most %(most)s GiB. Send the data in several files.") % {"most": LARGEST >> 30}
        )
    with transaction.atomic():
        _one_at_a_time()
        _check_quota(owner, length)
        _check_room(length)
        upload = Upload.objects.create(owner=owner, name=clean_name(name), length=length, metadata=metadata)
        path(upload).touch(mode=0o600)
    return upload


def find(user: User, identifier: str) -> Upload:
    """The upload that ``user`` may see. Raises UploadError 404, or 410 for one that was ended."""
    try:
        upload = visible(Upload.objects.all(), user).get(id=UUID(identifier))
    except (ValueError, Upload.DoesNotExist):
        raise UploadError(404, _("There is no such upload. Begin it again.")) from None
    if upload.state == Upload.State.TERMINATED:
        raise UploadError(410, _("This upload was ended. Begin it again."))
    return upload


def finish(upload: Upload, sums: bytes = b"") -> Upload:
    """Turn an upload whose bytes are all there into an artifact, with the sums of its blocks where they are at hand.
    Repeating it, after a crash too, does no harm."""
    if upload.state == Upload.State.RECEIVING and upload.sha256 and not path(upload).exists():
        # A crash came between the rename and the commit. Outside the transaction, for it may take long.
        sums = store.verify(upload.sha256)
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        if row.state == Upload.State.RECEIVING and row.offset == row.length and row.sha256:
            if path(row).exists():
                row.artifact = store.adopt(path(row), row.sha256, sums)
            else:
                row.artifact = store.row_of(row.sha256, sums)
            row.state, row.changed = Upload.State.COMPLETE, Now()
            row.save(update_fields=["artifact", "state", "changed"])
    return row


def terminate(upload: Upload) -> None:
    """End an upload and let go of its bytes."""
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        content = row.artifact_id
        row.state, row.artifact, row.changed = Upload.State.TERMINATED, None, Now()
        row.save(update_fields=["artifact", "state", "changed"])
        if content:
            removing.delete(content)
        transaction.on_commit(lambda: path(row).unlink(missing_ok=True))


def expire() -> int:
    """Give up uploads that got no byte for a week, finish whole ones, and remove files that no row knows. Returns
    how many went.
    """
    for whole in Upload.objects.filter(state=Upload.State.RECEIVING, offset=F("length")).exclude(sha256=""):
        with suppress(ArtifactError):  # damaged or gone: it is given up in time
            finish(whole)
    old = list(Upload.objects.filter(changed__lt=Now() - KEPT - GRACE))
    for upload in old:
        terminate(upload)
        upload.delete()
    _remove_strays()
    return len(old)


def path(upload: Upload) -> Path:
    """Where the bytes of an unfinished upload are."""
    return store.incoming() / f"upload-{upload.pk.hex}"


def clean_name(name: str) -> str:
    """A file name without folders, control or invisible characters, of bearable length; its ending is kept."""
    last = composed(name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem, dot, ending = shown.rpartition(".")
    if not dot or len(ending) > 20:
        return shown[:LONGEST_NAME] or "upload"
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATING])


def _check_quota(owner: User, length: int) -> None:
    mine = Upload.objects.filter(owner=owner).exclude(state=Upload.State.TERMINATED)
    if mine.filter(state=Upload.State.RECEIVING).count() >= MOST_OPEN:
        said = ngettext(
            "You have %(count)s unfinished upload. Finish or delete it first.",
            "You have %(count)s unfinished uploads. Finish or delete some first.",
            MOST_OPEN,
        )
        raise UploadError(413, said % {"count": MOST_OPEN})
    unused = mine.filter(artifact__edges=None)  # what a run has read is the data set's
    if (unused.aggregate(total=Sum("length"))["total"] or 0) + length > QUOTA:
        raise UploadError(
            413,
            _("Your uploads together would be larger than %(most)s GiB. Delete some first.") % {"most": QUOTA >> 30},
        )


def _check_room(length: int) -> None:
    disk = os.statvfs(store.incoming())
    if disk.f_flag & os.ST_RDONLY:
        raise no_room()
    receiving = Upload.objects.filter(state=Upload.State.RECEIVING)
    announced = receiving.aggregate(total=Sum(F("length") - F("offset")))["total"] or 0
    if disk.f_bavail * disk.f_frsize - announced - length < SPARE:
        raise no_room()


def moved_on() -> UploadError:
    """What a client hears that sends bytes which are there already."""
    return UploadError(409, _("The upload was changed meanwhile. Ask for its offset and go on from there."))


def no_room() -> UploadError:
    """What a full disk is to the person who uploads."""
    return UploadError(
        507,
        _(
            "The server's disk has no room for this file, or can only be read. Make room, or ask "
            "whoever runs the server."
        ),
    )


def _remove_strays() -> None:
    now = store.time_of_files()
    for file in store.incoming().glob("upload-*"):
        row = Upload.objects.filter(pk=UUID(file.name.removeprefix("upload-")), state=Upload.State.RECEIVING)
        with suppress(FileNotFoundError):
            if now - file.stat().st_mtime > STRAY_SECONDS and not row.exists():
                file.unlink()
