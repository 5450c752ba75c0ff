"""What an import says of columns that are the same in every row."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "constant": (
        "info",
        _("“%(column)s” has the same value in every row, or none."),
        _("It is left out, since it tells nothing. If its values should differ, look into the file and import again."),
    ),
}
LOOKED_FOR: dict[str, str] = {}
