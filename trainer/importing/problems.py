"""Problems of a data set and the checks that look for them, in the sentences of all and of each kind of column."""

from collections.abc import Callable, Iterable
from functools import cache, reduce
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from operator import or_
from types import ModuleType
from typing import Any

from trainer import columns
from trainer.component import Strict
from trainer.importing import file_sentences
from trainer.importing.sentences import LOOKED_FOR, SENTENCES, Sentence, Severity
from trainer.sentences import filled

OF_A_KIND = 8


class Problem(Strict):
    """Something to know before training. ``message`` and ``remedy`` are English identifiers with gaps for ``params``.

    ``error``: training on this cannot work; ``warning``: it can, and may disappoint; ``info``: how the file was read.
    """

    severity: Severity
    code: str
    message: str
    params: dict[str, Any] = {}
    remedy: str

    @property
    def in_words(self) -> str:
        """In English, for a terminal."""
        return f"{filled(self.message, self.params)} {filled(self.remedy, self.params)}"


class Check(Strict):
    """Something that was looked for, found or not; ``message`` is an English identifier."""

    code: str
    message: str


@cache
def sentences() -> dict[str, Sentence]:
    """Those of all tables, then those of some files, and behind them each kind's own."""
    return reduce(or_, (module.SENTENCES for module in _of_kinds()), SENTENCES | file_sentences.SENTENCES)


@cache
def correctable() -> frozenset[str]:
    """The codes of problems that another kind of the column may remedy."""
    return frozenset({"identifier"}).union(*(getattr(module, "CORRECTABLE", ()) for module in _of_kinds()))


@cache
def looked_for() -> dict[str, str]:
    """What all checks look for, by code."""
    return reduce(or_, (module.LOOKED_FOR for module in _of_kinds()), LOOKED_FOR | file_sentences.LOOKED_FOR)


def checks_of_kinds() -> frozenset[str]:
    """The codes of what the kinds of columns look for."""
    return frozenset(code for module in _of_kinds() for code in module.LOOKED_FOR)


def _of_kinds() -> list[ModuleType]:
    names = [f"{columns.__name__}.{kind}.sentences" for kind in columns.kinds()]
    return [import_module(name) for name in names if find_spec(name)]


def checks_of(*functions: Callable[..., object]) -> frozenset[str]:
    """The codes of what these functions look for: each stands in the code that says it, so nobody has to
    list them again."""
    return frozenset(code for function in functions for code in function.__code__.co_consts if code in looked_for())


def problem(code: str, **params: Any) -> Problem:
    """A problem from the tables with its gaps filled."""
    severity, message, remedy = sentences()[code]
    return Problem(severity=severity, code=code, message=message, params=params, remedy=remedy)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Errors first, then as the tables stand, at most ``OF_A_KIND`` of each."""
    severities, codes = ("error", "warning", "info"), list(sentences())
    ordered = sorted(problems, key=lambda item: (severities.index(item.severity), codes.index(item.code)))
    groups = [list(group) for _, group in groupby(ordered, key=lambda item: item.code)]
    return tuple(item for group in groups for item in (*group[:OF_A_KIND], *_rest(group)))


def checks_made(checks: frozenset[str]) -> tuple[Check, ...]:
    """The checks of these codes, as the tables stand."""
    return tuple(Check(code=code, message=message) for code, message in looked_for().items() if code in checks)


def _rest(group: list[Problem]) -> list[Problem]:
    hidden = len(group) - OF_A_KIND
    if hidden <= 0:
        return []
    return [problem("more_of_a_kind", count=hidden).model_copy(update={"severity": group[0].severity})]
