"""Every export format: proved on a table and on pictures, silent about this machine, and the same each time."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.files import tarred, telling_paths, zipped
from tests.trainer import samples
from tests.trainer.attempts import write_images, write_table
from tests.yard import ROOT
from trainer import catalog, exporters
from trainer.catalog import listing
from trainer.exporters import Source
from trainer.proving import export, sources
from trainer.proving.export import Export
from trainer.proving.proof import Proof

EXPORTERS = {name: entry for name, entry in listing("exporters").items() if "torch" in entry.spec.forms}
TASKS = {"table": {"task": {"name": "classification", "target": "c0"}}, "pictures": {}}


@dataclass(frozen=True)
class Trained:
    """A trained model and what its exports are held against."""

    source: Source
    proof: Proof


def table(path: Path) -> Path:
    """With a missing number and a missing category."""
    random = np.random.default_rng(0)
    numbers, codes = random.normal(size=(100, 2)), random.integers(0, 3, (100, 2))
    numbers[::9, 0], codes[::8, 1] = np.nan, -1
    return write_table(path, numbers, codes)


@pytest.fixture(scope="module", params=TASKS)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp(request.param)
    path = folder / "prepared.safetensors"
    prepared = table(path) if request.param == "table" else write_images(path, rows=60)
    spec = {**TASKS[request.param], "epochs": 1, "exporters": []}
    model = samples.attempt(folder / "train", "train", spec, {"prepared": prepared}).output("model.safetensors")
    source = sources.open_source(model, "torch")
    return Trained(source, Proof.prepare(source, prepared, folder))


@pytest.fixture(scope="module", params=EXPORTERS)
def result(request: pytest.FixtureRequest, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Export:
    folder = tmp_path_factory.mktemp(request.param) / "made"
    return export.make(catalog.default("exporters", request.param), trained.source, trained.proof, folder)


def test_it_is_proved(result: Export) -> None:
    assert result.report.status == "proved", result.report


def test_it_writes_the_files_that_it_lists(result: Export) -> None:
    assert {file.name for file in result.files} <= {path.name for path in result.folder.iterdir()}
    assert result.files[0].format == result.exporter.name
    needs = catalog.entry("exporters", result.exporter).module.NEEDS
    assert (result.folder / result.run).read_text().splitlines()[0].endswith(f'It needs: numpy {needs}."""')
    assert all(exporters.labels().get(file.format) for file in result.files if file.offered)


def test_it_tells_no_path_of_this_machine(result: Export) -> None:
    for path in filter(Path.is_file, result.folder.iterdir()):
        assert not telling_paths(path.name, path.read_bytes(), result.folder)


def test_a_path_is_seen_in_an_archive_within_an_archive() -> None:
    inner = zipped({"code/debug": f"File {ROOT}/trainer/training/loop.py, line 7".encode()})
    assert telling_paths("a.zip", zipped({"b.pt": inner, "c": b""})) == ["a.zip/b.pt/code/debug"]
    assert telling_paths("a.gz", gzip.compress(inner)) == ["a.gz//code/debug"]
    assert telling_paths("a.tar.gz", tarred({"b.zip": inner}, "w:gz")) == ["a.tar.gz//b.zip/code/debug"]


@pytest.mark.parametrize("path", ["/home/anna/models/x.py", "/Users/anna/x.py", "C:\\Users\\anna\\x.py"])
def test_a_path_of_anybodys_home_is_seen(path: str) -> None:
    assert telling_paths("a.zip", zipped({"b.zip": zipped({"c": f"in {path}, line 3".encode()})})) == ["a.zip/b.zip/c"]
    assert not telling_paths("c", b"the home/house is at /home or C:\\Users")


def test_the_same_model_gives_the_same_bytes(result: Export, trained: Trained, tmp_path: Path) -> None:
    again = sources.open_source(trained.source.path, "torch")
    catalog.build("exporters", result.exporter, again, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {file.name for file in result.files}
    for file in result.files:
        assert (tmp_path / file.name).read_bytes() == (result.folder / file.name).read_bytes(), file.name


def test_what_every_export_has_has_a_label() -> None:
    assert {name for name, _ in export.COMMON} == set(exporters.COMMON_LABELS)
