"""The OpenAPI document describes specs, so that a client generator learns them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tests.trainer.store_specs import NEEDED
from tests.webapp.pages import make_dataset, make_run
from tests.webapp.test_api import Api
from trainer.catalog import FAMILIES, listing
from webapp.accounts.models import User
from webapp.api import specs
from webapp.api.root import api as routes


@pytest.fixture
def api(ada: User) -> Api:
    return Api(ada)


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    schema: dict[str, Any] = api.get("openapi.json")
    return schema


def check(document: dict[str, Any], shape: str, value: Any) -> None:
    """Raises ValidationError."""
    Draft202012Validator({**document, "$ref": f"#/components/schemas/{shape}"}).validate(value)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        yield from value["discriminator"]["mapping"].values() if "oneOf" in value else []
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_every_reference_leads_somewhere_and_every_shape_is_a_json_schema(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    used = set(references(document))
    assert {reference.removeprefix(specs.PREFIX) for reference in used} <= set(shapes)
    assert all(reference.startswith(specs.PREFIX) for reference in used)
    for schema in shapes.values():
        Draft202012Validator.check_schema(schema)
    assert specs.SHAPE not in json.dumps(document)


def test_the_shapes_of_specs_have_names_that_no_other_shape_has() -> None:
    own = routes.get_openapi_schema(path_prefix="/api/v1/")["components"]["schemas"]
    assert not set(own) & set(specs.shapes())


def test_each_family_is_a_union_of_all_its_components_told_apart_by_name(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    for family in FAMILIES:
        union = shapes[family.capitalize()]
        assert union["discriminator"]["propertyName"] == "name"
        assert set(union["discriminator"]["mapping"]) == set(listing(family))
        for name, reference in union["discriminator"]["mapping"].items():
            component = shapes[reference.removeprefix(specs.PREFIX)]
            assert component["properties"]["name"]["const"] == name
            assert "name" in component["required"]
    assert shapes["TrainDraft"]["properties"]["optimizer"]["$ref"] == f"{specs.PREFIX}Optimizers"
    assert shapes["NewRun"]["properties"]["spec"]["$ref"] == f"{specs.PREFIX}TrainDraft"
    assert shapes["RunDetail"]["properties"]["spec"]["$ref"] == f"{specs.PREFIX}Spec"


def test_a_spec_as_it_is_sent_and_as_it_is_stored_fits(document: dict[str, Any], ada: User) -> None:
    run = make_run(make_dataset(ada))
    check(document, "Spec", run.spec)
    check(document, "NewRun", {"dataset": str(run.pk), "spec": {"model": {"name": "cnn"}, "epochs": 7, "ranks": 2}})
    check(document, "NewCompression", {"stages": [{"name": "prune_channels", "ratio": 0.5}, {"name": "quantize_int8"}]})


def test_every_component_fits_with_its_defaults(document: dict[str, Any]) -> None:
    for family in FAMILIES:
        for name, entry in listing(family).items():
            spec = entry.spec.model_validate(NEEDED.get((family, name), {}))
            check(document, family.capitalize(), spec.model_dump(mode="json"))


@pytest.mark.parametrize(
    "spec",
    [
        {"epochs": "7"},
        {"epochs": 0},
        {"colour": "red"},
        {"optimizer": {"name": "nothing"}},
        {"optimizer": {"learning_rate": 0.1}},
        {"optimizer": {"name": "sgd", "betas": [0.9, 0.9]}},
        {"task": {"name": "multi_label"}},
        {"kind": "compress"},
    ],
)
def test_what_the_api_refuses_does_not_fit(document: dict[str, Any], spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check(document, "TrainDraft", spec)
