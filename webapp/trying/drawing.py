"""An answer as the page draws it: probabilities, and what mattered in columns, words and patches of pictures."""

import base64
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainer.trying.entries import Entry
from trainer.trying.replies import Answer, Excess, Influence, View
from webapp.formatting import percent, short

MOST_ROWS = 20  # of a table of influences
STEPS = 5  # of how strongly a word or a patch is marked
FULL = 100.0  # of a bar to one side
NOTHING = 1e-9  # as a part of the largest change
LEAST_POINTS = 0.1  # that are told as a number


@dataclass(frozen=True)
class Bar:
    name: str
    part: float
    text: str


@dataclass(frozen=True)
class Change:
    """A change in words, with its side: ``for`` the answer, ``against`` it, or neither. ``width`` is in percent of the
    largest; ``step``, from 0 to STEPS, grows by its root.
    """

    label: str
    value: str
    text: str
    side: str
    width: float
    step: int

    @property
    def left(self) -> float:
        """Where its bar begins, in a picture from -FULL to FULL."""
        return -self.width if self.side == "against" else 0.0


@dataclass(frozen=True)
class Piece:
    """A piece of a text; one that could be left out has its change."""

    text: str
    change: Change | None = None


@dataclass(frozen=True)
class Text:
    column: str
    pieces: Sequence[Piece]
    rows: Sequence[Change]


@dataclass(frozen=True)
class Patch:
    x: int
    y: int
    width: int
    height: int
    change: Change


@dataclass(frozen=True)
class Picture:
    column: str
    view: View
    patches: Sequence[Patch]
    rows: Sequence[Change]


@dataclass(frozen=True)
class Drawn:
    """``headline`` is the answer in words. Of ``notes`` each says what a reader must know of the influences, of
    ``excesses`` what the model did not read. ``file`` is what was entered, files aside, and the answer: JSON in Base64,
    for whoever wants to keep it.
    """

    answer: Answer
    headline: str
    probability: str
    bars: Sequence[Bar]
    latency: str
    columns: Sequence[Change]
    texts: Sequence[Text]
    pictures: Sequence[Picture]
    notes: Sequence[str]
    excesses: Sequence[str]
    file: str


def draw(answer: Answer, entries: Sequence[Entry], values: Mapping[str, object]) -> Drawn:
    """``values`` are what was entered, by column."""
    scale = max((abs(one.change) for one in answer.influences), default=0.0)
    looks = {entry.column: entry.look for entry in entries}
    by_column: dict[str, list[Influence]] = {}
    for influence in answer.influences:
        by_column.setdefault(influence.column, []).append(influence)
    drawing = _Drawing(answer, scale, values)
    views = {view.column: view for view in answer.views}
    return Drawn(
        answer=answer,
        headline=_headline(answer),
        probability=_probability(answer),
        bars=list(_bars(answer)),
        latency=_latency(answer),
        columns=[drawing.column(one) for one in answer.influences if not one.place][:MOST_ROWS],
        texts=[drawing.text(name, own) for name, own in by_column.items() if looks.get(name) == "paragraph"],
        pictures=[drawing.picture(view, by_column.get(name, ())) for name, view in views.items()],
        notes=list(_notes(answer)),
        excesses=[_in_words(excess) for excess in answer.excesses],
        file=_file(answer, values),
    )


def _file(answer: Answer, values: Mapping[str, object]) -> str:
    body = {"values": dict(values), "answer": answer.model_dump(mode="json", exclude={"type", "views"})}
    return base64.b64encode(json.dumps(body, ensure_ascii=False, indent=2).encode("utf-8", "replace")).decode()


def _headline(answer: Answer) -> str:
    outcome = answer.outcome
    if outcome.value is not None:
        return short(outcome.value)
    return ", ".join(outcome.words) or _("none of the labels")


def _probability(answer: Answer) -> str:
    """Of the one answer, where there is one."""
    outcome = answer.outcome
    shares = {share.name: share.share for share in outcome.shares}
    return percent(shares[outcome.words[0]]) if len(outcome.words) == 1 and outcome.words[0] in shares else ""


def _bars(answer: Answer) -> Iterator[Bar]:
    for share in answer.outcome.shares:
        yield Bar(share.name, share.share, percent(share.share))


