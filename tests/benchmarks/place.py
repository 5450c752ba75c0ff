"""A database of its own for benchmarks, durable as in use, and the processor time that client and server spend."""

import atexit
import os
import shutil
import signal
import tempfile
import time
from functools import cache
from pathlib import Path

import psutil


@cache
def services() -> Path:
    """Django ready on embedded PostgreSQL and Valkey of a new state folder, which is removed at the end."""
    state = Path(tempfile.mkdtemp(prefix="trainyard-bench-"))
    os.environ["TRAINYARD_STATE"] = str(state)
    os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
    import django
    from django.core.management import call_command

    from webapp import processes
    from webapp.embedded import Embedded

    embedded = Embedded(state)
    embedded.prepare_database()
    postgresql, valkey = embedded.start_postgresql(), embedded.start_valkey()
    atexit.register(shutil.rmtree, state, ignore_errors=True)
    atexit.register(processes.end, postgresql, signal.SIGINT, 20)
    atexit.register(processes.end, valkey, signal.SIGTERM, 5)
    embedded.wait({"postgresql": postgresql, "valkey": valkey})
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    return state


def cpu_seconds() -> float:
    """What this process and the database server have spent so far."""
    server = psutil.Process(int((services() / "postgresql" / "postmaster.pid").read_text().split()[0]))
    times = [process.cpu_times() for process in [server, *server.children(recursive=True)]]
    spent = sum(one.user + one.system for one in times)
    return float(time.process_time() + spent + times[0].children_user + times[0].children_system)
