"""What the pages show of columns of text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.charts import texts as charts
from webapp.charts.figure import Figure
from webapp.formatting import shares, short

MOST = 6  # columns whose texts the page shows


@dataclass(frozen=True)
class SampleView:
    """One text, or its beginning; ``title`` says which and how long it is."""

    title: str
    text: str
    rest: str  # what is not shown of it, in words


@dataclass(frozen=True)
class TextsView:
    """The texts of one column."""

    name: str
    facts: Sequence[tuple[str, str]]
    lengths: Figure
    terms_title: str
    terms: Figure | None
    telling_title: str
    telling: Figure | None
    note: str
    samples: Sequence[SampleView]


def views(columns: Sequence[Mapping[str, Any]]) -> list[TextsView]:
    """Of the first columns that hold texts."""
    return [_view(column) for column in _with_texts(columns)[:MOST]]


def left_out(columns: Sequence[Mapping[str, Any]]) -> int:
    """How many more columns hold texts."""
    return max(0, len(_with_texts(columns)) - MOST)


def range_of(column: Mapping[str, Any]) -> str:
    """How long the texts are, in a line; empty for other columns."""
    if not (texts := column.get("texts")):
        return ""
    low, _quarter, middle, _three_quarters, high = texts["characters"]["quartiles"]
    return _("%(low)s to %(high)s characters, median %(middle)s") % {
        "low": short(low),
        "high": short(high),
        "middle": short(middle),
    }


def bars_of(column: Mapping[str, Any]) -> Sequence[int]:
    """How many texts are of each range of lengths; none for other columns."""
    texts = column.get("texts") or {}
    counts: Sequence[int] = texts["characters"]["histogram"]["counts"] if texts else ()
    return counts


def _with_texts(columns: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [column for column in columns if column.get("texts")]


def _view(column: Mapping[str, Any]) -> TextsView:
    texts = column["texts"]
    histogram = texts["characters"]["histogram"]
    return TextsView(
        name=column["name"],
        facts=list(_facts(texts)),
        lengths=charts.lengths(histogram["edges"], histogram["counts"], _("Characters")),
        terms_title=_("Commonest pairs of characters") if texts["are_pairs"] else _("Commonest words"),
        terms=charts.terms(texts["terms"]) if texts["terms"] else None,
        telling_title=_("Without stop words"),
        telling=charts.terms(texts["telling"]) if texts.get("telling") else None,
        note=_note(texts),
        samples=[_sample(passage) for passage in texts["samples"]],
    )


def _facts(texts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield _("Characters"), _quartiles(texts["characters"])
    if texts["words"]:
        yield _("Words"), _quartiles(texts["words"])
    yield _("Duplicate texts"), short(texts["duplicates"])
    letters = sum(count for _name, count in texts["scripts"])
    yield _("Letters"), shares((name, count / letters) for name, count in texts["scripts"])
    if texts["unseen"]:
        yield _("Characters that cannot be seen"), ", ".join(f"{name} ({short(n)})" for name, n in texts["unseen"])


def _quartiles(lengths: Mapping[str, Any]) -> str:
    low, quarter, middle, three_quarters, high = map(short, lengths["quartiles"])
    return _("median %(middle)s; half of the texts have %(quarter)s to %(three_quarters)s, all %(low)s to %(high)s") % {
        "middle": middle,
        "quarter": quarter,
        "three_quarters": three_quarters,
        "low": low,
        "high": high,
    }


def _note(texts: Mapping[str, Any]) -> str:
    """Where not all is counted, of how much the counts are."""
    if not texts["is_sampled"]:
        return ""
    return _(
        "Words are counted in %(counted)s characters, letters in %(examined)s, taken from all along the column."
    ) % {"counted": short(texts["counted"]), "examined": short(texts["examined"])}


def _sample(passage: Mapping[str, Any]) -> SampleView:
    length = ngettext("%(n)s character", "%(n)s characters", passage["characters"]) % {
        "n": short(passage["characters"])
    }
    return SampleView(
        title=_("Row %(row)s, %(length)s") % {"row": short(passage["row"]), "length": length},
        text=passage["text"],
        rest=f"… ({length})" if passage["is_cut"] else "",
    )
