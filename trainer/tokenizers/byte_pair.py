"""Byte-pair pieces

Begins with characters and joins the pair that comes most often, again and again, so that frequent words become one
token and rare ones some (Sennrich et al. 2016). For languages with words between spaces.
"""

from typing import TYPE_CHECKING, ClassVar

from trainer.tokenizers import SPECIAL, UNKNOWN, Fitted, Texts, TrainedSpec, trained

if TYPE_CHECKING:
    from trainer.attempt.assets import Assets


class Spec(TrainedSpec):
    order: ClassVar[int] = 3


def fit(spec: Spec, texts: Texts, assets: "Assets") -> Fitted:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), pre_tokenizers.Metaspace()])
    trainer = trainers.BpeTrainer(
        vocab_size=spec.vocabulary,
        min_frequency=spec.least,
        special_tokens=SPECIAL,
        show_progress=False,
    )
    return trained(tokenizer, trainer, spec, texts)
