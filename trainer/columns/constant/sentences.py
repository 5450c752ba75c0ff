"""What an import says of columns that are the same in every row."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "one_word": (
        "warning",
        _("“%(column)s” is “%(value)s” in %(count)s rows and empty in the other %(missing)s, and was left out."),
        _("If an empty cell means no, write “no” there, and “yes” in the others, and import again."),
    ),
    "constant": (
        "info",
        _("“%(column)s” has the same value in every row, or none."),
        _("It is left out, since it tells nothing. If its values should differ, look into the file and import again."),
    ),
}
LOOKED_FOR = {
    "one_word": _("Columns of one value and empty cells, which may stand for yes and no."),
}
