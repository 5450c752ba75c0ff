"""Removing stored files: only those that nothing refers to, and none while somebody must find all of them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from django.db import connection, transaction
from django.db.models import ProtectedError

from webapp.artifacts import store
from webapp.artifacts.models import Artifact

_REMOVING = 0x72656D6F7665  # database lock: shared by those who remove files, held alone by who must find all of them


def delete(sha256: str) -> bool:
    """Remove an artifact that nothing refers to; False where something does. The file goes
    when the transaction commits.
    """
    with transaction.atomic():
        store.lock(sha256)
        try:
            with transaction.atomic():
                Artifact.objects.filter(sha256=sha256).delete()
        except ProtectedError:
            return False
        transaction.on_commit(lambda: remove_if_unknown(sha256))
    return True


def delete_on_commit(names: Iterable[str]) -> None:
    """When the transaction commits, remove those of these artifacts that nothing refers to by then.

    Each in a transaction of its own: none waits for a second name while it holds a first, nor undoes what
    the caller did.
    """
    for sha256 in sorted(set(names)):
        transaction.on_commit(partial(delete, sha256), robust=True)


def remove_if_unknown(sha256: str) -> bool:
    """Remove the file of a name that has no row; False where it has one, or all files are to stay for a moment."""
    with transaction.atomic():
        store.lock(sha256)
        if Artifact.objects.filter(sha256=sha256).exists():
            return False
        if not _may_remove():
            return False  # the daily sweep finds it
        store.unverified_path(sha256).unlink(missing_ok=True)
        return True


@contextmanager
def all_stay() -> Iterator[None]:
    """Nobody removes a file within: each that a row names at any moment of it is there. Raises database errors.

    For moments only: those who remove files, and so those who follow the runs, wait meanwhile. The lock has a
    connection of its own, so that the caller's may begin its snapshot behind it.
    """
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '5min'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_REMOVING])
            yield
            cursor.execute("SELECT 1")  # an error where the database took the lock away for that the caller fell silent
    finally:
        other.close()


def _may_remove() -> bool:
    """Whether nobody needs all files to stay at this moment; whoever does, waits for us to the transaction's end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [_REMOVING])
        return bool(cursor.fetchone()[0])
