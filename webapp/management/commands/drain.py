"""``manage.py drain WORKER``: let a machine finish what it does and take nothing new, before it is switched
off or updated.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.management import reachable
from webapp.workers.models import Worker


class Command(BaseCommand):
    help = "Let a worker finish what it does and take no new runs; --off takes that back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("worker", help="its name, as the workers page shows it")
        parser.add_argument("--off", action="store_true", help="let it take runs again")

    def handle(self, *args: Any, worker: str, off: bool, **options: Any) -> None:
        with reachable.database():
            if not Worker.objects.filter(name=worker).update(draining=not off):
                workers = ", ".join(Worker.objects.values_list("name", flat=True)) or "none"
                raise CommandError(f"There is no worker of this name; known are: {workers}.")
        self.stdout.write(
            f"{worker} takes runs again." if off else f"{worker} finishes what it does and takes nothing new."
        )
