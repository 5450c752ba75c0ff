"""The API's docs page: made of any OpenAPI document, with commands that work."""

import html
import itertools
import re
import shlex

import httpx
from django.template.loader import render_to_string

from tests.live import Live
from webapp.api import examples, reading


def test_an_example_of_the_docs_is_a_command_that_works(live: Live) -> None:
    """Capitals stand for what only the caller knows; everything else is sent as it is written."""
    with live.client() as client:
        page = html.unescape(client.get("/api/v1/docs").text)
        commands = dict(re.findall(r'<pre id="command-([\w-]+)">(.*?)</pre>', page, re.DOTALL))
        response = _call(client, commands["post-api-v1-datasets"])
        assert response.status_code == 201, response.text
        rename = commands["patch-api-v1-datasets-dataset-id"].replace("DATASET_ID", response.json()["id"])
        renamed = _call(client, rename)
        assert (renamed.status_code, renamed.json()["name"]) == (200, "…")
        assert _call(client, commands["get-api-v1-runs"]).json()["items"]


def _call(client: httpx.Client, command: str) -> httpx.Response:
    """What curl would send, with the client's token."""
    words = shlex.split(command.replace("\\\n", " "))
    options = list(itertools.pairwise(words))
    lines = [value for name, value in options if name == "-H" and not value.startswith("Authorization")]
    headers = dict(line.split(": ", 1) for line in lines)
    method = next((value for name, value in options if name == "-X"), "GET")
    body = next((value for name, value in options if name == "-d"), "")
    address = next(word for word in words if word.startswith("http"))
    return client.request(method, address, headers=headers, content=body.encode())


def test_the_docs_read_any_document_and_take_nothing_of_it_for_markup() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    properties = {
        hostile: {"$ref": f"#/components/schemas/{hostile}"},
        "kind": {"enum": [hostile]},
        "sizes": {"type": "array"},
    }
    schema = {"type": "object", "description": hostile, "required": [hostile], "properties": properties}
    parameter = {"in": "query", "name": hostile, "required": True, "schema": {}}
    body = {"content": {hostile: {"schema": {"type": "string"}}}}
    operation = {
        "description": f"``{hostile}``",
        "parameters": [parameter],
        "requestBody": body,
        "responses": {"200": {}},
    }
    document = {
        "paths": {f"/{hostile}": {"post": operation, "x-other": 1}},
        "components": {"schemas": {hostile: schema}},
    }
    tags, shapes = reading.by_tag(document, "http://here"), reading.shapes(document)
    text = render_to_string("api/docs.html", {"document": {"info": {}}, "tags": tags, "shapes": shapes})
    assert [len(operations) for operations in tags.values()] == [1]
    assert hostile not in text
    assert html.escape(hostile) in text


def test_an_example_of_what_requires_itself_ends() -> None:
    to_itself = {"$ref": "#/components/schemas/Tree"}
    tree = {
        "required": ["left", "twigs", "other"],
        "properties": {
            "left": to_itself,
            "twigs": {"type": "array", "items": to_itself},
            "other": {"anyOf": [to_itself]},
        },
    }
    document = {"components": {"schemas": {"Tree": tree}}}
    assert examples.example(document, to_itself) == {"left": {}, "twigs": [{}], "other": {}}
