"""What processes that were killed left in the store: files on their way in, files without a row, rows that
nothing refers to.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from uuid import uuid4

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import CASCADE, Exists, OuterRef
from django.db.models.functions import Now

from webapp.artifacts import pins, removing, store
from webapp.artifacts.models import Artifact

OLD_SECONDS = 86_400.0  # no file takes a day to come in
NAMES_AT_ONCE = 1000  # in one question to the database


def remove() -> int:
    """Remove what is older than a day. Returns how many files.

    Nothing where the store is another database's, such as that of a second installation that was given the same folder.
    """
    if not _is_ours():
        return 0
    count = sum(map(removing.delete, _unused()))
    now = store.time_of_files()
    for file in store.incoming().glob("put-*"):
        with suppress(FileNotFoundError):
            if now - file.stat().st_mtime > OLD_SECONDS:
                file.unlink()
                count += 1
    count += pins.remove_abandoned()
    old = _old_names()
    while names := set(islice(old, NAMES_AT_ONCE)):
        names.difference_update(Artifact.objects.filter(pk__in=names).values_list("pk", flat=True))
        count += sum(map(removing.remove_if_unknown, names))
    return count


def _is_ours() -> bool:
    """Whether the files here are this database's: the first that asks writes down when it began."""
    began = _database_began().isoformat()
    temporary, path = store.incoming() / f"put-{uuid4().hex}", store.root() / "database"
    temporary.write_text(began)
    with suppress(FileExistsError):
        os.link(temporary, path)
    temporary.unlink()
    return path.read_text() == began


def _unused() -> list[str]:
    """Names that nothing refers to: what was to let go of them was killed behind its commit."""
    artifacts = Artifact.objects.filter(created__lt=Now() - timedelta(seconds=OLD_SECONDS))
    for relation in Artifact._meta.related_objects:
        if relation.on_delete is CASCADE:
            continue  # goes with it
        users = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
        artifacts = artifacts.exclude(Exists(users))
    return list(artifacts.values_list("pk", flat=True))


def _old_names() -> Iterator[str]:
    """Names unchanged for a day, by their inodes: a file that came in by a second name keeps the older time
    of its content.

    What is older than the database belongs to another one: a server that is given an empty one by mistake
    keeps the files.
    """
    began, now = _database_began().timestamp(), store.time_of_files()
    for file in store.root().glob("[0-9a-f][0-9a-f]/" + "[0-9a-f]" * 64):
        with suppress(FileNotFoundError):
            if began < file.stat().st_ctime < now - OLD_SECONDS:
                yield file.name


def _database_began() -> datetime:
    began: datetime = MigrationRecorder.Migration.objects.earliest("applied").applied
    return began
