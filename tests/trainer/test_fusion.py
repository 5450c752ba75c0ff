"""Mixed columns, several pictures among them, from the prepared file to proved exports and answers in words."""

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from tests.files import stored, zipped
from tests.trainer import mixed, samples
from trainer import report
from trainer.attempt import events
from trainer.catalog import listing
from trainer.data.prepared import Prepared
from trainer.errors import TrainerError
from trainer.importing import preparation
from trainer.model import ModelSpec
from trainer.parts import Input, Part
from trainer.proving import reference_rows
from trainer.specs.train import TrainDraft

TASK = {"name": "classification", "target": "class", "features": [column.name for column in mixed.FEATURES]}
ENCODERS: list[dict[str, Any]] = [
    {"name": "identity", "columns": ["back"]},
    {"name": "layers", "hidden": [16]},
    {"name": "convolutions", "channels": [4]},
    {"name": "text_bag", "buckets": 512},
]


@pytest.mark.parametrize("combiner", listing("combiners"))
def test_mixed_columns_are_learned_exported_proved_and_answered(combiner: str, tmp_path: Path) -> None:
    prepared = mixed.write(tmp_path / "mixed.safetensors")
    model = {"name": "fusion", "encoders": ENCODERS, "combiner": {"name": combiner}, "width": 16, "hidden": [16]}
    spec = {"task": TASK, "model": model, "epochs": 25, "optimizer": {"name": "adamw", "learning_rate": 3e-3}}
    done = samples.attempt(tmp_path / "train", "train", spec, {"prepared": prepared})
    assert done.ended.outcome == "succeeded", done.ended
    assert report.parse(done.report).value("test/accuracy") > 0.85
    inputs = {"prepared": prepared, "model": done.output("model.safetensors")}
    exporters = {"exporters": [{"name": name} for name in ("onnx", "safetensors", "torchscript")]}
    exported = samples.attempt(tmp_path / "export", "export", exporters, inputs)
    assert [item["status"] for item in exported.report["exports"]] == ["proved"] * 3, exported.report
    out = exported.folder / "out"
    assert [block["name"] for block in json.loads((out / "preprocess.json").read_text())["inputs"]] == [
        "numbers",
        "categories",
        "booleans",
        "dates",
        "image_1",
        "image_2",
        "text",
    ]
    np.save(tmp_path / "picture.npy", np.full((1, mixed.SIDE, mixed.SIDE), 200, np.uint8))
    row = {
        "size": 3.0,
        "colour": "red",
        "is_sold": True,
        "built": "1 May 1987",
        "front": "picture.npy",
        "back": "picture.npy",
        "note": "a large flat near the lake",
    }
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    (answer,) = _answers(out, tmp_path / "rows.jsonl")
    assert answer["class"] == "many"


def test_mixed_columns_take_the_model_that_fits_them_unasked(tmp_path: Path) -> None:
    spec = {"task": TASK, "epochs": 1, "exporters": []}
    done = samples.attempt(tmp_path / "train", "train", spec, {"prepared": mixed.write(tmp_path / "mixed.safetensors")})
    assert [event.outcome for event in done[events.Ended]] == ["succeeded"]


@pytest.mark.parametrize("combiner", sorted(listing("combiners")))
def test_a_fusion_is_pruned_and_its_export_proved(combiner: str, tmp_path: Path) -> None:
    prepared = mixed.write(tmp_path / "mixed.safetensors")
    encoders = [{"name": "layers"}, {"name": "convolutions"}, {"name": "text_bag", "buckets": 512}]
    model = {"name": "fusion", "encoders": encoders, "combiner": {"name": combiner}}
    spec = {"task": TASK, "model": model, "epochs": 20}
    trained = samples.attempt(tmp_path / "train", "train", spec, {"prepared": prepared})
    inputs = {"prepared": prepared, "model": trained.output("model.safetensors")}
    stages = {"stages": [{"name": "prune_channels"}]}
    compressed = samples.attempt(tmp_path / "compress", "compress", stages, inputs)
    original, pruned = compressed.report["stages"]
    assert pruned["status"] == "done"
    assert pruned["parameters"] < 0.6 * original["parameters"]
    assert pruned["metric"]["value"] > 0.85
    (version,) = (compressed.folder / "out").glob("*.safetensors")
    exporters = {"exporters": [{"name": "safetensors"}]}
    exported = samples.attempt(tmp_path / "export", "export", exporters, {**inputs, "model": version})
    assert [item["status"] for item in exported.report["exports"]] == ["proved"]


