"""Characters

Each character is a token. For languages that write no spaces between words, and where spelling tells much.
"""

from typing import TYPE_CHECKING, ClassVar

from trainer.tokenizers import SPECIAL, Fitted, Texts, TrainedSpec, by_frequency

if TYPE_CHECKING:
    from trainer.attempt.assets import Assets


class Spec(TrainedSpec):
    order: ClassVar[int] = 1


def fit(spec: Spec, texts: Texts, assets: "Assets") -> Fitted:
    """The most frequent first; of equally frequent ones the lower code point."""
    characters, _ = by_frequency(texts, spec.least, spec.vocabulary - len(SPECIAL))
    return {"characters": characters, "size": len(characters) + len(SPECIAL)}
