"""Where the embedded services of a state folder are found, and how Django reaches a database by its URL."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from webapp import patience
from webapp.secret import kept_secret

LONGEST_SOCKET_PATH = 100  # the system's own limit is 107 bytes; some clients add a suffix
DATABASE = USER = "trainyard"
# A machine that falls silent within a transaction gives its locks back, and a server that falls silent is noticed.
SILENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
IDLE = "-c idle_in_transaction_session_timeout=20s"
# The pool gives up trying after 2 s, and who asks next has it try again: its own pauses grow to minutes.
POOL = {"min_size": 2, "max_size": 20, "timeout": 5, "reconnect_timeout": 2, "connection_class": patience.Impatient}


@dataclass(frozen=True)
class Addresses:
    """The folder of the embedded services' sockets, and their addresses as URLs."""

    sockets: Path
    password_file: Path
    database_url: str
    broker_url: str
    channel_url: str


def addresses(state: Path) -> Addresses:
    """The addresses that belong to ``state``; the database's password is made at the first call."""
    sockets = _socket_folder(state)
    valkey = sockets / "valkey.sock"
    password_file = state / "secrets" / "postgresql"
    password = quote(kept_secret(password_file), safe="")
    return Addresses(
        sockets=sockets,
        password_file=password_file,
        database_url=f"postgresql://{USER}:{password}@/{DATABASE}?host={quote(str(sockets), safe='')}",
        broker_url=f"redis+socket://{quote(str(valkey))}",
        channel_url=f"unix://{quote(str(valkey))}",
    )


def database(url: str, *, pooled: bool) -> dict[str, Any]:
    """Django's database settings for a ``postgresql://`` URL, its query parameters included."""
    parts = conninfo_to_dict(url)
    options = {**SILENCE, "pool": POOL} if pooled else SILENCE
    limits = f"{IDLE} {patience.OPTIONS}" if pooled else IDLE
    parts["options"] = f"{limits} {parts.get('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", DATABASE),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 0 if pooled else 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**options, **parts},
    }


def _socket_folder(state: Path) -> Path:
    """Inside the state folder, or in a private folder of this user where that path is too long for a socket or
    has a comma.

    PostgreSQL takes a comma for the end of one folder and the beginning of the next.
    """
    folder = state / "sockets"
    if "," not in str(folder) and len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    return Path(f"/tmp/trainyard-{os.getuid()}-{digest}")  # noqa: S108 - its owner and mode are checked before use
