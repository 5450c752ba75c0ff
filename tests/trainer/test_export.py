import json
import math
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.files import telling_paths
from tests.trainer import samples
from tests.trainer.samples import Done
from trainer.attempt.events import Output
from trainer.catalog import default, listing
from trainer.checked import sha256
from trainer.columns import category, image, number
from trainer.data.prepared import Prepared, own_name, write_prepared
from trainer.exporters import Source
from trainer.packaging import package
from trainer.packaging.package import ModelConfig
from trainer.packaging.preprocessing import Positional
from trainer.proving import bundle, export, reference_rows, shipping, sources
from trainer.proving.description import card, plain
from trainer.proving.export import Export
from trainer.proving.parity import check
from trainer.proving.proof import Proof
from trainer.proving.verdict import TOLERANCE
from trainer.specs.export import exporters_for
from trainer.specs.split import Split
from trainer.tasks.regression import Target

OFFERED = [file.format for entry in listing("exporters").values() for file in entry.module.FILES if file.offered]
FORMATS = ["bundle", *OFFERED, "preprocess", "parity", "parity", "model_card"]
ALL = {"exporters": [{"name": name} for name in listing("exporters")]}

WORK: dict[str, dict[str, Any]] = {"export": ALL, "compress": {"stages": [{"name": "prune_channels"}]}}


class Trained:
    """A model, its data, and a folder for what is done with it."""

    def __init__(self, folder: Path, prepared: Path, spec: dict[str, Any]) -> None:
        self.folder = folder
        self.prepared = prepared
        self.done = samples.attempt(folder / "train", "train", {"exporters": [], **spec}, {"prepared": prepared})
        self.model = self.done.output("model.safetensors")

    @property
    def source(self) -> Source:
        return sources.open_source(self.model, "torch")

    def proof(self, folder: Path) -> Proof:
        return Proof.prepare(self.source, self.prepared, folder)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("digits")
    return Trained(folder, samples.digits(folder), {"epochs": 1})


