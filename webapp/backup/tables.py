"""The database's rows, out of one snapshot and into an empty database: data only, so a backup that somebody made
up runs nothing.

pg_dump's files are programs in SQL, which whoever restores them executes as the owner of the database; and it serves no
newer server than its own release. Here the tables come from our own migrations, and rows by COPY, in its text format,
which is the same on every machine and release (https://www.postgresql.org/docs/current/sql-copy.html).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _
from psycopg.sql import SQL, Composed, Identifier, Literal

from webapp.backup import manifest
from webapp.backup.archive import BLOCK
from webapp.backup.errors import BackupError, OccupiedError

RECORDS = MigrationRecorder.Migration._meta.db_table
# What `manage.py migrate` writes into an empty database by itself.
MIGRATED = {RECORDS, "django_content_type", "auth_permission"}


@dataclass(frozen=True)
class Shape:
    """A table, the columns that are stored, and the sequences that number some of them, as (column, name)."""

    name: str
    columns: tuple[str, ...]
    sequences: tuple[tuple[str, str], ...]


def migrations() -> tuple[tuple[str, str], ...]:
    """The migrations that the database has. Raises BackupError where they are not this release's."""
    executor = MigrationExecutor(connection)
    applied = set(MigrationRecorder(connection).applied_migrations())
    if applied != set(executor.loader.graph.nodes):
        raise BackupError(
            _(
                "The database is of another release of Trainyard. Run `manage.py migrate` first, or back up with the "
                "release that the database belongs to."
            )
        )
    return tuple(sorted(applied))


def ours() -> set[str]:
    """The names of all tables that this release of Trainyard has."""
    return {*connection.introspection.django_table_names(), RECORDS}


def existing() -> set[str]:
    """The names of all tables in the database."""
    return set(connection.introspection.table_names())


def shapes(names: Iterable[str]) -> list[Shape]:
    """The tables of these names."""
    introspection = connection.introspection
    with connection.cursor() as cursor:
        return [
            Shape(
                name,
                tuple(column.name for column in introspection.get_table_description(cursor, name)),
                tuple((sequence["column"], sequence["name"]) for sequence in introspection.get_sequences(cursor, name)),
            )
            for name in sorted(names)
        ]


@contextmanager
def snapshot(tables: Iterable[Shape]) -> Iterator[None]:
    """One moment of the database, for as long as this takes: everything that is read within is of that moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0")
        names = SQL(", ").join(Identifier(table.name) for table in tables)
        # Takes no snapshot yet, and keeps migrations off.
        cursor.execute(SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
        cursor.execute("SELECT 1")  # takes it
        yield


def rows(table: Shape) -> Iterator[bytes]:
    """A table's rows, within a snapshot, in blocks."""
    parts: list[bytes] = []
    size = 0
    with _cursor() as cursor, cursor.copy(SQL("COPY {} TO STDOUT").format(_listed(table.name, table.columns))) as copy:
        for part in copy:
            parts.append(bytes(part))
            size += len(part)
            if size >= BLOCK:
                yield b"".join(parts)
                parts, size = [], 0
    yield b"".join(parts)


def sequences(table: Shape) -> list[manifest.Sequence]:
    """Where a table's sequences stand."""
    positions = []
    with connection.cursor() as cursor:
        for column, name in table.sequences:
            cursor.execute(SQL("SELECT last_value, is_called FROM {}").format(Identifier(name)))
            value, is_called = cursor.fetchone()
            positions.append(manifest.Sequence(table=table.name, column=column, value=value, is_called=is_called))
    return positions


def origin() -> str:
    """The number of the restore that put the rows here; nothing where none did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [RECORDS])
        return cursor.fetchone()[0] or ""


def sign(restore: str) -> None:
    """Have `origin` tell of this restore once its rows are committed: a comment is part of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(SQL("COMMENT ON TABLE {} IS {}").format(Identifier(RECORDS), Literal(restore)))


def check_vacant() -> None:
    """Tables without rows count as none. Raises OccupiedError."""
    names = existing()
    if names - ours() or any(map(_has_rows, names - MIGRATED)):
        raise OccupiedError(
            _(
                "The database of DATABASE_URL is not empty: it has rows or tables that this restore did not put there. "
                "Empty it, or restore into a new folder and an empty database."
            )
        )


def vacate() -> None:
    """Remove the tables that have no rows, within the transaction that makes them anew. Raises OccupiedError."""
    if names := existing():
        every = SQL(", ").join(map(Identifier, sorted(names)))
        with connection.cursor() as cursor:
            cursor.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(every))
            check_vacant()
            cursor.execute(SQL("DROP TABLE {}").format(every))


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT EXISTS (SELECT FROM {})").format(Identifier(table)))
        return bool(cursor.fetchone()[0])


def make(applied: Iterable[tuple[str, str]]) -> None:
    """Make the tables as they were with these migrations. Raises BackupError for one that is not this release's."""
    executor, migrations = MigrationExecutor(connection), set(applied)
    graph = executor.loader.graph.node_map
    if unknown := sorted(migrations.difference(graph)):
        raise BackupError(
            _(
                "This backup was made by a newer release of Trainyard, which has %(name)s. Restore it with that "
                "release or a later one."
            )
            % {"name": ".".join(unknown[0])}
        )
    executor.migrate(
        [name for name in migrations if migrations.isdisjoint(child.key for child in graph[name].children)]
    )
    _check()


def fill(table: manifest.Table, shape: Shape, blocks: Iterable[bytes]) -> None:
    """Put rows into a table that only this transaction sees. Raises BackupError for what does not fit in."""
    if set(table.columns) != set(shape.columns):
        raise BackupError(
            _("The backup's table %(name)s has other columns than this release makes.") % {"name": table.name}
        )
    try:
        with _cursor() as cursor:
            cursor.execute(SQL("DELETE FROM {}").format(Identifier(table.name)))  # what its migrations wrote
            with cursor.copy(SQL("COPY {} FROM STDIN").format(_listed(table.name, table.columns))) as copy:
                for block in blocks:
                    copy.write(block)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise _unfit(error) from None


def advance(sequence: manifest.Sequence, shape: Shape) -> None:
    """Have the numbers of a table's column go on where they stood."""
    if name := dict(shape.sequences).get(sequence.column):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(%s::regclass, %s, %s)",
                [connection.ops.quote_name(name), sequence.value, sequence.is_called],
            )


def update() -> None:
    """Bring the tables to this release's form. Raises BackupError where rows refer to some that are not there."""
    _check()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    _check()


def _check() -> None:
    """Check what is checked at a commit now: a table with checks that wait cannot be changed."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise _unfit(error) from None


def _unfit(error: Exception) -> BackupError:
    reason = str(error).splitlines()[0]
    return BackupError(_("The backup's rows do not fit together: %(reason)s. Use another backup.") % {"reason": reason})


def _cursor() -> "psycopg.Cursor[Any]":
    connection.ensure_connection()
    cursor: psycopg.Cursor[Any] = connection.connection.cursor()
    return cursor


def _listed(table: str, columns: Iterable[str]) -> Composed:
    return SQL("{} ({})").format(Identifier(table), SQL(", ").join(map(Identifier, columns)))