@pytest.mark.parametrize(
    ("columns", "column"), [(["front", "size"], "size"), (["nowhere"], "nowhere"), (["class"], "class")]
)
def test_an_encoder_for_a_column_that_it_cannot_take_is_refused(
    columns: list[str], column: str, tmp_path: Path
) -> None:
    summary = Prepared.open(mixed.write(tmp_path / "mixed.safetensors", rows=20)).summary
    model = {"name": "fusion", "encoders": [{"name": "convolutions", "columns": columns}]}
    with pytest.raises(TrainerError, match=f"cannot take “{column}”") as caught:
        TrainDraft.model_validate({"task": TASK, "model": model}).resolved(summary)
    assert caught.value.field == "model"


def test_a_block_takes_the_encoder_for_its_column_then_the_first_of_its_layout() -> None:
    encoders = _parts_of([ENCODERS[0], {"name": "convolutions"}, {"name": "identity"}])
    assert {name: part.spec.name for name, part in encoders.items()} == {
        "image_1": "convolutions",
        "image_2": "identity",
    }


def test_a_block_that_no_encoder_of_the_list_takes_is_refused_and_never_given_another() -> None:
    with pytest.raises(TrainerError, match="No encoder in the list takes “front”"):
        _parts_of(ENCODERS[:1])


@pytest.mark.parametrize(
    ("encoders", "columns"),
    [
        ([{"name": "layers"}], "“front”, “back”"),
        ([{"name": "layers"}, {"name": "convolutions", "columns": ["back"]}], "“front”"),
        ([{"name": "convolutions"}], "“size”, “colour”, “is_sold”, “built”"),
        ([{"name": "convolutions"}, {"name": "layers", "columns": ["size"]}], "“colour”, “is_sold”, “built”"),
    ],
)
def test_a_list_without_an_encoder_for_some_columns_is_refused_before_the_run(
    encoders: list[dict[str, Any]], columns: str, tmp_path: Path
) -> None:
    with pytest.raises(TrainerError, match=f"takes {columns}. Add one that does, for example") as caught:
        _resolved(encoders, tmp_path)
    assert caught.value.field == "model.encoders"


def test_an_empty_list_of_encoders_is_resolved_to_those_that_are_taken(tmp_path: Path) -> None:
    assert [encoder["name"] for encoder in _resolved([], tmp_path)["encoders"]] == [
        "layers",
        "text_bag",
        "convolutions",
    ]
    numbers_only = _resolved([], tmp_path, features=["size", "built"])
    assert [encoder["name"] for encoder in numbers_only["encoders"]] == ["layers"]


def _resolved(encoders: list[dict[str, Any]], folder: Path, **task: Any) -> dict[str, Any]:
    summary = Prepared.open(mixed.write(folder / "mixed.safetensors", rows=20)).summary
    model = {"name": "fusion", "encoders": encoders}
    draft = TrainDraft.model_validate({"task": {**TASK, **task}, "model": model})
    return draft.resolved(summary).model.model_dump(mode="json")


def _parts_of(chosen: list[dict[str, Any]]) -> Mapping[str, Part]:
    """The encoders of two blocks of pictures."""
    model = listing("models")["fusion"].spec.model_validate({"name": "fusion", "encoders": chosen})
    assert isinstance(model, ModelSpec)
    inputs = {"image_1": Input("image", (1, 8, 8), ("front",)), "image_2": Input("image", (1, 8, 8), ("back",))}
    encoders = model.parts(inputs)["encoders"]
    assert isinstance(encoders, dict)
    return encoders


