"""The preview of cleaning and augmentation beside the form: rows before and after, values that change, pictures.

POST /runs/preparation/ takes the fields of the form and answers with a fragment, which asks for itself again while the
worker looks at the data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from trainer.catalog import listing
from trainer.previewing.report import JoinedClass, Preview, Row, Tokenization
from trainer.specs.preview import PREVIEWED
from trainer.specs.train import TrainSpec
from webapp import formatting, words
from webapp.accounts.access import signed_in
from webapp.runs import forms, previews, sheets, starting, states
from webapp.runs.faults import Fault
from webapp.runs.models import Run, State


@dataclass(frozen=True)
class Step:
    """A step of cleaning in words, and the first rows that it leaves out."""

    label: str
    sentences: tuple[str, ...]
    left_out: tuple[Row, ...]
    joined: tuple[JoinedClass, ...]


@dataclass(frozen=True)
class Tokens:
    """What a tokenizer makes of a column, in words; the ``note`` says where a training's vocabulary would be larger, or
    is smaller than was asked for.
    """

    tokenization: Tokenization
    label: str
    summary: str
    note: str


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin the preview of the form as it stands, or say what is wrong in the part of it that is previewed."""
    version = starting.chosen_version(request, request.POST)
    if version is None:
        raise Http404
    raw = forms.read_post(request.POST)
    reading = forms.check({name: raw[name] for name in PREVIEWED if name in raw}, version)
    if not isinstance(reading.spec, TrainSpec):
        faults = starting.faults_of(reading, version, request.POST)
        return render(request, "runs/preparation.html", {"faults": faults})
    return _fragment(request, previews.start(owner=signed_in(request), version=version, spec=reading.spec))


@require_safe
def show(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The preview as far as it has come."""
    return _fragment(request, previews.find(signed_in(request), run_id))


@require_safe
def sheet(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Pictures as augmentation varies them."""
    return sheets.response(previews.find(signed_in(request), run_id), previews.SHEET)


def _fragment(request: HttpRequest, run: Run) -> HttpResponse:
    """What the preview found; while it has not ended, a sentence that asks again."""
    preview = previews.result(run) if run.state == State.SUCCEEDED else None
    context = {
        "run": run,
        "preview": preview,
        "waits": State(run.state) not in states.FINAL,
        "faults": [Fault("", "", _failure(run))] if preview is None and State(run.state) in states.FINAL else [],
        "steps": list(_steps(preview)) if preview else [],
        "tokenizations": [_tokens(one) for one in preview.tokenizations] if preview else [],
    }
    return render(request, "runs/preparation.html", context)


def _failure(run: Run) -> str:
    if run.state == State.FAILED:
        return words.sentence(run.reason, run.reason_params)
    return _("The preview was cancelled by a newer one.")


def _steps(preview: Preview) -> Iterator[Step]:
    for step in preview.steps:
        yield Step(
            label=_(listing("cleaning")[step.name].label),
            sentences=tuple(words.sentence(effect.message, effect.params) for effect in step.effects if effect.count),
            left_out=step.left_out,
            joined=step.joined,
        )


def _tokens(one: Tokenization) -> Tokens:
    return Tokens(
        tokenization=one,
        label=_(listing("tokenizers")[one.tokenizer].label),
        summary=_summary(one),
        note=_note(one),
    )


def _summary(one: Tokenization) -> str:
    if one.lengths is None:
        return _("All texts are empty behind the cleaning: nothing can be learned from them.")
    message = _(
        "%(vocabulary)s different tokens, which are %(known)s of what the texts have. Half of the texts have "
        "%(lower)s to %(upper)s tokens, the longest %(most)s. %(cut)s are longer than %(longest)s and cut."
    )
    lengths = one.lengths
    numbers = {"vocabulary": one.vocabulary, "lower": lengths.lower_quartile, "upper": lengths.upper_quartile}
    numbers |= {"most": lengths.most, "longest": one.longest}
    parts = {"known": formatting.percent(one.known), "cut": formatting.percent(one.cut)}
    return message % {**{name: formatting.short(round(value)) for name, value in numbers.items()}, **parts}


def _note(one: Tokenization) -> str:
    if one.fitted_on < one.rows:
        return _of_a_part(one)
    return _of_few(one) if one.limit is not None and one.vocabulary < one.limit and one.lengths is not None else ""


def _of_few(one: Tokenization) -> str:
    message = _("The vocabulary may have %(limit)s tokens; these texts have no more that come often enough.")
    return message % {"limit": formatting.short(one.limit)}


def _of_a_part(one: Tokenization) -> str:
    message = _(
        "To be fast, the preview was made from %(part)s of the %(rows)s texts to train on; the training takes all, and "
        "may know more tokens."
    )
    return message % {"part": formatting.short(one.fitted_on), "rows": formatting.short(one.rows)}
