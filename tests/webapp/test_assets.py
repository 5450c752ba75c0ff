"""Assets on their pages and in the API: made of uploads, described, renamed, deleted and had back; never another's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from tests.attacks import things
from tests.webapp import assets
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Artifact
from webapp.assets import pages, queries, services
from webapp.assets.models import Asset
from webapp.datasets import text_profiles
from webapp.datasets.sweep import sweep
from webapp.grace import GRACE
from webapp.management.verification import costs
from webapp.runs import services as runs
from webapp.runs.lineage import add_inputs
from webapp.runs.models import Kind, Run, State

Api = Callable[..., Any]


@pytest.fixture(autouse=True)
def _stored(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGE_URL = f"file://{tmp_path}/store"


@pytest.fixture
def client(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def api(ada: User) -> Api:
    headers = things.bearer(ada)

    def call(verb: str, path: str = "", body: Any = None, **more: str) -> Any:
        content = "" if body is None else json.dumps(body)
        address = f"/api/v1/assets{path}"
        return Client().generic(verb, address, content, "application/json", headers={**headers, **more})

    return call


def reader(asset: Asset, state: State = State.QUEUED) -> Run:
    """A training run that reads the asset."""
    run = Run.objects.create(
        owner=asset.owner, name="a reader", kind=Kind.TRAIN, spec={}, devices_needed=1, state=state
    )
    content = Artifact.objects.get(pk=asset.content_id)
    add_inputs(run, {queries.role(asset.pk): content})
    return run


def test_an_upload_becomes_an_asset_with_a_page(client: Client, ada: User) -> None:
    upload = assets.uploaded(ada)
    response = client.post("/assets/", {"uploads": str(upload.pk)})
    asset = Asset.objects.get()
    assert response["Location"] == f"/assets/{asset.pk}/"
    assert "being opened" in client.get(response["Location"]).content.decode()
    assets.inspect(asset)
    page = client.get(response["Location"]).content.decode()
    for words in (
        "english",
        "Word vectors",
        "3 words, 4 numbers each",
        "日光",
        "Nothing wrong was found",
        str(asset.pk),
    ):
        assert words in page, words
    listed = client.get("/assets/").content.decode()
    assert "3 words, 4 numbers each" in listed and "Ready" in listed


def test_several_uploads_become_an_asset_each(client: Client, ada: User) -> None:
    uploads = [assets.uploaded(ada), assets.uploaded(ada, assets.TOKENIZER, "tokenizer.json")]
    response = client.post("/assets/", {"uploads": ",".join(str(upload.pk) for upload in uploads)})
    assert response["Location"] == "/assets/"
    assert sorted(Asset.objects.values_list("name", flat=True)) == ["english", "tokenizer"]


def test_the_list_says_what_an_asset_is_for_where_there_is_none(client: Client) -> None:
    assert "There is none yet" in client.get("/assets/").content.decode()


def test_an_upload_that_is_not_there_is_refused(client: Client) -> None:
    response = client.post("/assets/", {"uploads": str(uuid4())})
    assert response.status_code == 422
    assert "There is no upload" in response.content.decode()


def test_a_file_that_cannot_be_used_says_why_and_can_be_inspected_again(client: Client, ada: User) -> None:
    asset = assets.made(ada, b"a,b\n1,2\n", "table.csv")
    assets.inspect(asset)
    assert asset.state == Asset.State.FAILED
    page = client.get(f"/assets/{asset.pk}/").content.decode()
    assert "This file cannot be used" in page and "page of data sets" in page
    assert asset.inspection is not None
    response = client.post(f"/runs/{asset.inspection.pk}/retry/")
    assert response["Location"] == f"/assets/{asset.pk}/"
    first, asset = asset.inspection, Asset.objects.get()
    assert asset.state == Asset.State.INSPECTING and asset.inspection != first


def test_a_cancelled_inspection_leaves_an_asset_that_cannot_be_used(client: Client, ada: User) -> None:
    asset = assets.made(ada)
    assert asset.inspection is not None
    runs.command(asset.inspection, "cancel", ada)
    asset.refresh_from_db()
    assert asset.state == Asset.State.FAILED
    assert "was cancelled" in client.get(f"/assets/{asset.pk}/").content.decode()


def test_it_is_renamed_and_deleted_and_had_back(client: Client, ada: User) -> None:
    asset = assets.ready(ada)
    client.post(f"/assets/{asset.pk}/rename/", {"name": "English words"})
    assert "English words" in client.get(f"/assets/{asset.pk}/").content.decode()
    response = client.post(f"/assets/{asset.pk}/delete/", follow=True)
    assert "“English words” was deleted" in response.content.decode()
    assert client.get(f"/assets/{asset.pk}/").status_code == 404
    response = client.post(f"/assets/{asset.pk}/restore/", follow=True)
    assert "“English words” is back" in response.content.decode()


def test_the_page_names_the_runs_that_read_it_and_the_run_names_it(client: Client, ada: User) -> None:
    asset = assets.ready(ada)
    run = reader(asset)
    Run.objects.filter(pk=run.pk).update(spec={"kind": "train", "model": {"name": "x", "vectors": str(asset.pk)}})
    assert "a reader" in client.get(f"/assets/{asset.pk}/").content.decode()
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert f'<a href="/assets/{asset.pk}/">english</a>' in page
    assert queries.uses([asset]) == {asset.pk: 1}


def test_it_stays_while_a_run_that_has_not_ended_reads_it(client: Client, ada: User) -> None:
    asset = assets.ready(ada)
    run = reader(asset)
    response = client.post(f"/assets/{asset.pk}/delete/", follow=True)
    assert "The run “a reader” uses this asset" in response.content.decode()
    Run.objects.filter(pk=run.pk).update(state=State.SUCCEEDED)
    client.post(f"/assets/{asset.pk}/delete/")
    assert not queries.assets(ada).exists()


def test_it_stays_while_it_is_inspected(ada: User) -> None:
    asset = assets.made(ada)
    with pytest.raises(services.AssetError, match="being inspected"):
        services.delete(asset)


def test_the_page_of_an_inspection_leads_to_what_it_inspects(client: Client, ada: User) -> None:
    asset = assets.ready(ada)
    assert asset.inspection is not None
    page = client.get(f"/runs/{asset.inspection.pk}/").content.decode()
    assert "Inspection of an asset" in page and f'href="/assets/{asset.pk}/"' in page
    runs.delete(asset.inspection)
    asset = Asset.objects.get()
    assert asset.state == Asset.State.READY and asset.inspection is None
    assert "3 words" in client.get(f"/assets/{asset.pk}/").content.decode()


def test_what_a_damaged_asset_costs_is_told(ada: User) -> None:
    asset = assets.ready(ada)
    assert asset.content_id is not None
    assert list(costs(asset.content_id)) == [
        "The asset “english”: no run begins with it, and unfinished ones wait, until the same file is uploaded again."
    ]


def test_the_same_file_uploaded_again_mends_a_damaged_one(ada: User) -> None:
    asset = assets.ready(ada)
    assert asset.content_id is not None
    path = store.unverified_path(asset.content_id)
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    assets.ready(ada)
    store.verify(asset.content_id)


def long_deleted(asset: Asset) -> None:
    Asset.objects.filter(pk=asset.pk).update(deleted=Now() - queries.UNDO - GRACE * 2)


@pytest.mark.django_db(transaction=True)
def test_a_week_after_the_deletion_nothing_of_it_is_left() -> None:
    asset = assets.ready(things.user("ada"))
    content = asset.content_id
    assert content is not None and store.local_path(content).exists()
    long_deleted(asset)
    assert sweep()["deleted assets"] == 1
    assert not Asset.objects.exists() and not Run.objects.exists()
    assert not store.unverified_path(content).exists()


@pytest.mark.django_db(transaction=True)
def test_one_that_a_run_has_read_is_kept_for_it() -> None:
    asset = assets.ready(things.user("ada"))
    reader(asset, State.SUCCEEDED)
    long_deleted(asset)
    assert sweep()["deleted assets"] == 0
    assert asset.content_id is not None and store.local_path(asset.content_id).exists()


def test_scripts_are_named_as_on_the_page_of_a_data_set(ada: User) -> None:
    words = ["你好", "旅館", "ばら", *["word"] * 300]
    lines = "".join(f"{word}{place} 1 2\n" for place, word in enumerate(words))
    view = pages.profile(assets.ready(ada, lines.encode()))
    assert view is not None
    expected = "Latin 99\u202f%, Han < 1\u202f%, Kana < 1\u202f%"
    assert dict(view.facts)["Scripts"] == expected
    texts = {"scripts": [("Latin", 300), ("Han", 2), ("Kana", 1)], "duplicates": 0, "words": None, "unseen": []}
    facts = text_profiles._facts({**texts, "characters": {"quartiles": [1, 1, 1, 1, 1]}})
    assert dict(facts)["Letters"] == expected


def test_the_api_makes_lists_renames_and_deletes(api: Api, ada: User) -> None:
    upload = assets.uploaded(ada)
    response = api("POST", body={"upload": str(upload.pk), "name": "English"}, **{"Idempotency-Key": "1"})
    assert response.status_code == 201, response.content
    made = response.json()
    assert response["Location"] == f"/api/v1/assets/{made['id']}"
    assert (made["state"], made["kind"], made["profile"]) == ("inspecting", "", None)
    again = api("POST", body={"upload": str(upload.pk), "name": "English"}, **{"Idempotency-Key": "1"})
    assert again.json()["id"] == made["id"] and Asset.objects.count() == 1
    assets.inspect(Asset.objects.get())
    response = api("GET", f"/{made['id']}")
    body = response.json()
    assert (body["state"], body["kind"], body["description"]) == ("ready", "word_vectors", "3 words, 4 numbers each")
    assert body["profile"]["measures"] == {"words": 3, "width": 4}
    assert api("GET", "?kind=word_vectors").json()["items"][0]["id"] == made["id"]
    assert api("GET", "?kind=tokenizer_json").json()["items"] == []
    assert api("PATCH", f"/{made['id']}", {"name": "Other"}).status_code == 428
    renamed = api("PATCH", f"/{made['id']}", {"name": "Other"}, **{"If-Match": response["ETag"]})
    assert renamed.json()["name"] == "Other"
    stale = api("PATCH", f"/{made['id']}", {"name": "Third"}, **{"If-Match": response["ETag"]})
    assert stale.status_code == 412
    run = reader(Asset.objects.get())
    refused = api("DELETE", f"/{made['id']}")
    assert refused.status_code == 409 and "uses this asset" in refused.json()["detail"]
    Run.objects.filter(pk=run.pk).update(state=State.FAILED)
    assert api("DELETE", f"/{made['id']}").status_code == 204
    assert api("GET", f"/{made['id']}").status_code == 404
    assert api("POST", f"/{made['id']}/restore").json()["name"] == "Other"


def test_the_api_names_the_field_that_is_wrong(api: Api, ada: User) -> None:
    response = api("POST", body={"upload": str(uuid4())})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "upload"
    response = api("POST", body={"upload": str(assets.uploaded(ada).pk), "name": " "})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "name")


def test_the_api_tells_a_reason_in_words(api: Api, ada: User) -> None:
    asset = assets.made(ada, b"a 1 2\nb 1\n", "cut.vec")
    assets.inspect(asset)
    body = api("GET", f"/{asset.pk}").json()
    assert body["state"] == "failed" and body["reason_code"] == "vectors_line_width"
    assert "Line 2, of the word “b”" in body["reason"]


def test_an_asset_of_another_is_neither_seen_nor_deleted_nor_named(ada: User, bob: User) -> None:
    asset, client = assets.ready(ada), Client()
    client.force_login(bob)
    for verb, path in (("get", ""), ("post", "rename/"), ("post", "delete/"), ("post", "restore/")):
        assert getattr(client, verb)(f"/assets/{asset.pk}/{path}", {"name": "x"}).status_code == 404
    assert "english" not in client.get("/assets/").content.decode()
    assert client.post("/assets/", {"uploads": str(assets.uploaded(ada).pk)}).status_code == 422
    assert queries.choices(bob) == {} and queries.choices(ada)["word_vectors"][0][0] == str(asset.pk)


def test_a_second_upload_of_the_same_content_is_an_asset_of_its_own(ada: User, bob: User) -> None:
    mine, other = assets.ready(ada), assets.ready(bob)
    assert mine.content_id == other.content_id
    services.delete(mine)
    assert queries.assets(bob).get().pk == other.pk
