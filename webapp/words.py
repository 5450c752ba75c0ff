"""Sentences in the reader's language: states, reasons, and what the trainer says with gaps to fill."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trainer import exporters
from trainer.catalog import listing
from trainer.columns import kinds
from trainer.sentences import ONE

# The name of a sentence, and of the values beside it that fill its gaps.
GAPS = {"message": "params", "remedy": "params", "reason": "reason_params"}
STATES = {
    "queued": gettext_lazy("Queued"),
    "starting": gettext_lazy("Starting"),
    "running": gettext_lazy("Running"),
    "stopping": gettext_lazy("Stopping"),
    "paused": gettext_lazy("Paused"),
    "succeeded": gettext_lazy("Succeeded"),
    "stopped": gettext_lazy("Stopped"),
    "failed": gettext_lazy("Failed"),
    "cancelled": gettext_lazy("Cancelled"),
    "inspecting": gettext_lazy("Inspecting"),
    "ready": gettext_lazy("Ready"),
    "proved": gettext_lazy("Proved"),
    "refused": gettext_lazy("Refused"),
    "lossy": gettext_lazy("Lossy"),
}


def state(name: str) -> str:
    """The word for a run's, a data set's or an export's state."""
    return str(STATES.get(name, name))


def kind(name: str) -> str:
    """The word for what a run does."""
    labels = {
        "train": _("Training"),
        "compress": _("Compression"),
        "export": _("Export"),
        "inspect": _("Inspection"),
        "inspect_asset": _("Inspection of an asset"),
        "preview": _("Preview"),
    }
    return labels.get(name, name)


def column_kind(name: str) -> str:
    """The word for what a column holds."""
    kind = kinds().get(name)
    return _(kind.LABEL) if kind else name


def file_format(name: str) -> str:
    """The word for a file among the exports."""
    return _(exporters.labels().get(name, name))


def stage(name: str) -> str:
    """The label of a compressor, and of the model that goes into the first one."""
    entry = listing("compressors").get(name)
    return _(entry.label) if entry else _("Original") if name == "original" else name


def translated(identifier: str | None) -> str:
    """``identifier`` in the reader's language; nothing for nothing, for which gettext has the head of its catalogue."""
    return _(identifier) if identifier else ""


def told(value: Any) -> Any:
    """A report, profile or event with each of its sentences in words: wherever gaps stand beside a message, they are
    filled in it.

    Codes and parameters stay beside the sentence, for programs.
    """
    if isinstance(value, Mapping):
        return {name: _filled(value, name, part) for name, part in value.items()}
    return [told(part) for part in value] if isinstance(value, list | tuple) else value


def _filled(beside: Mapping[str, Any], name: str, part: Any) -> Any:
    gaps = beside.get(GAPS[name]) if name in GAPS else None
    return sentence(part, gaps) if isinstance(part, str) and isinstance(gaps, Mapping) else told(part)


def sentence(message: str, params: Mapping[str, Any]) -> str:
    """``message`` translated, with its named gaps filled; as it stands where the gaps do not fit. What fills a gap may
    be a sentence with gaps of its own."""
    if not message:
        return ""
    params = {name: _inner(value) for name, value in params.items()}
    one, gap = ONE.get(message, (message, ""))
    counted = params.get(gap)
    text = ngettext(one, message, counted) if isinstance(counted, int) else _(message)
    try:
        return text % params if params else text
    except (KeyError, TypeError, ValueError):
        return text


def _inner(value: Any) -> Any:
    is_sentence = isinstance(value, Mapping) and {"message", "params"} <= value.keys()
    return sentence(value["message"], value["params"]) if is_sentence else value
