"""A form begins with settings that do well with such data, where some are known, and says which."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.webapp.inspected import parcels
from tests.webapp.pages import make_dataset
from trainer import presets
from trainer.specs.parsing import parse
from webapp.accounts.models import User

TEXTS = "text,label\n" + "".join(
    f'"{word} thing number {row}, I would say, and not for the first time",{label}\n'
    for row in range(20)
    for word, label in (("A fine", "good"), ("A bad", "poor"))
)


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: object) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}/store"


def form(client: Client, owner: User, **query: str) -> str:
    client.force_login(owner)
    version = parcels(owner, TEXTS).versions.get()
    return client.get("/runs/new/", {"version": str(version.pk), **query}).content.decode()


def spec(page: str) -> dict[str, Any]:
    text = re.search(r'<textarea id="spec-json"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert text is not None
    found: dict[str, Any] = json.loads(text[1].replace("&quot;", '"').replace("&#x27;", "'"))
    return found


def current(page: str) -> str:
    marked = re.search(r'aria-current="true"><strong>(.*?)</strong>', page)
    assert marked is not None
    return marked[1]


def test_the_form_of_texts_begins_with_the_first_preset_and_says_so(client: Client, ada: User) -> None:
    page, first = form(client, ada), next(iter(presets.listing().values()))
    assert current(page) == first.label
    begun = spec(page)
    assert begun["model"]["name"] == first.settings["model"]["name"]
    assert begun["epochs"] == first.settings["epochs"]
    assert begun["task"]["target"] == "label"


@pytest.mark.parametrize("name", presets.listing())
def test_another_can_be_chosen(name: str, client: Client, ada: User) -> None:
    page, preset = form(client, ada, preset=name), presets.listing()[name]
    assert current(page) == preset.label
    assert spec(page)["model"]["name"] == preset.settings["model"]["name"]


def test_every_field_can_have_its_own_default(client: Client, ada: User) -> None:
    page = form(client, ada, preset="plain")
    assert current(page) == "Plain"
    plain = parse({}, "train")
    assert spec(page)["epochs"] == plain.model_dump()["epochs"]


def test_other_data_have_none_and_the_page_does_not_speak_of_them(client: Client, ada: User) -> None:
    client.force_login(ada)
    version = make_dataset(ada).versions.get()
    assert "preset" not in client.get("/runs/new/", {"version": str(version.pk)}).content.decode()


def test_programs_find_them_beside_the_components(client: Client, ada: User) -> None:
    client.force_login(ada)
    found = client.get("/api/v1/components").json()["presets"]
    assert {one["name"]: one["settings"] for one in found} == {
        name: dict(preset.settings) for name, preset in presets.listing().items()
    }


def test_each_says_what_it_is_good_for_and_sets_fields_that_there_are() -> None:
    for preset in presets.listing().values():
        assert preset.label
        assert preset.description
        parse(dict(preset.settings), "train")
