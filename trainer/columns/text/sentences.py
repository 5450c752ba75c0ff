"""What an import says of columns of text."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "only_text": (
        "error",
        _("Besides the target there is only free text to learn from; training on text comes with a later release."),
        _("Until then, add columns with numbers or categories."),
    ),
    "text_column": (
        "info",
        _("“%(column)s” holds free text."),
        _("It is kept but not yet trained on. If it holds classes or numbers, correct its kind."),
    ),
}
LOOKED_FOR = {
    "only_text": _("Nothing but free text to learn from."),
}
# Problems that another kind of the column may remedy.
CORRECTABLE = frozenset({"text_column"})
