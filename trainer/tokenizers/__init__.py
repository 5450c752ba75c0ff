"""Tokenizers: what cuts texts into the tokens that networks have vectors for.

A component is a file with a ``Spec`` made from TokenizerSpec and ``fit(spec, texts, assets) -> dict``: from the texts
of the training rows, which ``texts()`` reads, the ``characters`` or the ``library`` of a
trainer.columns.text.Tokenizer, and its ``size``. It is fitted once in a run: libraries do not make the same twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Column, Names
from trainer.component import ADVANCED, Component
from trainer.library_errors import in_a_sentence
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.trainers import Trainer

PADDING, UNKNOWN = "[PAD]", "[UNK]"
NOT_TRAINED = _(
    "The library “tokenizers” cannot learn from these texts: %(reason)s. Choose another tokenizer or vocabulary."
)
SPECIAL = [PADDING, UNKNOWN]  # the numbers 0 and 1
Fitted = dict[str, Any]
Texts = Callable[[], Iterable[str]]


class TokenizerSpec(Component):
    """What the Specs of all tokenizers share."""

    sample_bytes: ClassVar[int] = 4_000_000  # of texts on which a preview fits it: some seconds

    longest: int = Field(
        256,
        ge=1,
        le=65_536,
        title="Longest text",
        description="In tokens. What a text has more is cut off, and the preview says of how many texts.",
    )
    keep: Literal["beginning", "end"] = Field(
        "beginning", title="Keep", description="Which part of a longer text stays.", json_schema_extra=ADVANCED
    )
    columns: Names = Field(
        (),
        title="Only for columns",
        description="It cuts the texts of these columns; of each column of text where left empty.",
        json_schema_extra={**ADVANCED, "choices_from": "columns"},
    )

    @classmethod
    def can_name(cls, field: str, column: Column) -> bool:
        return column.has_texts

    def check(self, field: str) -> None:
        """Raise TrainerError, saying it of this field, where something is left to be chosen."""

    @property
    def limit(self) -> int | None:
        """The vocabulary that is asked for; None where it is not for training to choose."""
        return None

    def takes(self, column: Column) -> bool:
        return column.has_texts and (not self.columns or column.name in self.columns)


class TrainedSpec(TokenizerSpec):
    """What those share that learn which tokens there are."""

    vocabulary: int = Field(
        8000,
        ge=16,
        le=200_000,
        title="Vocabulary",
        description="Different tokens at most; the most frequent ones stay.",
    )
    least: int = Field(
        2,
        ge=1,
        le=1_000_000,
        title="Least frequency",
        description="What comes less often in the training rows is unknown.",
        json_schema_extra=ADVANCED,
    )

    @property
    def limit(self) -> int | None:
        return self.vocabulary


def chosen(specs: Sequence[TokenizerSpec], column: Column) -> TokenizerSpec | None:
    """The first that is for this column in particular, else the first that takes any."""
    named = (spec for spec in specs if column.name in spec.columns)
    return next(named, None) or next((spec for spec in specs if not spec.columns and spec.takes(column)), None)


def trained(
    tokenizer: "Tokenizer", trainer: "Trainer", spec: TrainedSpec, texts: Texts, characters: str = ""
) -> Fitted:
    """A tokenizer of the library behind its training on texts of these characters, or of all but the rare ones.

    The library's own limit leaves out at random one of equally rare ones.
    """
    frequent, rare = by_frequency(texts, spec.least, max(1, spec.vocabulary // 2))
    blank = {ord(character): " " for character in (set(frequent + rare) - set(characters) if characters else rare)}
    with in_a_sentence("tokenizer_not_trained", NOT_TRAINED):
        tokenizer.train_from_iterator((text.translate(blank) for text in texts()), trainer)
        return {"library": tokenizer.to_str(), "size": tokenizer.get_vocab_size()}


def by_frequency(texts: Texts, least: int, most: int) -> tuple[str, str]:
    """The characters that come at least so often, the most frequent first, and at most so many; and all others."""
    counts: Counter[str] = Counter()
    for text in texts():
        counts.update(text)
    ordered = sorted(counts, key=lambda character: (-counts[character], character))
    kept = [character for character in ordered if counts[character] >= least][:most]
    return "".join(kept), "".join(counts.keys() - set(kept))