def test_an_archive_with_a_table_and_pictures_goes_the_whole_way_to_an_answer(tmp_path: Path) -> None:
    """Numbers, categories, yes and no, dates, and two columns of pictures, as somebody uploads them."""
    random, members = np.random.default_rng(0), dict[str, bytes]()
    lines = ["size,colour,is_sold,seen,front,back,class"]
    for row in range(240):
        bits = random.integers(0, 2, 4)
        for column, bit in zip(("front", "back"), bits[:2], strict=True):
            pixels = random.integers(0, 60, (mixed.SIDE, mixed.SIDE)).astype(np.uint8)
            pixels[:, : mixed.SIDE // 2] += np.uint8(150 * bit)
            members[f"shop/{column}/{row}.png"] = _png(pixels)
        colour, is_sold = ("blue", "red")[bits[2]], ("no", "yes")[row % 2]
        size = "" if row % 17 == 0 else f"{bits[3] * 3 + random.normal() / 5:.3f}"
        files = f"front/{row}.png,back/{row}.png"
        seen = f"2026-{row % 12 + 1:02}-{row % 28 + 1:02}"
        lines.append(f"{size},{colour},{is_sold},{seen},{files},{'many' if bits.sum() >= 2 else 'few'}")
    members["shop/labels.csv"] = "\n".join(lines).encode()
    (archive,) = stored(tmp_path, {"shop.zip": zipped(members)})
    prepared = preparation.prepare([archive], ["shop.zip"], tmp_path / "import").prepared
    kinds = {column.name: column.kind for column in Prepared.open(prepared).summary.columns}
    assert kinds == {
        "size": "number",
        "colour": "category",
        "is_sold": "boolean",
        "seen": "date",
        "front": "image",
        "back": "image",
        "class": "category",
    }
    spec = {
        "task": {"name": "classification", "target": "class"},
        "epochs": 30,
        "optimizer": {"name": "adamw", "learning_rate": 3e-3},
    }
    trained = samples.attempt(tmp_path / "train", "train", spec, {"prepared": prepared})
    assert report.parse(trained.report).value("test/accuracy") > 0.8
    inputs = {"prepared": prepared, "model": trained.output("model.safetensors")}
    exporters = {"exporters": [{"name": "onnx"}, {"name": "safetensors"}]}
    exported = samples.attempt(tmp_path / "export", "export", exporters, inputs)
    assert [item["status"] for item in exported.report["exports"]] == ["proved"] * 2, exported.report
    out = exported.folder / "out"
    blocks = [block["name"] for block in json.loads((out / "preprocess.json").read_text())["inputs"]]
    assert sorted(blocks) == ["booleans", "categories", "dates", "image_1", "image_2", "numbers"]
    graph = onnxruntime.InferenceSession(str(out / "model.onnx"))
    assert [taken.name for taken in graph.get_inputs()] == blocks, "one input a block"
    bright = np.concatenate([np.full((1, mixed.SIDE, mixed.SIDE // 2), value, np.uint8) for value in (180, 30)], 2)
    np.save(tmp_path / "bright.npy", bright)
    np.save(tmp_path / "dark.npy", np.full((1, mixed.SIDE, mixed.SIDE), 30, np.uint8))
    rows = [
        {
            "size": 3.0,
            "colour": "red",
            "is_sold": "yes",
            "seen": "2026-03-04",
            "front": "bright.npy",
            "back": "bright.npy",
        },
        {"size": 0.0, "colour": "blue", "is_sold": "no", "seen": "2026-11-04", "front": "dark.npy", "back": "dark.npy"},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [answer["class"] for answer in _answers(out, tmp_path / "rows.jsonl")] == ["many", "few"]
    _require_same_answers(out, members, Prepared.open(prepared), tmp_path)


def _require_same_answers(out: Path, members: Mapping[str, bytes], prepared: Prepared, folder: Path) -> None:
    """Bit for bit, of the uploaded table beside its pictures and of the prepared rows."""
    for name, content in members.items():
        (file := folder / "unpacked" / name).parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    names = [column.name for column in prepared.summary.columns]
    rows = reference_rows.write_rows(prepared, names, np.arange(len(prepared)), folder, [])
    assert _answers(out, folder / "unpacked" / "shop" / "labels.csv") == _answers(out, rows)


def _png(pixels: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _answers(out: Path, rows: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-I", "predict.py", "run_onnx.py", str(rows)],
        cwd=out,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
