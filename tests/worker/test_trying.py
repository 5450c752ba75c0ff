"""The process that models are tried in: each question is answered by a fork of its own, and nothing is written down."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.trainer import samples
from trainer.trying.questions import Question
from trainer.trying.replies import Answer, Refusal, parse
from worker.trying import Tries

ROW: dict[str, Any] = {"island": "Biscoe", "bill_length_mm": "50", "sex": "male"}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that tells the species of penguins."""
    folder = tmp_path_factory.mktemp("penguins")
    prepared = samples.penguins(folder / "in")
    spec = {"task": {"name": "classification", "target": "species"}, "epochs": 5}
    trained = samples.attempt(folder / "train", "train", spec, {"prepared": prepared})
    inputs = {"prepared": prepared, "model": trained.output("model.safetensors")}
    done = samples.attempt(folder / "export", "export", {"exporters": [{"name": "onnx"}]}, inputs)
    return done.folder / "out" / "model.onnx"


@pytest.fixture
def tries(tmp_path: Path) -> Iterator[Tries]:
    tries = Tries(tmp_path / "logs" / "trying.log")
    yield tries
    tries.close()


def ask(tries: Tries, graph: Path, question: Question, sha256: str = "") -> Answer | Refusal:
    name = sha256 or hashlib.sha256(graph.read_bytes()).hexdigest()
    return parse(tries.ask(graph, name, question.packed(), lambda: True))


def test_a_question_is_answered_and_the_second_one_in_no_time(tries: Tries, graph: Path) -> None:
    reply = ask(tries, graph, Question(ROW))
    assert isinstance(reply, Answer)
    assert reply.outcome.target == "species" and len(reply.outcome.shares) == 3
    assert {one.column for one in reply.influences} == {"island", "bill_length_mm", "sex"}
    began = time.monotonic()
    assert isinstance(ask(tries, graph, Question(ROW)), Answer)
    assert time.monotonic() - began < 2, "the graph is open already"


def test_questions_are_answered_side_by_side_each_by_a_process_of_its_own(tries: Tries, graph: Path) -> None:
    replies: list[Answer | Refusal] = []
    threads = [threading.Thread(target=lambda: replies.append(ask(tries, graph, Question(ROW)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [type(reply) for reply in replies] == [Answer] * 4
    assert len({reply.model_dump_json(include={"outcome", "influences"}) for reply in replies}) == 1


def test_a_graph_that_is_not_what_was_stored_is_not_used(tries: Tries, graph: Path, tmp_path: Path) -> None:
    name = hashlib.sha256(graph.read_bytes()).hexdigest()
    damaged = tmp_path / "damaged.onnx"
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    for path in (damaged, tmp_path / "missing.onnx"):
        reply = ask(tries, path, Question(ROW), name)
        assert isinstance(reply, Refusal) and reply.code == "export_damaged"
    assert isinstance(ask(tries, graph, Question(ROW)), Answer)


def test_the_process_is_started_again_when_it_was_killed_and_knows_nothing_of_ours(tries: Tries, graph: Path) -> None:
    os.environ["TRAINYARD_SECRET_KEY"] = "not for others"
    try:
        ask(tries, graph, Question(ROW))
    finally:
        del os.environ["TRAINYARD_SECRET_KEY"]
    assert tries._process is not None
    process = psutil.Process(tries._process.pid)
    assert "TRAINYARD_SECRET_KEY" not in process.environ()
    deadline = time.monotonic() + 10
    while process.children():
        assert time.monotonic() < deadline, "a fork ends with its answer"
        time.sleep(0.05)
    process.kill()
    process.wait(10)
    assert isinstance(ask(tries, graph, Question(ROW)), Answer)


def test_the_process_ends_with_the_worker_however_that_dies(tries: Tries, graph: Path) -> None:
    ask(tries, graph, Question(ROW))
    assert tries._control is not None and tries._process is not None
    tries._control.close()  # as the kernel does it for who is killed
    assert tries._process.wait(10) == 0


def test_who_does_not_wait_any_more_gets_nothing(tries: Tries, graph: Path) -> None:
    ask(tries, graph, Question(ROW))
    name = hashlib.sha256(graph.read_bytes()).hexdigest()
    large = Question({**ROW, "sex": "x" * 1000})
    assert tries._process is not None
    os.kill(tries._process.pid, 19)  # SIGSTOP: it takes nothing
    try:
        assert tries.ask(graph, name, large.packed(), lambda: False) == b""
    finally:
        os.kill(tries._process.pid, 18)


def test_what_was_entered_is_in_no_file_whatever_becomes_of_it(tries: Tries, graph: Path, tmp_path: Path) -> None:
    secret = "a word that nobody else writes"
    assert isinstance(ask(tries, graph, Question({**ROW, "sex": secret})), Answer)
    name = hashlib.sha256(graph.read_bytes()).hexdigest()
    broken = Question({"bill_length_mm": [secret]})  # type: ignore[dict-item]  # a list, which no page sends
    assert isinstance(parse(tries.ask(graph, name, broken.packed(), lambda: True)), Refusal)
    assert tries.ask(graph, name, f"{secret}: no question".encode() * 10, lambda: True) == b""
    tries.close()
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        assert secret.encode() not in path.read_bytes(), path
