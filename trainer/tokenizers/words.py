"""Words

Words and marks between spaces are tokens; each Chinese character is one by itself. Rare words are unknown.
"""

from typing import TYPE_CHECKING, ClassVar

from trainer.tokenizers import SPECIAL, UNKNOWN, Fitted, Texts, TrainedSpec, trained

if TYPE_CHECKING:
    from trainer.attempt.assets import Assets


class Spec(TrainedSpec):
    order: ClassVar[int] = 2


def fit(spec: Spec, texts: Texts, assets: "Assets") -> Fitted:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordLevel({UNKNOWN: 0}, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordLevelTrainer(
        vocab_size=spec.vocabulary, min_frequency=spec.least, special_tokens=SPECIAL, show_progress=False
    )
    return trained(tokenizer, trainer, spec, texts)
