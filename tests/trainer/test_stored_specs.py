"""Specs that released versions stored stay loadable: one folder a release, and a file in it is never changed again."""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from trainer import mistakes
from trainer.catalog import FAMILIES, listing
from trainer.spec import TrainSpec, parse

STORED = sorted(Path(__file__).with_name("specs").glob("*/*.json"))


def parts(value: Any) -> set[tuple[str, int]]:
    """Name and version of every component in a spec."""
    if isinstance(value, list):
        return {part for item in value for part in parts(item)}
    if not isinstance(value, dict):
        return set()
    own = {(value["name"], value["version"])} if {"name", "version"} <= value.keys() else set()
    return own | {part for item in value.values() for part in parts(item)}


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_stored_spec_is_still_read(path: Path) -> None:
    stored = json.loads(path.read_text())
    spec = parse(stored)
    assert spec.kind == stored.get("kind", "train")
    again = parse(json.loads(spec.model_dump_json()))
    assert again == spec


def test_there_is_an_example_of_every_component_in_its_present_version() -> None:
    shown = {part for path in STORED for part in parts(json.loads(path.read_text()))}
    present = {(name, entry.spec.VERSION) for family in FAMILIES for name, entry in listing(family).items()}
    assert present <= shown, "Add an example of what is new to the newest folder, or to one of its own for a new release."


@pytest.mark.parametrize(("spec", "field"), [({"version": 2}, "version"), ({"model": {"name": "cnn", "version": 2}}, "model.version")])
def test_what_a_newer_release_wrote_is_told_so(spec: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse(spec)
    (mistake,) = mistakes.of(caught.value.errors(include_url=False), {"kind": "train", **spec})
    assert str(mistake) == f"{field}: Version 2 is newer than this program, which reads up to 1. Update the program."


class Second(TrainSpec):
    """A form of the spec in which ``passes`` has become ``epochs``."""

    VERSION: ClassVar[int] = 2

    @classmethod
    def upgrade(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
        return {**{name: value for name, value in data.items() if name != "passes"}, "epochs": data["passes"]} if version < 2 else data


def test_a_spec_of_an_earlier_form_is_upgraded() -> None:
    spec = Second.model_validate({"version": 1, "passes": 3})
    assert (spec.version, spec.epochs) == (2, 3)
    assert Second.model_validate(spec.model_dump()) == spec
