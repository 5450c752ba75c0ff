"""Django's own command, which also reads trainer and worker: they mark what is translated when it is shown."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.commands import makemessages

from webapp import texts

# Whose argument, counted from 1, is translated where it is shown. Everything else is marked by gettext_noop.
KEYWORDS = {"TrainerError": 2, "SpecError": 2, "RefusedError": 2, "NoAnswerError": 2, "Reason": 2, "LiveChart": 2}
FILE = Path("texts_of_specs.py")


class Command(makemessages.Command):
    help = "Collect every sentence that a user sees, for translation: `manage.py makemessages --locale zh_Hans`."
    xgettext_options = [
        *makemessages.Command.xgettext_options,
        *(f"--keyword={name}:{place}" for name, place in KEYWORDS.items()),
    ]

    def handle(self, *args: Any, **options: Any) -> None:
        """xgettext reads files only; what the classes say stands in one for as long as it reads."""
        with TemporaryDirectory() as folder:
            counted = Path(folder, "counted.po")
            counted.write_text(texts.counted(), encoding="utf-8")
            self.xgettext_options = [*self.xgettext_options, f"--exclude-file={counted}"]
            FILE.write_text(texts.source(), encoding="utf-8")
            try:
                super().handle(*args, **{**options, "ignore_patterns": [*options["ignore_patterns"], "tests"]})
            finally:
                FILE.unlink()
