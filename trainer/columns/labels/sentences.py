"""What an import says of columns of labels."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "lists": (
        "info",
        _("“%(column)s” holds lists of %(count)s labels, among them “%(value)s”; an empty list means none of them."),
        _("Choose the task of several labels with this column to have them told."),
    )
}
# Problems that another kind of the column may remedy.
CORRECTABLE = frozenset({"lists"})
LOOKED_FOR: dict[str, str] = {}
