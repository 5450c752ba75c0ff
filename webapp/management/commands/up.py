"""Start everything on this machine: database, messages, web server, one worker."""

import signal
import socket
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from webapp import processes
from webapp.accounts import links
from webapp.unprivileged import EmbeddedError
from webapp.up import Signals, Up, UpError

LONGEST_LOADING = 180.0  # seconds, on a machine that is busy with other things


class Command(BaseCommand):
    help = "Start PostgreSQL, Valkey, the web server and one worker; Ctrl-C ends them together."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--attached", action="store_true", help="end when the process that started this one ends")

    def handle(self, *args: Any, attached: bool, **options: Any) -> None:
        if attached:
            processes.die_with_parent(signal.SIGTERM)
        try:
            up = Up(settings.STATE, settings.PORT)
            with Signals.caught() as signals:
                self._run(up, signals)
        except (UpError, EmbeddedError) as error:
            raise CommandError(str(error)) from None

    def _run(self, up: Up, signals: Signals) -> None:
        try:
            up.start_embedded()
            up.start_web()  # it loads while the database starts
            up.wait_embedded()
            _migrate()
            self._wait_for_web(up, signals)
            if not signals.asked:
                self._say_where()
                up.start_worker()  # its libraries take a while to load, and nobody waits for them yet
                up.watch(signals)
            self.stdout.write("Stopping: running work writes a checkpoint first. Ctrl-C again hurries.")
        finally:
            up.stop(signals)

    def _say_where(self) -> None:
        self.stdout.write(f"Trainyard is ready at {links.base_url()}")
        self.stdout.write(f"Sign in: {links.new_link()}")
        self.stdout.write("The link works once, for 15 minutes. Ctrl-C stops; the next start goes on with what runs.")
        self.stdout.flush()

    def _wait_for_web(self, up: Up, signals: Signals) -> None:
        deadline = time.monotonic() + LONGEST_LOADING
        while not _answers(up.port) and not signals.asked:
            signals.wait(0)
            if time.monotonic() > deadline or up.has_ended("web"):
                end = processes.last_lines(up.log("web"))
                raise UpError(f"The web server did not start. Its log, {up.log('web')}, ends with:\n{end}")


def _migrate() -> None:
    """Bring the database to this release's tables; the command itself takes a second even where nothing is to do."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"HEAD /signin/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/")
    except OSError:  # it loads yet, or has ended
        return False
