"""The Celery application: `celery -A worker.app worker` is the one command of a GPU machine."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django  # noqa: E402
from celery import Celery  # noqa: E402
from django.conf import settings  # noqa: E402

django.setup()
app = Celery("trainyard", broker=settings.BROKER_URL)
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    task_ignore_result=True,
    worker_pool="threads",
    worker_concurrency=4,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
