"""What may follow a run that ended well: a compression, and further formats of its models."""

from typing import Any

import pytest
from django.test import Client

from tests.webapp.pages import finished, make_dataset
from trainer.catalog import listing
from webapp.accounts.models import User
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.runs import configuration
from webapp.runs.models import Kind, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(ada: User, client: Client) -> Run:
    """A run with one model, and its owner signed in."""
    client.force_login(ada)
    run = finished(make_dataset(ada), 0.9)
    add_model(run, 0, ModelVersion.Form.TORCH)
    return run


def add_model(run: Run, stage: int, form: str) -> ModelVersion:
    content = Artifact.objects.create(sha256=f"{stage + 1:064x}", size=1)
    if not stage:
        Edge.objects.create(run=run, artifact=content, direction=Edge.Direction.INPUT, role="prepared", name="prepared")
    return ModelVersion.objects.create(run=run, artifact=content, stage=stage, name=f"stage {stage}", form=form)


def names(run: Run, field: str) -> list[str]:
    return [one["name"] for one in run.spec[field]]


def items(field: str, *components: str, **values: str) -> dict[str, Any]:
    """What a form sends of a list with these components, whose keys say nothing of their order."""
    keys = [str(9 - place) for place in range(len(components))]
    chosen = {f"{field}.{key}.name": name for key, name in zip(keys, components, strict=True)}
    return {f"{field}.item": keys, **chosen, **values}


def test_stages_are_done_in_the_order_in_which_they_stand_and_may_stand_twice(client: Client, trained: Run) -> None:
    stages = items("stages", "prune_channels", "prune_channels", "quantize_int8")
    sent = {**stages, "stages.8.ratio": "0.25", "seed": "7", "key": "k"}
    answers = [client.post(f"/runs/{trained.pk}/compress/", sent) for _ in range(2)]
    child = Run.objects.get(kind=Kind.COMPRESS)
    assert {answer.headers["Location"] for answer in answers} == {f"/runs/{child.pk}/"}
    assert names(child, "stages") == ["prune_channels", "prune_channels", "quantize_int8"]
    assert [stage.get("ratio") for stage in child.spec["stages"]] == [0.5, 0.25, None]
    assert child.spec["seed"] == 7


def test_a_stage_in_a_wrong_place_is_named_at_the_stage(client: Client, trained: Run) -> None:
    answer = client.post(f"/runs/{trained.pk}/compress/", items("stages", "quantize_int8", "prune_channels"))
    page = answer.content.decode()
    assert answer.status_code == 422 and not Run.objects.filter(kind=Kind.COMPRESS).exists()
    second = page[page.index('name="stages.1.name"') :]
    assert "needs a model of the form torch" in second[: second.index("</li>")]


def test_an_empty_list_of_stages_says_so(client: Client, trained: Run) -> None:
    answer = client.post(f"/runs/{trained.pk}/compress/", {"key": "k"})
    assert answer.status_code == 422 and "Nothing is here yet: add at least one." in answer.content.decode()


def test_a_button_of_the_list_starts_nothing(client: Client, trained: Run) -> None:
    sent = {**items("stages", "prune_channels"), "edit": "add stages quantize_int8"}
    answer = client.post(f"/runs/{trained.pk}/compress/", sent)
    assert answer.status_code == 200 and not Run.objects.filter(kind=Kind.COMPRESS).exists()
    assert 'name="stages.1.name" value="quantize_int8"' in answer.content.decode()


def test_further_formats_are_made_of_every_model_that_they_take(client: Client, trained: Run) -> None:
    add_model(trained, 1, ModelVersion.Form.ONNX)
    client.post(f"/runs/{trained.pk}/formats/", items("exporters", "torchscript", "onnx"))
    children = Run.objects.filter(kind=Kind.EXPORT, parent=trained).order_by("pk")
    assert [names(child, "exporters") for child in children] == [["torchscript", "onnx"], ["onnx"]]


def test_further_formats_are_made_over_the_api_once_for_one_key(client: Client, trained: Run) -> None:
    address, onnx = f"/api/v1/runs/{trained.pk}/exports", {"exporters": [{"name": "onnx"}]}
    sent = [
        client.post(address, onnx, content_type="application/json", headers={"Idempotency-Key": "one"}) for _ in "ab"
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    child = Run.objects.get(kind=Kind.EXPORT)
    assert child.parent == trained and names(child, "exporters") == ["onnx"]
    wrong = client.post(address, {"exporters": [{"name": "onnx"}] * 2}, content_type="application/json")
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["field"] == "exporters.1"


def test_a_format_that_no_model_can_become_is_refused_in_a_sentence(client: Client, trained: Run) -> None:
    ModelVersion.objects.update(form=ModelVersion.Form.ONNX)
    answer = client.post(f"/runs/{trained.pk}/formats/", items("exporters", "torchscript"))
    assert answer.status_code == 422 and "None of these formats can be made" in answer.content.decode()
    assert not Run.objects.filter(kind=Kind.EXPORT).exists()


def test_the_same_format_twice_is_refused_at_the_second(client: Client, trained: Run) -> None:
    page = client.post(f"/runs/{trained.pk}/formats/", items("exporters", "onnx", "onnx")).content.decode()
    assert page.index('name="exporters.1.name"') < page.index("“ONNX” stands here more than once")


def test_a_run_without_a_model_has_nothing_to_export(client: Client, trained: Run) -> None:
    ModelVersion.objects.all().delete()
    answer = client.post(f"/runs/{trained.pk}/formats/", items("exporters", "onnx"))
    assert answer.status_code == 422 and "This run has no model to export" in answer.content.decode()


def test_the_configuration_tells_lists_nested_components_and_their_settings(trained: Run) -> None:
    encoders = [{"name": "layers", "hidden": [8, 4]}, {"name": "convolutions"}]
    model = {"name": "fusion", "encoders": encoders, "combiner": {"name": "attention"}, "width": 16}
    pairs = dict(configuration.pairs({"kind": "train", "model": model, "exporters": [{"name": "onnx"}]}))
    assert pairs["Exports"] == "ONNX"
    label = listing("encoders")["layers"].label
    assert f"Encoders {label} (Hidden units 8, 4); " in pairs["Model"] and "Width of a block 16" in pairs["Model"]
    stages = [{"name": "prune_channels", "ratio": 0.5}, {"name": "quantize_int8"}]
    pairs = dict(configuration.pairs({"kind": "compress", "stages": stages}))
    assert pairs["Stages"].startswith("Prune channels (Part to remove 0.5); ")
