"""Trying a model without a worker: who may, what the form asks, what is wrong, and how a question travels."""

import base64
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from tests.attacks.things import bearer
from tests.live import Live
from tests.webapp.pages import finished, make_dataset
from trainer.columns import category, image, number, text
from trainer.trying.outcomes import Outcome, Share
from trainer.trying.questions import Question
from trainer.trying.replies import Answer, Doubt, Excess, Influence, Refusal, View
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.bodies import LARGEST_FORM, most_bytes
from webapp.runs.models import Kind, Run, State
from webapp.trying import exchange
from webapp.trying.drawing import draw
from webapp.trying.exchange import Asked, TrialError
from webapp.trying.values import LARGEST_FILE
from webapp.workers import services as workers

BLOCKS = (
    number.Block(columns=("petal", "stem"), center=(0.0, 0.0), scale=(1.0, 1.0), units={"stem": ("cm",)}),
    category.Block(columns=("colour",), levels=(("blue", "red"),)),
)
PICTURE = image.Block(name="image", column="photo", channels_height_width=(1, 8, 8), mean=(0.0,), scale=(1.0,))
TEXT = text.Block(name="text", column="note", tokenizer=text.Tokenizer(characters="ab", size=4, longest=256))
ANSWER = Answer(
    outcome=Outcome(
        target="species",
        words=("<b>a</b>",),
        shares=(Share(name="<b>a</b>", share=0.75), Share(name="b", share=0.25)),
        subject="<b>a</b>",
    ),
    latency_ms=0.25,
    calls=200,
    threads=1,
    doubts=(Doubt(column="stem", value="<i>long"),),
    influences=(Influence(column="petal", change=0.5), Influence(column="colour", change=-0.0001)),
    parts=3,
    tried=2,
)


def exported(owner: User, blocks: Any = BLOCKS, graph: bool = True) -> Run:
    """A run that ended well, and an export of its model."""
    run = finished(make_dataset(owner), accuracy=0.9)
    model = Artifact.objects.create(sha256=uuid4().hex * 2, size=10)
    ModelVersion.objects.create(run=run, artifact=model, name="", form="torch")
    export = Run.objects.create(
        owner=owner, name="exports", kind=Kind.EXPORT, parent=run, spec={}, devices_needed=0, state=State.SUCCEEDED
    )
    Run.objects.filter(pk=export.pk).update(ended=Now())
    Edge.objects.create(run=export, artifact=model, direction=Edge.Direction.INPUT, role="model", name="model")
    inputs = [{"name": block.name, "kind": block.kind, **block.description()} for block in blocks]
    files = {"bundle": "all", "preprocess": json.dumps({"inputs": inputs}), **({"onnx": "a graph"} if graph else {})}
    for form, content in files.items():
        artifact = store.put(BytesIO(content.encode()))
        meta = {"format": form}
        Edge.objects.create(
            run=export, artifact=artifact, direction=Edge.Direction.OUTPUT, role="export", name=form, meta=meta
        )
    return run


@pytest.fixture(autouse=True)
def _store(services: Path, tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "store" / "incoming").mkdir(parents=True)
    settings.STORAGE_URL = f"file://{tmp_path}/store"


@pytest.fixture
def worker(db: None) -> None:
    """A machine that has just told of itself."""
    workers.register(name="machine", host="machine", facts={}, devices=[])


def keys(pattern: str) -> list[str]:
    names: Any = exchange._server().keys(pattern)
    return [name.decode() for name in names]


@contextmanager
def answering(reply: Answer | Refusal = ANSWER) -> Iterator[list[Asked]]:
    """What a worker does with questions, but that it knows the reply; gives those that came."""
    questions: list[Asked] = []
    ends = threading.Event()

    def work() -> None:
        while not ends.wait(0.01):
            for key in keys("trial:*:question"):
                identifier = key.split(":")[1]
                asked = exchange.take(identifier)
                if asked is not None:
                    questions.append(asked)
                    exchange.reply(identifier, reply.model_dump_json().encode())

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield questions
    finally:
        ends.set()
        thread.join()


def of(question: bytes) -> Question:
    return Question.unpacked(BytesIO(question))


def post(client: Client, run: Run, values: dict[str, Any], htmx: bool = True) -> tuple[int, str]:
    headers = {"HX-Request": "true"} if htmx else {}
    answer = client.post(f"/runs/{run.pk}/try/", values, headers=headers)
    return answer.status_code, answer.content.decode()


