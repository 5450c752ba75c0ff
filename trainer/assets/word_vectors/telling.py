"""What a run says of the word vectors that it took."""

from trainer.assets.word_vectors.reader import Coverage
from trainer.attempt.events import Log
from trainer.sentences import gettext_noop as _

NAMED = 8  # words without a vector


def log(coverage: Coverage) -> Log:
    """How much of the training rows' texts has a vector."""
    facts = {"words": _share(coverage.words), "tokens": _share(coverage.tokens)}
    if not coverage.absent:
        return Log(message=_("Every word of the training rows has a vector."))
    return Log(
        message=_(
            "Of the different words of the training rows %(words)s have a vector, of all words %(tokens)s; the most "
            "frequent without one: %(absent)s."
        ),
        params={**facts, "absent": ", ".join(coverage.absent[:NAMED])},
    )


def _share(part: float) -> str:
    return f"{100 * part:.1f} %"
