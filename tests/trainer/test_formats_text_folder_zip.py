"""Texts in one folder per class: as people have them who never made a table."""

from pathlib import Path

import pytest

from tests.files import Imported, imported, refusal, zipped
from trainer.columns import module_of
from trainer.formats.text_folder_zip import reader


def files(**folders: int) -> dict[str, bytes]:
    """So many texts in each folder; “__” stands between folders."""
    return {
        f"{folder.replace('__', '/')}/{at}.txt": f"A {folder} text, with a comma.\nAnd a line, number {at}.".encode()
        for folder, count in folders.items()
        for at in range(count)
    }


def rows(dataset: Imported) -> list[tuple[str | None, ...]]:
    columns = dataset.data.summary.columns
    outside = [(one, module_of(one, "values").outside) for one in columns]
    return [tuple(read(one, dataset.data, row) for one, read in outside) for row in range(len(dataset.data))]


def test_the_folder_is_the_class_and_the_file_the_text(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.zip": zipped(files(mail__spam=6, mail__ham=5))})
    assert dataset.profile.format == "text_folder_zip"
    assert [(one.name, one.kind) for one in dataset.data.summary.columns] == [("text", "text"), ("label", "category")]
    assert rows(dataset)[0] == ("A mail__ham text, with a comma.\nAnd a line, number 0.", "ham")
    assert dataset.profile.balance == (("ham", 5), ("spam", 6))
    assert dataset.profile.suggested_target == "label"


def test_folders_of_parts_become_the_column_split(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.zip": zipped(files(train__a=6, train__b=6, test__a=3, test__b=3))})
    assert [one.name for one in dataset.data.summary.columns] == ["text", "label", "split"]
    assert dataset.problem("given_split").params == {"column": "split", "train": 12, "validation": 0, "test": 6}


def test_every_text_in_another_encoding_is_read_as_it_is_and_named(tmp_path: Path) -> None:
    german, chinese = "Größe und Höhe der Bäume in Köln", "房间很大，服务也很好，下次还来，推荐给大家"
    own = files(a=6, b=6) | {"a/0.txt": german.encode("cp1252"), "b/0.txt": chinese.encode("gb18030")}
    own |= {"a/1.txt": german.encode("utf-16"), "b/1.txt": chinese.encode("utf-8-sig")}
    dataset = imported(tmp_path, {"x.zip": zipped(own)})
    texts = [row[0] for row in rows(dataset)]
    assert (texts[:2], texts[6:8]) == ([german] * 2, [chinese] * 2)
    assert dataset.problem("other_encodings").params["count"] == 2
    assert "a/0.txt, b/0.txt" in dataset.problem("other_encodings").params["names"]


def test_what_is_no_text_or_too_long_or_without_a_class_is_left_out_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LONGEST_FILE", 1024 * 1024)
    own = files(a=6, b=6) | {"a/bytes.txt": b"a\0b" * 99, "a/long.txt": b"x" * 1024 * 1024 + b"x", "alone.txt": b"me"}
    dataset = imported(tmp_path, {"x.zip": zipped(own | {"notes.md": b"ours"})})
    assert len(dataset.data) == 12
    assert dataset.problem("unread_texts").params == {"count": 2, "most": 1, "names": "a/bytes.txt, a/long.txt"}
    assert dataset.problem("unlabelled_texts").params["names"] == "alone.txt"
    listed = (dataset.folder / "left_out.csv").read_text().splitlines()
    assert {'a/bytes.txt,"too long, or no text"', "alone.txt,no class", "notes.md,no text"} <= set(listed)


def test_an_empty_text_is_missing(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.zip": zipped(files(a=6, b=6) | {"a/0.txt": b""})})
    assert (rows(dataset)[0], dataset.data.summary.columns[0].missing) == ((None, "a"), 1)


def test_texts_without_folders_are_not_taken_for_classes(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"x.zip": zipped({f"{at}.txt": b"Only words here" for at in range(9)})})


def test_files_of_which_none_can_be_read_are_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LONGEST_FILE", 4)
    error = refusal(tmp_path, {"x.zip": zipped(files(a=6, b=6))})
    assert error.code == "texts_unread"