def test_the_page_asks_for_what_the_model_takes_and_begins_with_the_first_row(client: Client, ada: User) -> None:
    run = exported(ada)
    version = run.dataset_version
    assert version is not None
    columns = [{"name": "petal", "first": ["1.5", "2"]}, {"name": "colour", "first": ["RED"]}]
    version.profile = {**(version.profile or {}), "columns": columns}
    version.save()
    client.force_login(ada)
    page = client.get(f"/runs/{run.pk}/try/").content.decode()
    assert 'name="value-0" value="1.5"' in page and "<option selected>red</option>" in page
    assert "<span>cm</span>" in page, "the unit stands behind the number"
    part = client.get(f"/runs/{run.pk}/try/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and 'id="try-form"' in part
    assert f'hx-get="/runs/{run.pk}/try/"' in client.get(f"/runs/{run.pk}/").content.decode()
    assert f"/runs/{run.pk}/try/?model=" in client.get("/models/").content.decode()


def test_a_run_without_the_format_says_what_to_do(client: Client, ada: User) -> None:
    run = exported(ada, graph=False)
    client.force_login(ada)
    page = client.get(f"/runs/{run.pk}/try/").content.decode()
    assert "ONNX" in page and f"/runs/{run.pk}/formats/" in page and "try-form" not in page
    assert post(client, run, {"value-0": "1"})[0] == 200
    refusal = client.post(f"/api/v1/runs/{run.pk}/answers", {"values": {}}, "application/json", headers=bearer(ada))
    assert refusal.status_code == 409 and "ONNX" in refusal.json()["detail"]


def test_the_answer_stands_beside_the_form_and_means_nothing_but_text(client: Client, ada: User, worker: None) -> None:
    run = exported(ada)
    client.force_login(ada)
    with answering() as questions:
        status, part = post(client, run, {"value-0": " 1,5 ", "value-1": "<i>long", "value-2": "", "about": "b"})
    assert status == 200
    question = of(questions[0].question)
    assert question == Question({"petal": " 1,5 ", "stem": "<i>long"}, {}, "b"), "as it was entered, without gaps"
    assert questions[0].person == ada.pk
    assert "&lt;b&gt;a&lt;/b&gt;" in part and "<b>a" not in part and "<i>" not in part
    assert "75.0" in part and "0.25 ms" in part and "+50.0 points" in part
    assert ">less than 0.1 points<" in part, "without a sign, which would be read as one of the number"
    assert "2 of 3 parts" in part
    (content,) = re.findall(r'href="data:application/json;base64,([^"]+)" download="answer.json"', part)
    kept = json.loads(base64.b64decode(content))
    assert kept["values"] == {"petal": " 1,5 ", "stem": "<i>long"} and kept["answer"]["outcome"]["words"] == [
        "<b>a</b>"
    ]
    with answering():
        status, page = post(client, run, {"value-0": "1.5"}, htmx=False)
    assert status == 200 and 'name="value-0" value="1.5"' in page and "75.0" in page, "without scripts, too"


def test_what_is_wrong_is_said_beside_its_field(client: Client, ada: User, worker: None) -> None:
    run = exported(ada, [*BLOCKS, PICTURE])
    client.force_login(ada)
    assert "Choose a file" in post(client, run, {})[1]
    large = SimpleUploadedFile("photo.png", b"x" * (LARGEST_FILE + 1))
    assert "at most 10 MiB" in post(client, run, {"value-3": large})[1]
    assert "is empty" in post(client, run, {"value-3": SimpleUploadedFile("photo.png", b"")})[1]
    refusal = Refusal(code="x", message="This cannot be used: %(error)s.", params={"error": "no"}, column="photo")
    with answering(refusal) as questions:
        _status, part = post(client, run, {"value-3": SimpleUploadedFile("photo.png", b"content")})
    assert of(questions[0].question).files == {"photo": b"content"}
    assert '<a href="#try-3" data-to-fault>photo</a>: This cannot be used: no.' in part
    assert '{"try-3": ["This cannot be used: no."]}' in part
    assert post(client, run, {}, htmx=False)[0] == 422


def test_pictures_are_shaded_where_they_mattered(client: Client, ada: User, worker: None) -> None:
    run = exported(ada, [PICTURE])
    client.force_login(ada)
    influences = (
        Influence(column="photo", change=-0.4, place=(0, 0, 4, 4)),
        Influence(column="photo", change=0.0, place=(4, 4, 8, 8)),
    )
    view = View(column="photo", width=8, height=8, png="QUJD")
    reply = ANSWER.model_copy(update={"influences": influences, "views": (view,), "doubts": ()})
    with answering(reply):
        part = post(client, run, {"value-0": SimpleUploadedFile("photo.png", b"content")})[1]
    assert "data:image/png;base64,QUJD" in part
    assert part.count('<rect class="against step-5" x="0"') == 1
    assert "25 % from the left, 25 % from the top" in part


def test_a_model_that_reads_one_token_says_so_in_the_singular() -> None:
    excess = Excess(column="note", tokens=1200, read=1, part="beginning")
    (sentence,) = draw(ANSWER.model_copy(update={"excesses": (excess,)}), [], {}).excesses
    assert sentence == "The model reads the first of the 1\u202f200 tokens of note, and not the rest."


def test_a_zero_character_in_what_is_typed_is_a_space_as_in_an_import(client: Client, ada: User, worker: None) -> None:
    run = exported(ada)
    client.force_login(ada)
    with answering() as questions:
        status, part = post(client, run, {"value-0": "1.5", "value-1": "blue\0ish"})
    assert status == 200 and "What mattered" in part
    assert of(questions[0].question).values == {"petal": "1.5", "stem": "blue ish"}


@pytest.mark.parametrize("name", ["model", "about", "other"])
def test_a_zero_character_elsewhere_in_the_form_is_refused(name: str, client: Client, ada: User) -> None:
    run = exported(ada)
    client.force_login(ada)
    assert post(client, run, {"value-0": "1.5", name: "a\0b"})[0] == 400
    assert client.get(f"/runs/{run.pk}/try/", {"value-0": "a\0b"}).status_code == 400


def test_the_section_that_is_marked_is_that_of_the_breadcrumb(client: Client, ada: User) -> None:
    client.force_login(ada)
    page = client.get(f"/runs/{exported(ada).pk}/try/").content.decode()
    (marked,) = re.findall(r'<a href="([^"]+)"[^>]* aria-current="page"', page)
    (crumb,) = re.findall(r'<p class="crumb"><a href="([^"]+)"', page)
    assert marked == crumb == "/models/"


@pytest.mark.parametrize(("part", "words"), [("beginning", "the first 256"), ("end", "the last 256")])
def test_a_text_shows_what_cannot_be_seen_and_what_is_not_read(
    part: Literal["beginning", "end"], words: str, client: Client, ada: User, worker: None
) -> None:
    run = exported(ada, [TEXT])
    client.force_login(ada)
    excess = Excess(column="note", tokens=1200, read=256, part=part)
    influences = (
        Influence(column="note", change=0.5, place=(0, 3)),
        Influence(column="note", change=0.1, place=(4, 6)),
    )
    reply = ANSWER.model_copy(update={"influences": influences, "excesses": (excess,), "doubts": ()})
    with answering(reply):
        page = post(client, run, {"value-0": "a\u200bb \u202ed and \ufeff"})[1]
    assert f"reads {words} of the 1\u202f200 tokens of note" in page
    assert "a[U+200B]b</mark>" in page and "[U+202E]d</mark>" in page and "and [U+FEFF]" in page
    assert "<strong>a[U+200B]b</strong>" in page
    assert not {"\u200b", "\u202e", "\ufeff"} & set(page), "nothing that could hide or turn round what follows"


def test_without_a_worker_it_is_said_at_once(client: Client, ada: User) -> None:
    run = exported(ada)
    client.force_login(ada)
    began = time.monotonic()
    assert "No worker is running" in post(client, run, {"value-0": "1"})[1]
    answer = client.post(f"/api/v1/runs/{run.pk}/answers", {"values": {}}, "application/json", headers=bearer(ada))
    assert answer.status_code == 503 and answer["Retry-After"]
    assert time.monotonic() - began < 5


def test_another_person_finds_nothing(client: Client, ada: User, bob: User, worker: None) -> None:
    run = exported(ada)
    client.force_login(bob)
    for answer in (
        client.get(f"/runs/{run.pk}/try/"),
        client.post(f"/runs/{run.pk}/try/", {"value-0": "1"}),
        client.post(f"/api/v1/runs/{run.pk}/answers", {"values": {}}, "application/json", headers=bearer(bob)),
    ):
        assert answer.status_code == 404
    other = exported(bob)
    graph = Edge.objects.get(run__parent=run, name="onnx")
    with answering() as questions:
        body = {"values": {}, "model": str(graph.pk)}
        answer = client.post(f"/api/v1/runs/{other.pk}/answers", body, "application/json", headers=bearer(bob))
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "model"
        client.post(f"/runs/{other.pk}/try/", {"value-0": "1", "model": str(graph.pk)})
    assert [one.person for one in questions] == [bob.pk]


def test_a_form_of_another_site_is_refused(ada: User, worker: None) -> None:
    run, client = exported(ada), Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert post(client, run, {"value-0": "1"})[0] == 403
    answer = client.post(f"/api/v1/runs/{run.pk}/answers", {"values": {}}, "application/json")
    assert answer.status_code == 403


def test_the_api_answers_in_numbers(client: Client, ada: User, worker: None) -> None:
    run = exported(ada, [*BLOCKS, PICTURE])

    def ask(**body: Any) -> Any:
        return client.post(f"/api/v1/runs/{run.pk}/answers", body, "application/json", headers=bearer(ada))

    with answering() as questions:
        answer = ask(values={"petal": 1.5, "colour": None, "photo": "QUJD"}, about="b")
    assert answer.status_code == 200
    body = answer.json()
    assert of(questions[0].question) == Question({"petal": 1.5, "colour": None}, {"photo": b"ABC"}, "b")
    assert body["words"] == ["<b>a</b>"] and body["probabilities"] == {"<b>a</b>": 0.75, "b": 0.25}
    assert body["influences"][0] == {"column": "petal", "change": 0.5, "place": [], "further": 0}
    assert body["not_understood"] == [{"column": "stem", "value": "<i>long"}] and body["tried"] == 2
    assert body["not_read"] == []

    def fields(**body: Any) -> list[str]:
        answer = ask(**body)
        assert answer.status_code == 422, answer.content
        return [error["field"] for error in answer.json()["errors"]]

    assert fields(values={"leaf": 1, "photo": "QUJD"}) == ["values.leaf"]
    assert fields(values={"photo": "no Base64"}) == ["values.photo"]
    assert fields(values={}) == ["values.photo"]
    assert fields(values={"petal": [1], "photo": "QUJD"})
    assert fields(values={"petal": "x" * (2 << 19) + "x", "photo": "QUJD"}) == ["values.petal"]
    assert fields(rows=[]) and fields(values={}, model="x")


def test_a_question_leaves_the_message_server_when_it_is_taken_and_its_answer_when_it_is_read(ada: User) -> None:
    server = exchange._server()
    with answering() as questions:
        exchange.ask(Asked(ada.pk, "0" * 64, Question({"petal": "private"}).packed()))
    assert questions
    left = [key for key in keys("trial:*") if not key.startswith("trial:newest:")]
    assert not left, "but for which question was the newest, nothing stays"
    exchange.reply("nobody", b"private")
    assert 0 < server.ttl("trial:nobody:reply") <= exchange.KEPT_SECONDS
    exchange._send("waiting", Asked(ada.pk, "0" * 64, b"private"))
    assert 0 < server.ttl("trial:waiting:question") <= exchange.KEPT_SECONDS
    assert exchange.take("waiting") is not None and exchange.take("waiting") is None


def test_a_second_question_takes_the_place_of_the_first(ada: User, bob: User) -> None:
    refusals: list[str] = []

    def first() -> None:
        try:
            exchange.ask(Asked(ada.pk, "0" * 64, b"first"))
        except TrialError as error:
            refusals.append(str(error))

    thread = threading.Thread(target=first)
    thread.start()
    server, deadline = exchange._server(), time.monotonic() + 10
    while server.get(f"trial:newest:{ada.pk}") is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    exchange._send("others", Asked(bob.pk, "0" * 64, b"of another person"))
    (waiting,) = [key.split(":")[1] for key in keys("trial:*:question") if "others" not in key]
    assert exchange.is_wanted(waiting, ada.pk), "another person's question is no matter"
    exchange._send("second", Asked(ada.pk, "0" * 64, b"second"))
    thread.join(10)
    assert len(refusals) == 1 and "something else" in refusals[0]
    assert exchange.is_wanted("second", ada.pk)
    for key in keys("trial:*"):
        server.delete(key)


def test_only_this_form_may_be_as_long_as_a_photo(live: Live) -> None:
    run, client = exported(live.user("ada"), [PICTURE]), Client()
    page = f"/runs/{run.pk}/try/"
    assert most_bytes(page) == LARGEST_FORM > LARGEST_FILE > most_bytes(f"/runs/{run.pk}/stop/")
    client.force_login(live.user("ada"))
    with live.anonymous() as http:
        http.cookies.set("trainyard_session", client.cookies["trainyard_session"].value)
        http.get(page)
        headers = {"HX-Request": "true", "X-CSRFToken": http.cookies["trainyard_csrf"]}
        for size, sentence in ((3 << 20, "No worker is running"), (LARGEST_FORM, "Choose a file")):
            answer = http.post(page, files={"value-0": ("photo.png", b"x" * size)}, headers=headers)
            assert answer.status_code == 200 and sentence in answer.text
