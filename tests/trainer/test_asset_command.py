"""Assets on the command line: prepared as an upload is, and given to a training by the name that the spec has."""

from pathlib import Path
from typing import Annotated

import pytest

from tests.trainer.test_word_vectors import binary, text
from trainer.__main__ import main
from trainer.asset import AssetOf, AssetProfile
from trainer.assets.word_vectors.reader import WordVectors
from trainer.commands.fit import assets_of
from trainer.errors import TrainerError
from trainer.specs.train import TrainDraft


def test_it_writes_what_a_training_reads_and_its_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words.bin").write_bytes(binary())
    assert main(["asset", str(tmp_path / "words.bin"), "--out", str(tmp_path / "out")]) == 0
    assert "5 words, 4 numbers each" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["profile.json", "vectors.safetensors"]
    assert len(WordVectors.open(tmp_path / "out" / "vectors.safetensors")) == 5
    profile = AssetProfile.model_validate_json((tmp_path / "out" / "profile.json").read_bytes())
    assert profile.measures["width"] == 4


def test_it_replaces_nothing_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words.vec").write_bytes(text())
    command = ["asset", str(tmp_path / "words.vec"), "--out", str(tmp_path / "out")]
    assert main(command) == 0
    assert main(command) == 2
    assert "has a file “vectors.safetensors” already" in capsys.readouterr().err
    assert main([*command, "--overwrite"]) == 0


def test_a_file_that_cannot_be_used_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words.vec").write_bytes(text().replace(b"0.625", b"nan"))
    assert main(["asset", str(tmp_path / "words.vec"), "--out", str(tmp_path / "out")]) == 2
    assert "The vector in line 2, of the word “日光”, has NaN" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


class Naming(TrainDraft):
    """A spec that names an asset."""

    vectors: Annotated[str, AssetOf("word_vectors")] = "english"


def test_what_the_spec_names_must_be_given_and_fit(tmp_path: Path) -> None:
    (tmp_path / "words.vec").write_bytes(text())
    assert main(["asset", str(tmp_path / "words.vec"), "--out", str(tmp_path / "out")]) == 0
    file = tmp_path / "out" / "vectors.safetensors"
    assert assets_of([f"english={file}"], Naming()) == {"asset:english": file}
    with pytest.raises(TrainerError, match="--asset english=FILE") as caught:
        assets_of([f"german={file}"], Naming())
    assert caught.value.field == "vectors"
    profile = file.with_name("profile.json")
    profile.write_text(profile.read_text().replace('"word_vectors"', '"other"'))
    with pytest.raises(TrainerError, match="another kind"):
        assets_of([f"english={file}"], Naming())


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        assets_of([f"a={tmp_path / 'absent'}"], TrainDraft())