def _latency(answer: Answer) -> str:
    sentence = ngettext(
        "%(time)s ms for one row: the median of %(calls)s calls, on %(threads)s thread of the worker’s processor.",
        "%(time)s ms for one row: the median of %(calls)s calls, on %(threads)s threads of the worker’s processor.",
        answer.threads,
    )
    return sentence % {"time": f"{answer.latency_ms:.3g}", "calls": answer.calls, "threads": answer.threads}


def _in_words(excess: Excess) -> str:
    if excess.part == "beginning":
        sentence = ngettext(
            "The model reads the first of the %(tokens)s tokens of %(column)s, and not the rest.",
            "The model reads the first %(read)s of the %(tokens)s tokens of %(column)s, and not the rest.",
            excess.read,
        )
    else:
        sentence = ngettext(
            "The model reads the last of the %(tokens)s tokens of %(column)s, and not those before.",
            "The model reads the last %(read)s of the %(tokens)s tokens of %(column)s, and not those before.",
            excess.read,
        )
    return sentence % {"read": short(excess.read), "tokens": short(excess.tokens), "column": excess.column}


def _notes(answer: Answer) -> Iterator[str]:
    if answer.tried < answer.parts:
        yield _("The time was up when %(tried)s of %(parts)s parts had been left out: the others may matter, too.") % {
            "tried": answer.tried,
            "parts": answer.parts,
        }
    if answer.influences and all(one.change == 0 for one in answer.influences):
        yield _("Nothing that was left out changed the answer.")


class _Drawing:
    def __init__(self, answer: Answer, scale: float, values: Mapping[str, object]) -> None:
        self._scale, self._values, self._is_share = scale, values, answer.outcome.value is None

    def column(self, influence: Influence) -> Change:
        label, value = influence.column, str(self._values.get(influence.column, ""))
        if influence.further:
            more = ngettext("and %(n)s column beside it", "and %(n)s columns beside it", influence.further)
            value = more % {"n": influence.further}
        return self._change(influence, label, value)

    def text(self, column: str, influences: Sequence[Influence]) -> Text:
        text = str(self._values.get(column, ""))
        return Text(
            column,
            list(self._pieces(text, sorted(influences, key=lambda one: one.place))),
            [self._change(one, text[one.place[0] : one.place[1]]) for one in influences[:MOST_ROWS]],
        )

    def _pieces(self, text: str, influences: Sequence[Influence]) -> Iterator[Piece]:
        at = 0
        for one in influences:
            begin, end = one.place
            yield Piece(text[at:begin])
            yield Piece(text[begin:end], self._change(one, text[begin:end]))
            at = end
        yield Piece(text[at:])

    def picture(self, view: View, influences: Sequence[Influence]) -> Picture:
        changes = [self._change(one, self._where(view, one)) for one in influences]
        patches = [
            Patch(left, top, right - left, bottom - top, change)
            for (left, top, right, bottom), change in zip((one.place for one in influences), changes, strict=True)
        ]
        return Picture(view.column, view, patches, changes[:MOST_ROWS])

    def _where(self, view: View, influence: Influence) -> str:
        left, top, right, bottom = influence.place
        return _("%(across)s %% from the left, %(down)s %% from the top") % {
            "across": round(50 * (left + right) / view.width),
            "down": round(50 * (top + bottom) / view.height),
        }

    def _change(self, influence: Influence, label: str, value: str = "") -> Change:
        change, part = influence.change, abs(influence.change) / self._scale if self._scale else 0.0
        side = "" if part < NOTHING else "for" if change > 0 else "against"
        step = round(STEPS * math.sqrt(part))  # weak ones would not be seen beside a strong one
        return Change(label, value, self._in_words(change), side, round(FULL * part, 1), step)

    def _in_words(self, change: float) -> str:
        sign = "+" if change > 0 else "−" if change < 0 else ""
        if not self._is_share:
            return sign + short(abs(change))
        points = 100 * abs(change)
        if 0 < points < LEAST_POINTS / 2:
            return _("less than %(size)s points") % {"size": LEAST_POINTS}
        return _("%(sign)s%(size)s points") % {"sign": sign, "size": f"{points:.1f}"}
