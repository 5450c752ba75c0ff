"""``manage.py restore FILE``: a backup into an empty state folder, from where `make run` goes on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from webapp.backup import restoring
from webapp.backup.errors import BackupError
from webapp.management import reachable
from webapp.unprivileged import EmbeddedError


class Command(BaseCommand):
    help = "Restore a backup into an empty TRAINYARD_STATE. Cut off, it goes on with the same command."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with reachable.database():
                manifest = restoring.restore(file.absolute(), self._say)
        except (BackupError, EmbeddedError) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}") from None
        except KeyboardInterrupt:
            raise CommandError(_("Cut off. The same command goes on from here.")) from None
        for name in manifest.missing:
            self.stderr.write(
                _("%(name)s was damaged or missing when the backup was made, and is missing here.") % {"name": name}
            )
        self._say(
            _("%(state)s is restored as it was at %(time)s. Start it: TRAINYARD_STATE=%(state)s make run")
            % {"state": settings.STATE, "time": f"{manifest.created:%Y-%m-%d %H:%M:%S} UTC"}
        )

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
