"""Settings that a form begins with, where some are known to do well with such data."""

from dataclasses import dataclass, replace
from typing import Any

from trainer import presets
from trainer.data.summary import DataSummary
from trainer.presets import Preset
from trainer.specs.train import TrainSpec
from webapp.datasets.models import DatasetVersion
from webapp.runs import forms
from webapp.runs.forms import Reading

PLAIN = "plain"  # what the address calls every field's own default


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How a form begins: by one of the presets that fit, or by none."""

    reading: Reading
    fitting: tuple[Preset, ...] = ()
    chosen: Preset | None = None


def beginning(raw: dict[str, Any], version: DatasetVersion, name: str | None) -> Beginning:
    """The preset of this name, else the first that fits these data, on top of what the data suggest."""
    plain = _filled(raw, version)
    if not isinstance(plain.spec, TrainSpec):
        return Beginning(reading=plain)
    summary = DataSummary.model_validate((version.profile or {})["summary"])
    fitting = tuple(presets.fitting(plain.spec.features(summary)))
    chosen = next((preset for preset in fitting if name in (None, preset.name)), None)
    begun = Beginning(reading=plain, fitting=fitting, chosen=chosen)
    return replace(begun, reading=_filled({**raw, **chosen.settings}, version)) if chosen else begun


def _filled(raw: dict[str, Any], version: DatasetVersion) -> Reading:
    reading = forms.check(raw, version)
    return Reading(forms.filled(reading.spec), reading.spec) if reading.spec else reading
