"""Every field of every Spec has a control: a field that the form cannot show would be left out of it without a word."""

from typing import Any

import pytest

from tests.webapp.pages import images, table
from trainer.catalog import FAMILIES, Entry, listing
from trainer.component import Strict
from trainer.data.summary import DataSummary
from trainer.spec import Split, TrainSpec
from webapp.runs import compressing, forms
from webapp.runs.fields import TAGS, Place, fields

ENTRIES = [pytest.param(entry, id=f"{family}/{name}") for family in FAMILIES for name, entry in listing(family).items()]
PART = {"name": "part", "kind": "category", "distinct": 2, "levels": ["train", "test"]}  # only then can it be chosen


def with_parts(summary: dict[str, Any]) -> DataSummary:
    return DataSummary.model_validate({**summary, "columns": [*summary["columns"], PART]})


SUMMARIES = {"table": with_parts(table("petal")["summary"]), "images": with_parts(images()["summary"])}


def of(model: type[Strict], prefix: str = "") -> set[str]:
    """The paths of a model's fields."""
    return {f"{prefix}{name}" for name in model.model_fields if name not in TAGS}


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_field_of_a_component_can_be_shown(entry: Entry) -> None:
    assert {one.path for one in fields(entry.spec, Place(), {}, {})} == of(entry.spec)


@pytest.mark.parametrize("summary", SUMMARIES.values(), ids=SUMMARIES)
def test_every_field_of_a_training_has_a_control_in_the_form(summary: DataSummary) -> None:
    sections = forms.sections(forms.Reading({}), summary, None)
    paths = {one.path for section in sections for one in (*section.fields, *section.folded)}
    parts = {part.name: part for section in sections for part in section.parts}
    shown = {name for name, entry in listing("exporters").items() if not of(entry.spec)}
    assert {check.name for section in sections for check in section.checks} == shown, (
        "an exporter with fields needs controls"
    )
    assert paths | parts.keys() | {"exporters", "split", "cleaning", "augmentation"} == of(TrainSpec) | of(
        Split, "split."
    )
    for name, part in parts.items():
        for option in part.options:
            assert {one.path for one in (*option.fields, *option.folded)} == of(
                listing(forms.PARTS[name])[option.name].spec, f"{name}."
            )


def test_every_field_of_a_compressor_has_a_control_in_the_dialog() -> None:
    stages = compressing._stages(None, {})
    assert [stage.name for stage in stages] == list(listing("compressors"))
    for stage in stages:
        spec: Any = listing("compressors")[stage.name].spec
        assert {one.path.rpartition(".")[2] for one in stage.fields} == of(spec)