@pytest.fixture(scope="module")
def penguins(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("penguins")
    task = {"name": "regression", "target": "body_mass_g"}
    return Trained(folder, samples.penguins(folder), {"task": task, "epochs": 5})


@pytest.fixture(scope="module")
def exported(digits: Trained) -> Done:
    inputs = {"prepared": digits.prepared, "model": digits.model}
    return samples.attempt(digits.folder / "export", "export", ALL, inputs)


def test_all_formats_are_proved_and_the_bundle_comes_first(exported: Done) -> None:
    assert exported.ended.outcome == "succeeded", exported.ended
    assert [output.meta["format"] for output in exported[Output]] == FORMATS
    for row in exported.report["exports"]:
        assert row["status"] == "proved", row
        assert row["rows"] == 239
        assert row["largest_difference"] <= TOLERANCE


def test_parity_asks_for_a_missing_value_in_every_column(penguins: Trained, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in penguins.proof(tmp_path).rows.read_text().splitlines()]
    assert all(any(row[name] is None for row in rows) for name in rows[0])


def test_the_bundle_holds_everything_and_its_sums_agree(exported: Done, tmp_path: Path) -> None:
    with zipfile.ZipFile(exported.output("bundle.zip")) as archive:
        assert archive.namelist()[0] == "README.md"
        archive.extractall(tmp_path)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    chain = json.loads((tmp_path / "lineage.json").read_text())["chain"]
    assert [link["step"] for link in chain[:3]] == ["data", "spec", "weights"]
    hashes = {(link["step"], link["file"]): link["sha256"] for link in chain}
    assert hashes["weights", "model.safetensors"] == sha256(tmp_path / "model.safetensors")
    assert hashes["spec", "spec.json"] == sha256(tmp_path / "spec.json")
    weights = exported.folder.parent / "train/out/model.safetensors"
    assert hashes["weights", "model.safetensors"] == sha256(weights)


def test_the_same_files_always_give_the_same_bundle(exported: Done, tmp_path: Path) -> None:
    names = ["model.onnx", "README.md"]
    bundle.write(exported.folder / "out", names, tmp_path / "one.zip")
    bundle.write(exported.folder / "out", names, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_bundle_keeps_no_paths_of_this_machine(exported: Done) -> None:
    assert not telling_paths("bundle.zip", exported.output("bundle.zip").read_bytes(), exported.folder)


def test_the_shipped_sheets_tell_the_difference_in_whole_sentences(exported: Done) -> None:
    rows = json.loads((exported.folder / "out" / "parity.json").read_text())["exports"]
    sheet = (exported.folder / "out" / "PARITY.md").read_text()
    for row in rows:
        assert row["message"].startswith("Proved on 239 rows: the largest relative difference is ")
        assert row["message"] in sheet
    assert "largest relative difference |" in sheet
    assert exported.report["exports"][0]["message"].startswith("Proved on %(rows)s rows")  # which the pages translate


def test_the_title_of_a_model_card_tells_the_task(digits: Trained, penguins: Trained) -> None:
    configs = [trained.source.config for trained in (digits, penguins)]
    titles = [card(config, [], {"rows": 1}, ["<b>[x](y)"], [], []).splitlines()[0] for config in configs]
    assert titles == ["# Model card: Classification of label", "# Model card: Regression of body\\_mass\\_g"]


def test_the_shipped_program_answers_in_words(exported: Done, digits: Trained, tmp_path: Path) -> None:
    proof, home = digits.proof(tmp_path), tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-I", "predict.py", "run_onnx.py", str(proof.rows)],
        cwd=exported.folder / "out",
        env={"HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [int(answer["class"]) for answer in answers] == proof.answers[: proof.count].argmax(1).tolist()
    assert not list(home.iterdir()), "ONNX Runtime keeps a file for its reports"


@pytest.mark.parametrize("run", [f"run_{name}.py" for name in listing("exporters")])
def test_a_folder_of_pictures_is_answered_as_the_prepared_rows_are_bit_for_bit(
    run: str, exported: Done, digits: Trained, tmp_path: Path
) -> None:
    pixels = Prepared.open(digits.prepared).own_array("image")[:40]
    np.save(tmp_path / "rows.npy", np.asarray(pixels))
    for row, picture in enumerate(np.asarray(pixels)):
        (file := tmp_path / "new" / str(row % 3) / f"{row:02}.png").parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture[0]).save(file)
    by_file = {answer.pop("file"): answer for answer in _predicted(exported, run, tmp_path / "new")}
    assert [by_file[f"{row % 3}/{row:02}.png"] for row in range(40)] == _predicted(exported, run, tmp_path / "rows.npy")


def _predicted(exported: Done, run: str, rows: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-I", "predict.py", run, str(rows), "--batch", "1"]
    done = subprocess.run(command, cwd=exported.folder / "out", capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("export", "another kind"),
        ("export", "other classes"),
        ("export", "other levels"),
        ("export", "other species"),
        ("compress", "other levels"),
    ],
)
def test_other_data_than_the_models_is_refused_with_a_sentence(
    kind: str, other: str, digits: Trained, penguins: Trained, tmp_path: Path
) -> None:
    model, prepared = {"another kind": (digits, penguins), "other classes": (digits, digits)}.get(
        other, (penguins, penguins)
    )
    only = "species" if other == "other species" else ""
    given = (
        prepared.prepared
        if other == "another kind"
        else _with_other_names(prepared.prepared, tmp_path / "other.safetensors", only)
    )
    done = samples.attempt(tmp_path / "run", kind, WORK[kind], {"prepared": given, "model": model.model})
    assert (done.ended.outcome, done.ended.code) == ("failed", "other_data")


@pytest.mark.parametrize("kind", ["export", "compress"])
def test_other_rows_than_the_models_are_refused_with_a_sentence(kind: str, penguins: Trained, tmp_path: Path) -> None:
    whole = Prepared.open(penguins.prepared)
    arrays = {name: whole.array(name)[::-1] for name in ("numbers", "categories")}
    write_prepared(tmp_path / "other.safetensors", whole.summary, arrays)
    done = samples.attempt(
        tmp_path / "run", kind, WORK[kind], {"prepared": tmp_path / "other.safetensors", "model": penguins.model}
    )
    assert (done.ended.outcome, done.ended.code) == ("failed", "other_rows")


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_a_number_is_proved_alike_in_every_unit(unit: float, penguins: Trained, tmp_path: Path) -> None:
    config = penguins.source.config
    assert isinstance(config.target, Target)
    target = config.target.model_copy(update={"mean": 0.0, "scale": config.target.scale * unit})
    scaled = config.model_copy(update={"target": target})
    right = _tampered(penguins, tmp_path, scaled)
    proof = Proof.prepare(right, penguins.prepared, tmp_path)
    assert export.make(default("exporters", "onnx"), right, proof, tmp_path / "right").report.status == "proved"
    wrong = _tampered(
        penguins,
        tmp_path,
        scaled.model_copy(update={"target": target.model_copy(update={"scale": 1.001 * target.scale})}),
    )
    assert export.make(default("exporters", "onnx"), wrong, proof, tmp_path / "wrong").report.status == "refused"


def test_the_rows_with_gaps_of_a_wide_table_are_few_and_each_column_is_missing_once() -> None:
    names, ones = tuple(f"c{place}" for place in range(1_000)), (1.0,) * 1_000
    wide = number.Block(columns=names, center=ones, scale=ones)
    gaps = reference_rows.gaps([wide])
    rows = reference_rows.with_gaps({"numbers": np.ones((1, 1_000), np.float32)}, [wide], gaps)["numbers"]
    assert len(gaps) == len(rows) == reference_rows.GAP_ROWS
    assert (np.isnan(rows).sum(axis=0) == 1).all()


def test_an_unexpected_end_of_an_export_is_not_called_the_end_of_a_training(digits: Trained, tmp_path: Path) -> None:
    done = samples.attempt(tmp_path / "run", "export", ALL, {"model": digits.model})
    assert done.ended.code == "unexpected"
    assert done.ended.message.startswith("The run ended by an unexpected error")


def _with_other_names(prepared: Path, path: Path, only: str = "") -> Path:
    """The same arrays, whose last class or level is called otherwise; in one column only where that is named."""
    whole = Prepared.open(prepared)
    columns = tuple(
        column.model_copy(update={"levels": (*column.levels[:-1], "zzz")})
        if isinstance(column, category.Column) and only in ("", column.name)
        else column
        for column in whole.summary.columns
    )
    names = {"image": own_name("image"), "number": "numbers", "category": "categories"}
    arrays = {names[column.kind]: whole.array(names[column.kind]) for column in columns}
    write_prepared(path, whole.summary.model_copy(update={"columns": columns}), arrays)
    return path


def _tampered(trained: Trained, folder: Path, config: ModelConfig, *, weight: float = 0.0) -> Source:
    """A package like the trained one but for what is wrong with it."""
    model = package.module(config, package.load(trained.model)[1])
    fresh = package.module(config)
    model.encoders, model.postprocess = fresh.encoders, fresh.postprocess
    with torch.no_grad():
        next(model.network.parameters()).view(-1)[0] += weight
    package.save(folder / "tampered.safetensors", config, model)
    return sources.open_source(folder / "tampered.safetensors", "torch")


@pytest.mark.parametrize("name", ["safetensors", "onnx"])
def test_a_corrupted_weight_is_refused(name: str, digits: Trained, tmp_path: Path) -> None:
    wrong = _tampered(digits, tmp_path, digits.source.config, weight=0.5)
    refused = export.make(default("exporters", name), wrong, digits.proof(tmp_path), tmp_path / "wrong")
    assert refused.report.status == "refused"
    assert refused.report.message.startswith("Refused:")


def test_a_refused_export_is_not_offered_and_the_others_stay(digits: Trained, tmp_path: Path) -> None:
    proof = digits.proof(tmp_path)
    wrong = _tampered(digits, tmp_path, digits.source.config, weight=0.5)
    refused = export.make(default("exporters", "torchscript"), wrong, proof, tmp_path / "wrong")
    proved = export.make(default("exporters", "safetensors"), digits.source, proof, tmp_path / "right")
    names = _assembled([refused, proved], digits, proof, tmp_path)
    assert names[:3] == ["bundle.zip", "model.safetensors", "config.json"]
    with zipfile.ZipFile(tmp_path / "out" / "bundle.zip") as archive:
        assert "model.torchscript.pt" not in archive.namelist()
        assert "| refused |" in archive.read("PARITY.md").decode()


def _assembled(made: list[Export], trained: Trained, proof: Proof, folder: Path) -> list[str]:
    (folder / "out").mkdir()
    links = [
        bundle.link("data", "prepared.safetensors", trained.prepared),
        bundle.link("weights", "model.safetensors", trained.model),
    ]
    return [name for _, name in export.assemble(made, trained.source, proof, links, folder / "out")]


def test_a_wrong_mean_is_refused(digits: Trained, tmp_path: Path) -> None:
    config = digits.source.config
    (pixels,) = config.inputs
    assert isinstance(pixels, image.Block)
    shifted = pixels.model_copy(update={"mean": (pixels.mean[0] + 1.0,)})
    wrong = _tampered(digits, tmp_path, config.model_copy(update={"inputs": (shifted,)}))
    made = export.make(default("exporters", "safetensors"), wrong, digits.proof(tmp_path), tmp_path / "wrong")
    assert made.report.status == "refused"
    assert not made.offered


def test_a_model_that_answers_only_nan_is_refused(digits: Trained, tmp_path: Path) -> None:
    wrong = _tampered(digits, tmp_path, digits.source.config, weight=math.nan)
    proof = Proof.prepare(wrong, digits.prepared, tmp_path)
    made = export.make(default("exporters", "safetensors"), wrong, proof, tmp_path / "wrong")
    assert made.report.status == "refused"
    assert "answers no row with a number" in made.report.message


def test_wrong_category_codes_are_refused(penguins: Trained, tmp_path: Path) -> None:
    config = penguins.source.config
    inputs = tuple(
        block.model_copy(update={"levels": tuple(levels[::-1] for levels in block.levels)})
        if isinstance(block, category.Block)
        else block
        for block in config.inputs
    )
    wrong = _tampered(penguins, tmp_path, config.model_copy(update={"inputs": inputs}))
    made = export.make(default("exporters", "safetensors"), wrong, penguins.proof(tmp_path), tmp_path / "wrong")
    assert made.report.status == "refused"


def test_an_export_that_needs_our_code_is_refused(digits: Trained, tmp_path: Path) -> None:
    proof = digits.proof(tmp_path)
    shipping.ship(digits.source.config, tmp_path)
    (tmp_path / "run_ours.py").write_text("def load(folder):\n    import trainer.package\n")
    verdict = check(tmp_path, "run_ours.py", proof.rows, proof.answers, proof.count)
    assert verdict.status == "refused"
    assert "No module named 'trainer'" in verdict.params["error"]


def test_a_graph_fixed_at_one_batch_size_is_refused(digits: Trained, tmp_path: Path) -> None:
    proof = digits.proof(tmp_path)
    source = digits.source
    shipping.ship(source.config, tmp_path)
    assert source.module is not None
    program = torch.onnx.export(
        Positional(source.module, list(source.example)),
        tuple(source.example.values()),
        dynamo=True,
        verbose=False,
        input_names=list(source.example),
    )
    assert program is not None
    program.save(str(tmp_path / "model.onnx"))
    run = export.write_run(default("exporters", "onnx"), tmp_path)
    verdict = check(tmp_path, run, proof.rows, proof.answers, proof.count)
    assert verdict.status == "refused"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[x](javascript:alert)", "a | b\n# c", "`code`", "*x* _y_", "\x1b[31m"]
)
def test_nobodys_text_becomes_markup(text: str) -> None:
    shown = plain(text)
    assert "<" not in shown
    assert "\n" not in shown
    assert "\x1b" not in shown
    for mark in "[]()`*_|#":
        assert shown.count(mark) == shown.count(f"\\{mark}")


def test_the_model_card_escapes_names_of_columns_and_classes(penguins: Trained) -> None:
    target = penguins.source.config.target.model_copy(update={"name": "<b>&[x](y)", "classes": ("<i>", "b")})
    config = penguins.source.config.model_copy(update={"target": target})
    text = card(config, [], {"rows": 1}, ["<b>[x](y)"], [], [])
    assert "<b>" not in text
    assert "<i>" not in text
    assert "[x](y)" not in text


def test_the_model_card_of_a_fold_says_which_it_was_tested_on(penguins: Trained) -> None:
    config = penguins.source.config.model_copy(update={"split": Split(folds=5, fold=0)})
    text = card(config, [], {"rows": 1}, ["<b>[x](y)"], [], [])
    assert "- Split: seed 0, tested on fold 1 of 5, validation part 0.1" in text.splitlines()


def test_a_quantized_version_is_exported_as_onnx_only() -> None:
    assert [exporter.name for exporter in exporters_for("onnx")] == ["onnx"]
    choice = (default("exporters", "torchscript"),)
    assert exporters_for("torch", choice) == choice
    assert [exporter.name for exporter in exporters_for("onnx", choice)] == ["onnx"]
