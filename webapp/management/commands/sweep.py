"""``manage.py sweep``: gives up abandoned uploads, purges deleted data sets, forgets old keys. The server does
it by itself.
"""

from typing import Any

from django.core.management.base import BaseCommand

from webapp.datasets import sweep
from webapp.management import reachable


class Command(BaseCommand):
    help = "Remove abandoned uploads, data sets deleted a week ago, and idempotency keys of more than a day ago."

    def handle(self, *args: Any, **options: Any) -> None:
        with reachable.database():
            for what, count in sweep.sweep().items():
                self.stdout.write(f"{what}: {count}")
