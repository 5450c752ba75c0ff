"""``manage.py backup FILE``: all that Trainyard has, in one file, while runs train."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from webapp.backup import saving, service
from webapp.backup.errors import BackupError
from webapp.management import reachable
from webapp.unprivileged import EmbeddedError


class Command(BaseCommand):
    help = "Back up all that Trainyard has into FILE, while runs train. Cut off, it goes on with the same command."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with service.reached(Path(settings.STATE)), reachable.database():
                outcome = saving.save(file.absolute(), self._say)
        except (BackupError, EmbeddedError) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                _(
                    "%(file)s cannot be written: %(error)s. What was written so far is kept, and the same command goes"
                    " on there."
                )
                % {"file": file, "error": error.strerror}
            ) from None
        except KeyboardInterrupt:
            raise CommandError(_("Cut off. The same command goes on from here.")) from None
        self._tell(file, outcome)

    def _tell(self, file: Path, outcome: saving.Outcome) -> None:
        gaps = {"file": file, "size": filesizeformat(outcome.size), "count": outcome.files}
        self._say(
            _(
                "%(file)s is whole: %(size)s with %(count)s stored files. Keep it safe: it holds password hashes and "
                "the key that signs sessions. Only you may read it."
            )
            % gaps
        )
        if outcome.missing:
            for name, reason in outcome.missing.items():
                self.stderr.write(f"{name}: {reason}")
            self.stderr.write(_("These stored files are not in the backup. All the rest is."))
            sys.exit(1)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
