"""WordPiece

Words are cut into the longest pieces that are known, as for BERT (Wu et al. 2016); each Chinese character stands by
itself.
"""

from typing import TYPE_CHECKING, ClassVar

from trainer.tokenizers import SPECIAL, UNKNOWN, Fitted, Texts, TrainedSpec, by_frequency, trained

if TYPE_CHECKING:
    from trainer.attempt.assets import Assets

GOES_ON = "##"  # before a piece that does not begin a word


class Spec(TrainedSpec):
    order: ClassVar[int] = 4


def fit(spec: Spec, texts: Texts, assets: "Assets") -> Fitted:
    """The characters are numbered here: the library numbers them in the order of its hash tables, by which it would
    join other pairs in every process.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    characters, _ = by_frequency(texts, spec.least, max(1, spec.vocabulary // 3))
    numbered = [*SPECIAL, *characters, *(GOES_ON + character for character in characters)]
    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=spec.vocabulary, min_frequency=spec.least, special_tokens=numbered, show_progress=False
    )
    trained(tokenizer, trainer, spec, texts, characters)
    vocabulary = tokenizer.get_vocab(with_added_tokens=False)
    bare = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN))
    bare.normalizer, bare.pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    return {"library": bare.to_str(), "size": len(vocabulary)}
