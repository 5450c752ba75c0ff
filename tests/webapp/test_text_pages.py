"""What the page and the API show of columns of text: safely, and nothing cut without being said."""

import json
import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from tests.webapp.inspected import inspect, parcels
from webapp.accounts.models import User
from webapp.datasets import text_profiles
from webapp.datasets.models import DatasetVersion

LONG = "a long story " * 100
CELLS = [
    "<script>alert(1)</script> & <b>bold</b>",
    "\u202eturned around\u202c and a zero\u200bwidth",
    LONG,
    *(f"Nothing to report from room {number} today" for number in range(27)),
]


def content(cells: list[str]) -> str:
    return "size,notes,label\n" + "".join(f'{row}.5,"{cell}",{"xy"[row % 2]}\n' for row, cell in enumerate(cells))


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: object) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}/store"


def shown(client: Client, owner: User, cells: list[str] | None = None) -> str:
    client.force_login(owner)
    return client.get(parcels(owner, content(cells or CELLS)).get_absolute_url()).content.decode()


def test_the_page_shows_lengths_words_and_samples_of_a_column_of_text(client: Client, ada: User) -> None:
    page = shown(client, ada)
    assert "Texts of “notes”" in page
    figures = [
        json.loads(text)
        for text in re.findall(r'<script id="figure-\w+-1" type="application/json">(.*?)</script>', page)
    ]
    lengths, terms, telling = figures
    assert sum(lengths["data"][0]["y"]) == 30
    assert terms["data"][0]["customdata"][0] == "a"
    assert telling["data"][0]["customdata"][0] == "long" and "Without stop words" in page
    assert "Latin 100\u202f%" in page
    assert f"{min(map(len, CELLS))} to 1\u202f300 characters" in page


def test_what_stands_in_a_text_is_never_markup(client: Client, ada: User) -> None:
    page = shown(client, ada)
    assert "<script>alert" not in page and "<b>bold" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_what_cannot_be_seen_is_shown_by_number_and_turns_no_other_text_around(client: Client, ada: User) -> None:
    page = shown(client, ada)
    assert "\u202e" not in page and "\u200b" not in page
    assert "<bdi>[U+202E]turned around[U+202C] and a zero[U+200B]width</bdi>" in page


def test_a_sample_that_is_cut_says_how_long_the_text_is(client: Client, ada: User) -> None:
    page = shown(client, ada)
    assert "… (1\u202f300 characters)" in page
    assert "Cells that end in … are longer" in page
    assert "Cells that end in …" not in shown(client, ada, CELLS[3:])


def test_the_page_says_of_how_many_columns_of_text_it_does_not_show_the_texts() -> None:
    columns = [{"name": f"c{number}", "texts": {"some": "thing"}} for number in range(text_profiles.MOST + 2)]
    assert text_profiles.left_out([*columns, {"name": "n"}]) == 2
    assert text_profiles.left_out(columns[:3]) == 0


def test_the_api_has_the_same(client: Client, ada: User) -> None:
    dataset = parcels(ada, content(CELLS))
    answer = client.get(f"/api/v1/datasets/{dataset.pk}", headers=things.bearer(ada)).json()
    texts = {column["name"]: column["texts"] for column in answer["profile"]["columns"]}
    assert texts["size"] is None
    assert texts["notes"]["characters"]["quartiles"][-1] == len(LONG)
    assert texts["notes"]["samples"][-1]["is_cut"]


def test_a_column_of_classes_can_be_made_text_on_its_page(client: Client, ada: User) -> None:
    client.force_login(ada)
    dataset = parcels(ada, content(CELLS))
    kinds = {"version": "1", "kind.0": "number", "kind.1": "text", "kind.2": "text"}
    proposal = client.post(f"/datasets/{dataset.pk}/corrections/", kinds)["Location"]
    inspect(DatasetVersion.objects.get(pk=proposal.rstrip("/").rsplit("/", 1)[1]))
    page = client.get(proposal).content.decode()
    assert "What would change" in page
    assert re.search(r"category.*text", page, re.DOTALL)
