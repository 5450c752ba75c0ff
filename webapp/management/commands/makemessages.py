"""Django's own command, which also finds the sentences of trainer and worker."""

from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

from webapp import texts

FILE = Path(texts.__file__).with_name("texts_of_trainer.py")


class Command(makemessages.Command):
    help = "Collect every sentence that a user sees, for translation: `manage.py makemessages --locale zh_Hans`."

    def handle(self, *args: Any, **options: Any) -> None:
        """xgettext reads files only; the sentences stand in one for as long as it reads."""
        FILE.write_text(texts.source(), encoding="utf-8")
        try:
            super().handle(*args, **options)
        finally:
            FILE.unlink()
