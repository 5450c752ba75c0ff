"""The worker of one machine: ``celery -A worker.app worker``.

Celery carries short hints that name a run. The agent, which a bootstep starts beside it, does the work; it starts
whether or not the broker can be reached.

Importing torch takes the longest of all that a start needs, so the process that does it is started before Django and
the rest are imported here, and given to the agent later.
"""

import os
import sys
from pathlib import Path
from typing import Any

import django
from celery import Celery, bootsteps
from django.conf import settings

from webapp.backup import marker
from worker.warm import Warm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")  # they would import all pages, of which a worker serves none
warm = None
if "worker" in sys.argv:  # not for celery's other commands, nor where this is only imported
    marker.check(Path(settings.STATE))
    warm = Warm(Path(settings.STATE) / "logs" / "warm.log")
django.setup()

from worker import trying  # noqa: E402 - both reach models, which need the set-up above
from worker.agent import Agent  # noqa: E402

app = Celery("trainyard", broker=settings.BROKER_URL, include=["worker.tasks"])
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    worker_pool="threads",
    worker_concurrency=2,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A poll waits at the broker and ends when a hint comes: it need not be asked anew every second.
    broker_transport_options={"socket_keepalive": True, "health_check_interval": 10, "polling_interval": 10},
)


class AgentStep(bootsteps.StartStopStep):
    """Starts the agent with the worker; a worker that is asked to stop lets running work write checkpoints first."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self.agent: Agent | None = None

    def start(self, parent: Any) -> None:
        self.agent = Agent(Path(settings.STATE), warm)
        self.agent.start()

    def stop(self, parent: Any) -> None:
        trying.tries.close()
        if self.agent is not None:
            self.agent.stop()

    terminate = stop


app.steps["worker"].add(AgentStep)
