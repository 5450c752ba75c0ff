"""The database for a command: the one that is served already, or the embedded one, served for as long as
the command takes.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError, connection, connections
from django.utils.translation import gettext as _

from webapp import processes
from webapp.backup import marker
from webapp.backup.errors import BackupError
from webapp.embedded import Embedded
from webapp.locks import LockedError, alone

ENDING_SECONDS = 30.0


def is_elsewhere() -> bool:
    """Whether the environment names a database server of somebody else's."""
    return bool(os.environ.get("DATABASE_URL"))


def name() -> str:
    """Which database that is, without its password; nothing for the embedded one."""
    parts = connection.settings_dict
    return f"{parts['NAME']} at {parts['HOST']}:{parts['PORT']}" if is_elsewhere() else ""


@contextmanager
def held(state: Path, refusal: str = "") -> Iterator[int]:
    """The state folder for ourselves; yields what our children hold of it. Raises BackupError while Trainyard
    runs on it.
    """
    try:
        locks = alone(state)
    except LockedError as error:
        raise BackupError(refusal or str(error)) from None
    try:
        yield locks[1]
    finally:
        for lock in locks:
            os.close(lock)


@contextmanager
def served(state: Path, lock: int) -> Iterator[None]:
    """The state folder's database, made where there is none. The caller holds the folder. Raises EmbeddedError."""
    embedded = Embedded(state, keep=[lock])
    embedded.prepare_database()
    process = embedded.start_postgresql()
    try:
        embedded.wait({"postgresql": process})
        yield
    finally:
        connections.close_all()
        processes.end(process, signal.SIGINT, ENDING_SECONDS)


@contextmanager
def reached(state: Path) -> Iterator[None]:
    """The database that there is, whether Trainyard runs now or not. Raises BackupError where there is none yet."""
    if is_elsewhere() or _answers():
        yield
    elif marker.is_there(state) or not (state / "postgresql" / "PG_VERSION").exists():
        raise BackupError(
            _("There is nothing to back up in %(state)s. Set TRAINYARD_STATE to the state folder.") % {"state": state}
        )
    else:
        silent = _("The database of %(state)s does not answer, and Trainyard runs on it. Try again in a moment.")
        with held(state, silent % {"state": state}) as lock, served(state, lock):
            yield


def _answers() -> bool:
    try:
        connection.ensure_connection()
    except OperationalError:
        return False
    return True
