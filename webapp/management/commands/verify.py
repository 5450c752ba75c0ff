"""``manage.py verify``: read the whole store, and list what is damaged and what it would cost."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from webapp.artifacts.models import Artifact
from webapp.management import reachable, verification

MIB = 1024 * 1024
EVERY = 5.0  # seconds from one line of progress to the next


class Command(BaseCommand):
    help = (
        "Read every stored file and list those that are damaged or missing, with what is lost with them. "
        "Exit code 1 if there are any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rate", type=_rate, default=100.0, metavar="MIB", help="at most so many MiB a second (100)"
        )

    def handle(self, *args: Any, rate: float, **options: Any) -> None:
        with reachable.database():
            bad = self._verify(rate * MIB)
        if bad:
            raise CommandError(
                f"{bad} stored files are not whole. Restore them from a backup, or make them again as is said above."
            )

    def _verify(self, rate: float) -> int:
        total, size, bad, due = Artifact.objects.count(), 0, 0, time.monotonic() + EVERY
        for number, finding in enumerate(verification.verify(rate), 1):
            size += finding.size
            if finding.condition != "whole":
                bad += 1
                self._list(finding)
            if time.monotonic() > due:
                self.stderr.write(f"{number} of {total} files read, {filesizeformat(size)}")
                due = time.monotonic() + EVERY
        self.stdout.write(f"{total} stored files of {filesizeformat(size)} were read: {total - bad} whole, {bad} not.")
        return bad

    def _list(self, finding: verification.Finding) -> None:
        self.stdout.write(f"{finding.condition}: {finding.sha256} ({filesizeformat(finding.size)})")
        for sentence in finding.costs or ("Nothing refers to it.",):
            self.stdout.write(f"  {sentence}")
        self.stdout.flush()


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0.0 < rate < float("inf"):
        raise ArgumentTypeError(f"“{text}” is no rate. Give a number of MiB a second above 0, for example 50.")
    return rate
