"""Specs that released versions stored stay loadable."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from tests.trainer import store_specs
from trainer import mistakes
from trainer.catalog import FAMILIES, listing
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft


def test_every_stored_component_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of released versions, and those that a release of today would store."""
    released = sorted(store_specs.FOLDER.glob("*/*/*.json"))
    monkeypatch.setattr(store_specs, "FOLDER", tmp_path)
    store_specs.store("today")
    today = sorted(tmp_path.glob("*/*/*.json"))
    assert {(path.parent.name, path.stem) for path in today} == {
        (family, name) for family in FAMILIES for name in listing(family)
    }
    for path in (*released, *today):
        entry = listing(path.parent.name)[path.stem]
        spec = entry.spec.model_validate_json(path.read_text())
        assert entry.spec.model_validate_json(spec.model_dump_json()) == spec


@pytest.mark.parametrize(
    ("spec", "field"), [({"version": 2}, "version"), ({"model": {"name": "cnn", "version": 2}}, "model.version")]
)
def test_what_a_newer_release_wrote_is_told_so(spec: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse(spec)
    (mistake,) = mistakes.of(caught.value.errors(include_url=False), {"kind": "train", **spec})
    assert str(mistake) == f"{field}: Version 2 is newer than this program, which reads up to 1. Update the program."


class Second(TrainDraft):
    """A form of the spec in which ``passes`` has become ``epochs``."""

    VERSION: ClassVar[int] = 2

    @classmethod
    def upgrade(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
        return (
            {**{name: value for name, value in data.items() if name != "passes"}, "epochs": data["passes"]}
            if version < 2
            else data
        )


def test_a_spec_of_an_earlier_form_is_upgraded() -> None:
    spec = Second.model_validate({"version": 1, "passes": 3})
    assert (spec.version, spec.epochs) == (2, 3)
    assert Second.model_validate(spec.model_dump()) == spec
