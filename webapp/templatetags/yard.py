"""Template tags of every page: icons, states in words, sentences with gaps, sizes, durations, and figures."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.dateformat import format as date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from trainer.catalog import listing
from trainer.importing.forms import visible
from webapp import formatting, scalars, words
from webapp.runs import headline
from webapp.runs.controls.control import Field
from webapp.runs.models import Measure, Run

register = template.Library()
CHECKED, INVALID = mark_safe(" checked"), mark_safe(' aria-invalid="true"')
register.filter(formatting.duration)
register.filter(formatting.percent)
register.filter(formatting.short)
register.filter(visible)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of our own sprite; decoration for eyes unless it carries a ``label``."""
    address = f"{static('trainyard/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" width="18" height="18" role="img" aria-label="{}"><use href="{}"/></svg>', label, address
        )
    return format_html('<svg class="icon" width="18" height="18" aria-hidden="true"><use href="{}"/></svg>', address)


@register.simple_tag
def state(name: str) -> SafeString:
    """A state never speaks by colour alone: an icon and a word go with it."""
    shapes = {
        "inspecting": "running",
        "ready": "succeeded",
        "proved": "succeeded",
        "refused": "failed",
        "lossy": "warning",
    }
    return format_html(
        '<span class="state state-{}">{}<span>{}</span></span>', name, icon(shapes.get(name, name)), words.state(name)
    )


@register.simple_tag
def sentence(message: str, params: Mapping[str, Any] | None = None) -> str:
    """The reader's language for a message identifier, its gaps filled."""
    return words.sentence(message, params or {})


@register.filter
def lookup(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """``mapping[key]`` for a key that a template knows only as a variable."""
    return (mapping or {}).get(key)


@register.inclusion_tag("parts/figure.html")
def figure(drawing: Mapping[str, Any], name: str, label: str, size: str = "") -> dict[str, Any]:
    """A Plotly figure: the place it is drawn in, and its data beside it as JSON."""
    return {"drawing": drawing, "id": f"figure-{name}", "label": label, "size": size}


@register.filter
def words_of(text: str) -> list[str]:
    """The words of ``text``, to loop over."""
    return text.split()


@register.simple_tag
def live_texts() -> str:
    """The sentences of the script that follows a run, as JSON."""
    return json.dumps(
        {
            "reconnecting": _("Reconnecting; nothing is lost."),
            "live": _("Live"),
            "closed": _("The connection is closed. Reload the page to go on watching."),
            "left": _("%(time)s left"),
            "hours": _("%(h)d h %(m)d min"),
            "minutes": _("%(m)d min %(s)d s"),
            "seconds": _("%(n)s s"),
            "done": _("%(part)s %% done"),
            "loading": _("The points are on their way."),
            "waiting": _("Points appear here as soon as there are some."),
            "ended": _("The run has ended without a point for this chart."),
            "nan": _("Values that are not numbers: %(count)s"),
        }
    )


@register.simple_tag
def moment(when: datetime) -> SafeString:
    """A time in UTC, which page.js writes in the reader's own zone."""
    return format_html(
        '<time datetime="{}" data-moment>{} UTC</time>', when.isoformat(), date_format(when, "Y-m-d H:i")
    )


@register.simple_tag
def kind_word(kind: str) -> str:
    return words.kind(kind)


@register.simple_tag
def format_word(name: str) -> str:
    return words.file_format(name)


@register.simple_tag
def stage_word(name: str) -> str:
    return words.stage(name)


@register.filter(name="headline")
def run_headline(run: Run) -> str:
    return headline.headline(run)


@register.filter
def score(run: Any, measure: Measure) -> str:
    """By which the list is sorted; empty for a run without."""
    if run.sort_key is None:
        return ""
    value = f"{words.translated(measure.label)} {scalars.in_unit(run.sort_key, measure.unit)}"
    return scalars.noted(value, headline.note(run, measure.name))


@register.filter
def measure_label(measure: Measure) -> str:
    return words.translated(measure.label)


@register.filter
def seconds_taken(run: Run) -> float | None:
    return headline.seconds(run)


@register.simple_tag
def tick_boxes(control: Field) -> SafeString:
    """A box for each choice. Not by a template: a form may have tens of thousands of them."""
    ticked = set(control.values)
    first = INVALID if control.errors else ""
    return format_html_join(
        "",
        '<label><input type="checkbox" name="{}" value="{}"{}{}><span>{}</span></label>',
        (
            (control.name, value, CHECKED if value in ticked else "", "" if place else first, text)
            for place, (value, text) in enumerate(control.choices)
        ),
    )


@register.simple_tag
def format_labels() -> list[tuple[str, str]]:
    """What can be imported, and the formats that each may have: of labels such as “Table (CSV)”."""
    names: dict[str, list[str]] = {}
    for entry in listing("formats").values():
        content, _bracket, name = words.translated(entry.label).partition(" (")
        names.setdefault(content, []).append(name.removesuffix(")"))
    return [(content, " · ".join(filter(None, own))) for content, own in names.items()]


@register.simple_tag
def asset_labels() -> list[tuple[str, str]]:
    """The kinds of assets that can be uploaded, and what each is."""
    return [
        (words.translated(entry.label), words.translated(entry.description)) for entry in listing("assets").values()
    ]


@register.simple_tag
def upload_texts() -> str:
    """The sentences of the script that uploads, as JSON."""
    return json.dumps(
        {
            "waiting": _("waiting"),
            "sending": _("%(sent)s of %(size)s, %(left)s left"),
            "paused": _("paused at %(sent)s of %(size)s"),
            "resumed": _("going on from %(sent)s"),
            "offline": _("No connection; going on by itself as soon as there is one."),
            "trouble": _("%(reason)s Trying again …"),
            "remembered": _("%(sent)s of %(size)s are there: choose the file again to go on"),
            "sure": _("Remove “%(name)s”? What was sent of it goes."),
            "done": _("%(size)s received"),
            "pause": _("Pause"),
            "resume": _("Go on"),
            "failed": _("The upload was refused: %(reason)s"),
            "empty": _("This file is empty; choose one with content."),
        }
    )


@register.simple_tag
def fact_word(name: str) -> str:
    """The word for what a worker tells of its machine."""
    labels = {
        "cores": _("Cores"),
        "system": _("System"),
        "processor": _("Processor"),
        "torch": "PyTorch",
        "python": "Python",
    }
    return labels.get(name, name)
