"""Files that people take for word vectors, and what to give instead."""

from trainer.assets.word_vectors.beginning import COUNTS
from trainer.errors import TrainerError
from trainer.importing.archives import Source

FASTTEXT_MODEL = (793712314).to_bytes(4, "little")
PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def refusal(source: Source) -> TrainerError | None:
    if source.head.startswith(FASTTEXT_MODEL):
        return TrainerError(
            "vectors_of_model",
            "“%(name)s” is a whole model of fastText (.bin), which is not read here. Give the file of its vectors, "
            "which ends in .vec; fastText writes it beside the model.",
            name=source.name,
        )
    if source.head.startswith(PICKLE):
        return TrainerError(
            "pickle_refused",
            "“%(name)s” holds pickled Python objects, which can run programs and are never opened here. Of word "
            "vectors in gensim, save_word2vec_format writes a file that is read.",
            name=source.name,
        )
    if source.head.startswith(b"\x93NUMPY"):
        return TrainerError(
            "vectors_alone",
            "“%(name)s” is an array without its words. Give one file with a word and its numbers in each line.",
            name=source.name,
        )
    if COUNTS.match(source.head):
        return TrainerError(
            "vectors_damaged",
            "“%(name)s” begins like word vectors, with how many words and numbers there are, but no vector follows. It "
            "is cut or damaged: copy it again.",
            name=source.name,
        )
    return None
