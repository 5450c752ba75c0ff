"""What an import says of columns of categories."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "joined_labels": (
        "info",
        _("“%(column)s” has %(count)s labels in several spellings that look alike, and they were joined: %(names)s."),
        _("Nothing to do, unless they mean different things: then write them so that they look different."),
    ),
}
LOOKED_FOR: dict[str, str] = {}
