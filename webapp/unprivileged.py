"""How PostgreSQL's programs, which refuse to run as root, are run where we are root."""

import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")


class EmbeddedError(Exception):
    """The embedded services cannot run here; the message says what is in the way."""


@dataclass(frozen=True)
class Runner:
    """What stands before a command, and the account that it changes to (None: ours)."""

    prefix: Sequence[str] = ()
    user: int | None = None

    @classmethod
    def here(cls, state: Path, program: Path) -> "Runner":
        """An ordinary user needs nothing; root takes a user namespace of its own, else the account `nobody`.

        ``program`` is one that has to be run. Raises EmbeddedError where neither way is open.
        """
        if os.geteuid() != 0:
            return cls()
        if _namespaces_work():
            return cls(prefix=NAMESPACE)
        if closed := _first_closed([*program.parents, *state.parents]):
            raise EmbeddedError(
                "PostgreSQL refuses to run as root, and user namespaces are not allowed here. It could run as "
                f"nobody, but {closed} is closed to other users. Start Trainyard as an ordinary user, or have it and "
                "TRAINYARD_STATE in folders that are open, for example /opt/trainyard and /var/lib/trainyard."
            )
        state.chmod(0o711)  # our own folder: its parts are private one by one
        return cls(user=NOBODY)

    def own(self, path: Path) -> None:
        """Hand a file or folder of ours to the account that the command runs as."""
        if self.user is not None:
            os.chown(path, self.user, self.user)

    def take_over(self, folder: Path) -> None:
        """Have what a life before made, perhaps on another machine, belong to the account that the command runs as.

        Only root may, and only what is root's by either way of running. Raises EmbeddedError for
        what is somebody else's.
        """
        owner, account = folder.lstat().st_uid, os.geteuid() if self.user is None else self.user
        if owner == account:
            return
        if os.geteuid() != 0 or owner not in (0, NOBODY):
            raise EmbeddedError(
                f"{folder} belongs to the account with the number {owner}. Start Trainyard as that account, or give "
                f"yours the state folder: chown -R {os.geteuid()} {folder.parent}"
            )
        for parent, folders, names in os.walk(folder):
            for name in (*folders, *names):
                os.lchown(os.path.join(parent, name), account, account)
        os.lchown(folder, account, account)  # last: a killed start begins anew


def _namespaces_work() -> bool:
    return shutil.which("unshare") is not None and _succeeds([*NAMESPACE, "true"])


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0


def _first_closed(folders: Sequence[Path]) -> Path | None:
    """The topmost of these folders that other users may not pass through."""
    closed = (folder for folder in sorted(set(folders)) if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH)
    return next(closed, None)
