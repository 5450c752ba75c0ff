"""Every field of every Spec has a control, and a form that is read gives the spec that it showed: what the form cannot
show would be left out of it without a word.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from django.http import QueryDict
from pydantic import Field as SpecField
from pydantic import ValidationError

from tests.webapp.pages import images, table
from trainer.catalog import FAMILIES, Choice, Entry, Family, listing
from trainer.component import Component, Lenient, Strict
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.specs.parsing import KINDS
from trainer.specs.train import TrainDraft, TrainSpec
from webapp.runs import forms
from webapp.runs.controls import draw
from webapp.runs.controls.control import Alternatives, ComponentList, Control, Field, Group, Nested
from webapp.runs.controls.draw import Place, Surroundings
from webapp.runs.controls.edits import edited
from webapp.runs.controls.offer import offered
from webapp.runs.controls.read import read
from webapp.runs.controls.shapes import TAGS, fields, is_fixed, shape

ENTRIES = [pytest.param(entry, id=f"{family}/{name}") for family in FAMILIES for name, entry in listing(family).items()]
PART = {"name": "part", "kind": "category", "distinct": 2, "levels": ["train", "test"]}  # only then can it be chosen


def with_parts(summary: dict[str, Any]) -> DataSummary:
    return DataSummary.model_validate({**summary, "columns": [*summary["columns"], PART]})


SUMMARIES = {"table": with_parts(table("petal")["summary"]), "images": with_parts(images()["summary"])}


class Inner(Strict):
    """A Spec within a component."""

    depth: int = SpecField(1, ge=1)


class Every(Component):
    """A field of every shape that a component may have."""

    optimizer: Annotated[Component, Choice("optimizers")] | None = None
    stages: Annotated[tuple[Annotated[Component, Choice("compressors")], ...], Lenient] = ()
    inner: Inner = SpecField(default_factory=Inner)
    columns: Annotated[tuple[str, ...], Lenient] = ("a", "b")
    numbers: Annotated[tuple[int, ...], Lenient] = ()
    sides: Annotated[tuple[Literal["left", "right"], ...], Lenient] = ("left",)
    limit: float | None = 0.5
    sure: bool | None = None
    flag: bool = True
    words: dict[str, int] = SpecField(default_factory=dict)
    side: Literal["left", "right"] | None = "left"
    either: int | str = 1


CHANGES: list[dict[str, Any]] = [
    {},
    {"optimizer": {"name": "sgd", "learning_rate": 0.1 + 0.2}, "flag": False, "sure": False, "limit": None},
    {"stages": [{"name": "quantize_int8"}, {"name": "prune_channels", "ratio": 0.75}, {"name": "quantize_int8"}]},
    {"columns": ["x, y", "z"], "numbers": [3, 1], "sides": [], "inner": {"depth": 3}, "side": None},
    {"columns": [], "words": {"a": 1}, "either": "x", "sure": True, "sides": ["left", "right"]},
]


def drawn(model: type[Strict], said: Mapping[str, Any], data: DataSummary | None = None) -> Group:
    return draw.group(model, said, Surroundings(data), Place())


def sent(group: Group) -> Iterator[tuple[str, str]]:
    """What a browser sends of these controls."""
    for control in group.controls:
        yield from _sent(control)


def _sent(control: Control) -> Iterator[tuple[str, str]]:
    if isinstance(control, Nested):
        yield from sent(control.group)
    elif isinstance(control, Alternatives):
        yield f"{control.name}.name", control.chosen
        for group in control.groups:
            yield from sent(group)
    elif isinstance(control, ComponentList):
        for item in control.items:
            yield from ((f"{control.name}.item", item.key), (f"{item.prefix}.name", item.name))
            yield from sent(item.group)
    elif isinstance(control, Field) and control.look == "columns":
        yield from ((control.name, value) for value, _text in control.choices if value in control.values)
        yield control.name, ""
    elif isinstance(control, Field):
        yield control.name, control.value


def read_back(model: type[Strict], group: Group) -> dict[str, Any]:
    post = QueryDict(mutable=True)
    for name, value in sent(group):
        post.appendlist(name, value)
    return read(model, post)


def of(model: type[Strict]) -> set[str]:
    """The fields of a model in which there is something to choose."""
    return {name for name, info in model.model_fields.items() if name not in TAGS and not is_fixed(shape(info))}


def others(model: type[Strict], name: str) -> Iterator[Any]:
    """Values that a field does not have by default; its default last."""
    info = model.model_fields[name]
    value, core = info.get_default(call_default_factory=True), shape(info).core
    if core is bool:
        yield not value
    elif get_origin(core) is Literal:
        yield from (choice for choice in get_args(core) if choice != value)
    elif core in (int, float) and isinstance(value, int | float):
        yield from (value + 1, value / 2, value * 0.99)
    elif isinstance(value, tuple):
        yield from ([*value, 7], [*value, "a"], [])
    yield ["a"] if info.is_required() and shape(info).kind == "values" else "a" if info.is_required() else value


def changed(model: type[Strict], name: str) -> Strict:
    """The component with one field as it is not by default, as far as the Spec allows any other value."""
    required = {
        field: list(others(model, field))[-1] for field, info in model.model_fields.items() if info.is_required()
    }
    for value in others(model, name):
        with suppress(ValidationError):
            return model.model_validate({**required, name: value})
    raise AssertionError(f"no value for {name}")


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_field_of_a_component_has_a_control(entry: Entry) -> None:
    assert {control.path for control in drawn(entry.spec, {}).controls} == of(entry.spec)


@pytest.mark.parametrize("model", [*KINDS.values(), Every])
def test_every_field_of_a_kind_of_run_has_a_control(model: type[Strict]) -> None:
    assert {control.path for control in drawn(model, {}).controls} == of(model)


def any_fits(family: Family, summary: DataSummary) -> bool:
    """No picture is in a table: there is nothing to choose of what varies pictures."""
    return bool(offered(list(listing(family).values()), summary))


@pytest.mark.parametrize("summary", SUMMARIES.values(), ids=SUMMARIES)
def test_the_form_of_a_new_run_has_every_field_once_and_each_component_that_fits_with_all_of_its_own(
    summary: DataSummary,
) -> None:
    groups = [part.group for part in forms.sections(forms.Reading({}), summary, None)]
    controls = [control for group in groups for control in group.controls]
    shapes = {name: field_shape for name, _info, field_shape in fields(TrainSpec)}
    empty = {
        name for name, field_shape in shapes.items() if field_shape.family and not any_fits(field_shape.family, summary)
    }
    assert sorted(control.path for control in controls) == sorted(of(TrainSpec) - empty)
    for name, field_shape in shapes.items():
        control = next((one for one in controls if one.path == name), None)
        if isinstance(control, Alternatives) and field_shape.family:
            members = {option.name: option.group for option in control.options}
        elif isinstance(control, ComponentList) and field_shape.family:
            members = {item.name: item.group for item in control.blanks}
        else:
            continue
        assert members, name
        for member, group in members.items():
            own = {one.path.rpartition(".")[2] for one in group.controls}
            assert own == of(listing(field_shape.family)[member].spec), (name, member)


def test_what_nobody_knows_to_draw_is_asked_for_as_json() -> None:
    looks = {one.name: one.look for one in drawn(Every, {}).controls if isinstance(one, Field)}
    assert looks["words"] == looks["either"] == "json"
    assert drawn(Every, {"words": {"a": 1}}).controls


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_form_of_a_component_that_is_read_gives_the_component(entry: Entry) -> None:
    for name in of(entry.spec):
        spec = changed(entry.spec, name)
        back = entry.spec.model_validate(read_back(entry.spec, drawn(entry.spec, spec.model_dump(mode="json"))))
        assert back == spec, name


@pytest.mark.parametrize("changes", CHANGES)
def test_nested_components_and_lists_are_read_as_they_were_shown(changes: dict[str, Any]) -> None:
    spec = Every.model_validate(changes)
    shown = drawn(Every, spec.model_dump(mode="json"))
    assert Every.model_validate(read_back(Every, shown)) == spec


def test_an_item_that_nobody_knows_stays_in_its_list_to_be_refused() -> None:
    group = draw.group(Every, {"stages": [{"name": "shrink"}, 7]}, Surroundings(errors={"stages.0": ["?"]}), Place())
    stages = next(one for one in group.controls if isinstance(one, ComponentList))
    assert [item.label for item in stages.items] == ["shrink", "7"] and stages.items[0].errors == ("?",)
    assert [one["name"] for one in read_back(Every, group)["stages"]] == ["shrink", "7"]
    assert group.is_faulty


def test_a_fault_is_shown_at_the_item_and_at_the_field_of_a_nested_component() -> None:
    said = {"optimizer": {"name": "sgd", "momentum": 2}, "stages": [{"name": "prune_channels", "ratio": 7}]}
    errors = {"optimizer.momentum": ["too much"], "stages.0.ratio": ["too large"], "stages.0": ["not here"]}
    group = draw.group(Every, said, Surroundings(errors=errors), Place())
    assert errors.keys() <= set(group.paths)
    stages = next(one for one in group.controls if isinstance(one, ComponentList))
    assert stages.items[0].is_open and stages.items[0].errors == ("not here",)
    assert [one.errors for one in stages.items[0].group.controls if one.is_faulty] == [("too large",)]


@pytest.mark.parametrize(
    ("edit", "names"),
    [
        ("add stages b", ["a", "b", "c", "b"]),
        ("remove stages 1", ["a", "c"]),
        ("up stages 1", ["b", "a", "c"]),
        ("down stages 1", ["a", "c", "b"]),
        ("up stages 0", ["a", "b", "c"]),
        ("down stages 2", ["a", "b", "c"]),
        ("up stages 99", ["a", "b", "c"]),
        ("up stages x", ["a", "b", "c"]),
        ("add nowhere.0.x b", ["a", "b", "c"]),
        ("", ["a", "b", "c"]),
    ],
)
def test_a_button_of_a_list_changes_it_on_a_page_without_scripts(edit: str, names: list[str]) -> None:
    raw: dict[str, Any] = {"stages": [{"name": name} for name in "abc"], "seed": 1}
    assert [one["name"] for one in edited(raw, edit)["stages"]] == names
    assert len(raw["stages"]) == 3


def test_a_list_within_a_component_of_a_list_is_changed_by_its_path() -> None:
    raw = {"stages": [{"name": "a"}, {"name": "b", "parts": [{"name": "x"}]}]}
    assert edited(raw, "add stages.1.parts y")["stages"][1]["parts"] == [{"name": "x"}, {"name": "y"}]


@pytest.mark.parametrize("kind", ["left_out", "constant"])
def test_a_column_that_can_neither_go_in_nor_be_told_is_not_offered(kind: str) -> None:
    summary = table("petal")["summary"]
    useless = {"name": "useless", "kind": kind, "distinct": 9}
    data = DataSummary.model_validate({**summary, "columns": [*summary["columns"], useless]})
    task = drawn(listing("tasks")["classification"].spec, {}, data)
    offers = {control.name: dict(control.choices).keys() for control in task.controls if isinstance(control, Field)}
    assert "petal" in offers["features"]
    assert not {name for name, columns in offers.items() if "useless" in columns}


def test_a_model_is_offered_that_takes_one_of_the_columns_and_refused_with_all_of_them() -> None:
    summary = table("petal")["summary"]
    picture = {"name": "picture", "kind": "image", "shape": [1, 8, 8]}
    data = DataSummary.model_validate({**summary, "columns": [*summary["columns"], picture]})
    names = {entry.name for entry in offered(list(listing("models").values()), data)}
    takes_a_picture = {name for name, entry in listing("models").items() if entry.spec.takes([data.columns[-1]])}  # type: ignore[attr-defined]
    assert takes_a_picture and takes_a_picture <= names
    task = {"name": "classification", **(listing("tasks")["classification"].module.suggest(data) or {})}
    for name in takes_a_picture:
        only = {"task": {**task, "features": ["picture"]}, "model": {"name": name}}
        assert TrainDraft.model_validate(only).resolved(data).model.name == name
    with pytest.raises(TrainerError, match="choose another model, or other input columns"):
        TrainDraft.model_validate({"task": task, "model": {"name": "cnn"}}).resolved(data)
