"""Texts from the prepared file to a trained model: every tokenizer, word vectors, batches of like length."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainer import exactness, mixed
from tests.trainer.attempts import Warm, write_job
from trainer import report as reports
from trainer.assets import tokenizer_json
from trainer.attempt import events
from trainer.catalog import listing
from trainer.columns import text
from trainer.data import rows, tokenizing
from trainer.data.prepared import Prepared
from trainer.errors import TrainerError
from trainer.importing.asset_preparation import file_of, guarded
from trainer.importing.preparation import files_of, prepare
from trainer.packaging import package
from trainer.specs.train import TrainDraft
from trainer.training.tokens_report import percent

TASK: dict[str, Any] = {"name": "classification", "target": "class", "features": ["note"]}
ASSET = "0192a1b2-0000-7000-8000-000000000001"
SAMPLE = Path(__file__).parents[2] / "webapp" / "datasets" / "samples" / "reviews-zh"
WIDTH = 4
NEVER_TWICE_THE_SAME = {"unigram"}  # the library adds up chances in the order of its hash tables


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed.write(tmp_path_factory.mktemp("texts") / "prepared.safetensors", rows=200)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (example,) = tokenizer_json.examples()
    return asset(tmp_path_factory.mktemp("tokenizer"), example["tokenizer.json"])


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asset(tmp_path_factory.mktemp("vectors"), b"large 0 1 2 3\ntiny 1 2 3 4\n")


def asset(folder: Path, content: bytes) -> Path:
    (folder / "upload").write_bytes(content)
    profile = guarded(folder / "upload", "file", folder / "out")
    return folder / "out" / file_of(profile)


def spec(**fields: Any) -> dict[str, Any]:
    model = {"name": "text_cnn", "width": WIDTH, "longest_gram": 1, "channels": 4, "dropout": 0.0}
    return {"task": TASK, "model": model, "epochs": 20, "batch_size": 32, **fields}


@pytest.mark.parametrize("name", [name for name in listing("tokenizers") if name not in NEVER_TWICE_THE_SAME])
def test_every_tokenizer_is_alike_for_two_ranks_and_behind_a_pause(
    name: str, warm: Warm, prepared: Path, tokenizer: Path, tmp_path: Path
) -> None:
    needed = {"uploaded": {"file": ASSET}}.get(name, {"vocabulary": 40})
    cut = spec(tokenizers=[{"name": name, "longest": 8, **needed}])
    assets = {ASSET: tokenizer} if "file" in needed else {}
    exactness.require_alike_for_two_ranks(warm, {**cut, "epochs": 2}, prepared, tmp_path, assets)
    exactness.require_exact_resume(warm, cut, prepared, tmp_path, assets)


@pytest.mark.parametrize("name", sorted(NEVER_TWICE_THE_SAME))
def test_a_tokenizer_that_is_never_twice_the_same_is_fitted_once_for_all_ranks_and_lives(
    name: str, warm: Warm, prepared: Path, tmp_path: Path
) -> None:
    cut = spec(tokenizers=[{"name": name, "longest": 8, "vocabulary": 40}], ranks=2)
    paused = exactness.paused(warm, cut, prepared, tmp_path / "paused")
    resume = paused.last_checkpoint
    last = exactness.ended(warm.run(write_job(tmp_path / "last", cut, prepared, attempt=2, resume=resume)))
    (block,) = package.load(last.folder / "out" / "model.safetensors")[0].inputs
    (fitted,) = json.loads((paused.folder / "blocks.json").read_text())
    assert block.model_dump(mode="json") == fitted


@pytest.mark.parametrize("is_tuned", [True, False])
def test_word_vectors_begin_the_tokens_and_stay_unless_they_are_tuned(
    is_tuned: bool, warm: Warm, prepared: Path, vectors: Path, tmp_path: Path
) -> None:
    model = {**spec()["model"], "vectors": ASSET, "tuned": is_tuned}
    asked = spec(model=model, tokenizers=[{"name": "words"}])
    exactness.require_alike_for_two_ranks(warm, {**asked, "epochs": 2}, prepared, tmp_path, {ASSET: vectors})
    last = exactness.require_exact_resume(warm, asked, prepared, tmp_path, {ASSET: vectors})
    config, state = package.load(last.folder / "out" / "model.safetensors")
    (block,) = config.inputs
    table = state["network.encoder.vectors.table.weight"]
    given = torch.tensor([[0.0, 1, 2, 3], [1, 2, 3, 4]])
    found = torch.isclose(table[:, None], given).all(2).any(0)
    assert bool(found.all()) is not is_tuned
    assert block.vocabulary == len(table)
    (result,) = [event for event in last.events if isinstance(event, events.Result)]
    (coverage,) = [one.value for one in reports.parse(result.report).scalars if one.name == "coverage/text"]
    assert 0 < coverage < 1
    logs = [event for event in last.events if isinstance(event, events.Log)]
    (params,) = [event.params for event in logs if "begin with word vectors" in event.message]
    assert (params["count"], params["tokens"]) == (len(given), len(table))
    assert params["coverage"] == percent(coverage)


def test_vectors_of_another_width_are_refused_before_the_queue() -> None:
    encoder = listing("models")["text_cnn"].spec.model_validate({"vectors": ASSET})
    with pytest.raises(TrainerError, match="These vectors have 300 numbers each; set the width"):
        encoder.require_asset("model", "vectors", {"width": 300})


def test_batches_of_the_reviews_are_hardly_padding(tmp_path: Path) -> None:
    paths, names = files_of(SAMPLE)
    data = Prepared.open(prepare(paths, names, tmp_path).prepared)
    draft = TrainDraft.model_validate({"task": {"name": "classification", "target": "label"}})
    complete = draft.resolved(data.summary)
    read = tokenizing.tokenize(complete.tokenizers, rows.read(complete, data))
    useful = read.batches(32, 0).useful()
    assert useful is not None and useful >= 0.9
    part = read.by_length(read.parts.validation)
    assert sorted(part.tolist()) == sorted(read.parts.validation.tolist())
    assert read.lengths is not None and (np.diff(read.lengths[part]) >= 0).all()
    lengths = read.batch(np.arange(3))["text_lengths"]
    assert lengths.tolist() == [len(text) for text in texts(data, 3)]


def texts(data: Prepared, count: int) -> list[str]:
    content, starts = data.ragged("text")
    return [content[starts[row] : starts[row + 1]].tobytes().decode() for row in range(count)]


def test_the_usual_tokenizer_fits_the_language() -> None:
    chinese = text.Column(name="zh", characters=1000, words=20)
    english = text.Column(name="en", characters=1000, words=200)
    assert (chinese.usual_tokenizer, english.usual_tokenizer) == ("characters", "byte_pair")
