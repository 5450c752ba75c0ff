"""WordPiece

Words are cut into the longest pieces that are known, as for BERT (Wu et al. 2016); each Chinese character stands by
itself.
"""

from typing import TYPE_CHECKING, ClassVar

from trainer.tokenizers import SPECIAL, UNKNOWN, Fitted, Texts, TrainedSpec, trained

if TYPE_CHECKING:
    from trainer.attempt.assets import Assets


class Spec(TrainedSpec):
    order: ClassVar[int] = 4


def fit(spec: Spec, texts: Texts, assets: "Assets") -> Fitted:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=spec.vocabulary,
        min_frequency=spec.least,
        special_tokens=SPECIAL,
        show_progress=False,
    )
    return trained(tokenizer, trainer, spec, texts)
