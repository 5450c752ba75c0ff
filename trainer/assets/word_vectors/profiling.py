"""What an inspection tells of word vectors."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trainer.asset import AssetProfile, Distribution, Fact, Sample
from trainer.assets.word_vectors.beginning import Beginning
from trainer.assets.word_vectors.reader import KIND, WordVectors
from trainer.data.arrays_file import Array
from trainer.importing.problems import Problem
from trainer.importing.profile import Histogram
from trainer.importing.scripts import script
from trainer.importing.sentences import Severity
from trainer.importing.words import clean
from trainer.sentences import gettext_noop as _

FIRST_WORDS = 40
WORDS_FOR_SCRIPTS = 20_000
SCRIPTS = 5
BINS = 20
FORMS = {
    ("text", True): _("word2vec text"),
    ("text", False): _("GloVe text"),
    ("binary", True): _("word2vec binary"),
}


@dataclass(frozen=True)
class LeftOut:
    """Words that are not taken: how many, where the first stands, and whether they are no UTF-8, else empty or far too
    long."""

    garbled: int = 0
    first_garbled: int = 0
    unusable: int = 0
    first_unusable: int = 0


def profile(beginning: Beginning, vectors: WordVectors, norms: Array, left_out: LeftOut) -> AssetProfile:
    """``norms`` are the lengths of the vectors."""
    duplicates = len(vectors) - vectors.different
    first = [clean(vectors.word(row), 60) for row in range(min(FIRST_WORDS, len(vectors)))]
    problems = _problems(beginning, vectors, norms, duplicates, left_out)
    return AssetProfile(
        kind=KIND,
        message=_("%(words)s words, %(width)s numbers each"),
        params={"words": len(vectors), "width": vectors.width},
        measures={"words": len(vectors), "width": vectors.width},
        facts=tuple(_facts(beginning, vectors, norms, duplicates)),
        samples=(Sample(label=_("First words"), items=tuple(first)),),
        distributions=(Distribution(label=_("Lengths of the vectors"), histogram=_histogram(norms)),),
        problems=tuple(sorted(problems, key=lambda problem: problem.severity == "info")),
    )


def _facts(beginning: Beginning, vectors: WordVectors, norms: Array, duplicates: int) -> Iterator[Fact]:
    yield Fact(label=_("Words"), value=len(vectors))
    yield Fact(label=_("Width"), value=vectors.width)
    form = FORMS[beginning.form, beginning.words is not None]
    yield Fact(label=_("Format"), value=form, unit="message")
    yield Fact(label=_("Scripts"), value=_scripts(vectors), unit="shares")
    if duplicates:
        yield Fact(label=_("Repeated words"), value=duplicates)
    lengths = (float(norms.min()), float(np.median(norms)), float(norms.max()))
    for label, length in zip((_("Shortest vector"), _("Middle length"), _("Longest vector")), lengths, strict=True):
        yield Fact(label=label, value=float(f"{length:.4g}"), unit="number")


def _problems(
    beginning: Beginning, vectors: WordVectors, norms: Array, duplicates: int, left_out: LeftOut
) -> Iterator[Problem]:
    rows = len(vectors) + left_out.garbled + left_out.unusable
    if beginning.words not in (None, rows):
        yield _problem(
            "warning",
            "vectors_count",
            _("The first line promises %(stated)s words, and %(words)s are there."),
            _("If words are missing at the end, the file was cut: copy or download it again."),
            stated=beginning.words,
            words=rows,
        )
    if left_out.garbled:
        yield _problem(
            "warning",
            "vectors_garbled",
            _("%(count)s words are no UTF-8 and were left out; the first is at %(place)s, counted in lines or words."),
            _("Nothing to do: some programs cut long words in the midst of a letter."),
            count=left_out.garbled,
            place=left_out.first_garbled,
        )
    if left_out.unusable:
        yield _problem(
            "info",
            "vectors_empty_words",
            _(
                "%(count)s words are empty or far too long and were left out; the first is at %(place)s, counted in "
                "lines."
            ),
            _("Nothing to do: no text has such words."),
            count=left_out.unusable,
            place=left_out.first_unusable,
        )
    if duplicates:
        yield _problem(
            "info",
            "vectors_repeated",
            _("%(count)s words stand there more than once; the first vector of each is taken."),
            _("Nothing to do, unless a later one is the right one: then remove the others."),
            count=duplicates,
        )
    if zeros := int((norms == 0).sum()):
        yield _problem(
            "warning",
            "vectors_zero",
            _("%(count)s vectors are nothing but zeros."),
            _("Nothing to do: such words say as little to a model as unknown ones."),
            count=zeros,
        )


def _problem(severity: Severity, code: str, message: str, remedy: str, **params: object) -> Problem:
    return Problem(severity=severity, code=code, message=message, remedy=remedy, params=params)


def _scripts(vectors: WordVectors) -> tuple[tuple[str, float], ...]:
    """The commonest, with the parts of words that begin in them."""
    count = min(len(vectors), WORDS_FOR_SCRIPTS)
    counts = Counter(filter(None, map(_script, map(vectors.word, range(count)))))
    return tuple((name, number / counts.total()) for name, number in counts.most_common(SCRIPTS))


def _script(word: str) -> str:
    letter = next((letter for letter in word if letter.isalpha()), "")
    return script(letter) if letter else ""


def _histogram(norms: Array) -> Histogram:
    low, high = float(norms.min()), float(norms.max())
    margin = max(1e-6, high * 1e-3) if high - low < 1e-6 * max(1.0, high) else 0.0  # else no bin would have a width
    counts, edges = np.histogram(norms, BINS, (low - margin, high + margin))
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()))
