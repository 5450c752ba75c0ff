"""Secrets that are made once, at the first start, and kept in files that only their owner reads."""

import os
import secrets
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The secret in ``path``; made there first where there is none. Processes that start together agree on one."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        _make(path)
        return path.read_text().strip()


def secret_key(state: Path) -> str:
    """Django's ``SECRET_KEY`` of this state folder."""
    return kept_secret(state / "secrets" / "django")


def replace_secret(path: Path, secret: str) -> None:
    """Put another secret, such as one from a backup, in the place of the one in ``path``."""
    _written(path, secret).rename(path)


def _make(path: Path) -> None:
    temporary = _written(path, secrets.token_urlsafe(48))
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass  # another process was first; its secret is the one
    finally:
        temporary.unlink()


def _written(path: Path, secret: str) -> Path:
    """A whole file beside ``path``, to be given its name, so that nobody ever reads half a secret."""
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return temporary
