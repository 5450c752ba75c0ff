"""Unigram pieces

Begins with many pieces and leaves out those that matter least to how likely the texts are (Kudo 2018). It needs no
words between spaces.
"""

from typing import TYPE_CHECKING, ClassVar

from trainer.tokenizers import SPECIAL, UNKNOWN, Fitted, Texts, TrainedSpec, trained

if TYPE_CHECKING:
    from trainer.attempt.assets import Assets


class Spec(TrainedSpec):
    order: ClassVar[int] = 5
    sample_bytes: ClassVar[int] = 300_000


def fit(spec: Spec, texts: Texts, assets: "Assets") -> Fitted:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), pre_tokenizers.Metaspace()])
    trainer = trainers.UnigramTrainer(
        vocab_size=spec.vocabulary, special_tokens=SPECIAL, unk_token=UNKNOWN, show_progress=False
    )
    return trained(tokenizer, trainer, spec, texts)
