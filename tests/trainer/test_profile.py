"""What an import tells about the data."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import pictures
from tests.files import Imported, idx, imported
from tests.trainer.attempts import encoded
from trainer.columns import number
from trainer.data import rows
from trainer.data.summary import DataSummary, number_names
from trainer.importing.parsed import Parsed
from trainer.importing.problems import looked_for, sentences
from trainer.packaging import package
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft
from webapp.datasets import samples


def table(folder: Path, header: str, rows: list[str]) -> Imported:
    return imported(folder, {"x.csv": "\n".join([header, *rows]).encode()})


def sample(folder: Path, name: str) -> Imported:
    return imported(folder, {path.name: path.read_bytes() for path in samples.listing()[name].files})


def test_the_digits_are_profiled(tmp_path: Path) -> None:
    dataset = sample(tmp_path, "digits")
    assert dataset.data.summary.rows == 8000
    assert pictures.shape(dataset.data.summary) == (1, 28, 28)
    assert [name for name, _ in dataset.profile.balance] == list("0123456789")
    assert sum(count for _, count in dataset.profile.balance) == 8000
    assert dataset.profile.suggested_task == "classification"
    assert dataset.codes == set()

    assert {check.code for check in dataset.profile.checks} == {
        "one_class",
        "few_rows",
        "lonely_class",
        "imbalance",
        "infinite_pixels",
        "duplicates",
        "contradicting_labels",
        "case_only",
    }


def test_each_problem_is_a_check_and_a_profile_lists_those_that_were_made(tmp_path: Path) -> None:
    assert set(looked_for()) == {code for code, (severity, _, _) in sentences().items() if severity != "info"}
    rows = [f"{number % 7 * 1.5},{'red' if number % 2 else 'blue'},x" for number in range(40)]
    inspection = table(tmp_path / "classes", "size,colour,x", rows)
    checks = {check.code for check in inspection.profile.checks}
    assert inspection.codes - {code for code, (severity, _, _) in sentences().items() if severity == "info"} <= checks
    assert {
        "missing_values",
        "text_in_numbers",
        "mirrors_target",
        "imbalance",
        "renamed_columns",
        "identifier",
    } <= checks
    assert not {"infinite_pixels", "broken_pictures", "contradicting_labels"} & checks
    numbers = table(tmp_path / "numbers", "a,b", [f"{number % 7},{number * 1.5 + number % 3}" for number in range(60)])
    assert "imbalance" not in {check.code for check in numbers.profile.checks}, "there are no classes to compare"


def test_the_contact_sheet_shows_what_its_labels_say(tmp_path: Path) -> None:
    dataset = sample(tmp_path, "digits")
    grid = dataset.profile.thumbnails
    assert grid is not None
    with Image.open(dataset.folder / "thumbnails.png") as sheet:
        assert sheet.size == (grid.columns * grid.size, grid.rows * grid.size)
        shown = np.asarray(sheet.convert("L"))
    assert grid.labels[:12] == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "1")
    labels, pixels = pictures.labels(dataset.data), pictures.pixels(dataset.data)
    three = np.asarray(
        Image.fromarray(pixels[int(np.argmax(labels == 3)), 0]).resize((64, 64), Image.Resampling.NEAREST)
    )
    np.testing.assert_array_equal(shown[:64, 3 * 64 : 4 * 64], three)


def test_the_penguins_are_profiled_as_the_reference_says(tmp_path: Path) -> None:
    dataset = sample(tmp_path, "penguins")
    assert (dataset.profile.suggested_task, dataset.profile.suggested_target) == ("classification", "species")
    assert dataset.profile.balance == (("Adelie", 129), ("Chinstrap", 50), ("Gentoo", 101))
    column = {column.name: column for column in dataset.profile.columns}["body_mass_g"]
    masses = [float(row[5]) for row in _rows(samples.listing()["penguins"].files[0]) if row[5] != "NA"]
    assert (column.missing, column.distinct) == (280 - len(masses), len(set(masses)))
    assert column.mean == pytest.approx(np.mean(masses))
    assert column.std == pytest.approx(np.std(masses))
    assert column.histogram is not None
    np.testing.assert_array_equal(column.histogram.counts, np.histogram(masses, bins=20)[0])


def _rows(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text().splitlines()[1:]]


def test_the_reviews_are_texts_of_two_classes(tmp_path: Path) -> None:
    dataset = sample(tmp_path, "reviews-zh")
    assert dataset.data.summary.rows == 14363
    assert dict(dataset.profile.balance).keys() == {"positive", "negative"}
    assert [column.kind for column in dataset.data.summary.columns] == ["text", "category"]
    assert (dataset.profile.suggested_task, dataset.profile.suggested_target) == ("classification", "label")
    assert not dataset.profile.problems
    texts = dataset.profile.columns[0].texts
    assert texts is not None
    assert (texts.duplicates, texts.are_pairs, texts.terms[0][0]) == (0, True, "酒店")


def test_one_class_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    pictures = imported(tmp_path / "pictures", {"a": idx(np.zeros((12, 3, 3), np.uint8)), "b": idx([7] * 12)})
    assert pictures.problem("one_class").params == {"name": "7"}
    rows = table(tmp_path / "table", "size,label", [f"{n},spam" for n in range(12)])
    assert rows.problem("one_class").params == {"name": "spam"}


def test_a_class_with_one_row_and_imbalance_are_told(tmp_path: Path) -> None:
    dataset = table(tmp_path, "size,label", [f"{n % 9},{'rare' if n == 5 else 'often'}" for n in range(40)])
    assert dataset.problem("lonely_class").params == {"count": 1, "name": "rare"}
    assert dataset.problem("imbalance").params == {"most": "often", "most_rows": 39, "fewest": "rare", "fewest_rows": 1}


def test_rows_that_repeat_are_counted(tmp_path: Path) -> None:
    dataset = table(tmp_path / "table", "size,label", [f"{n % 10},{'ab'[n % 2]}" for n in range(30)])
    assert dataset.profile.duplicates == 20
    pixels = np.arange(40, dtype=np.uint8).reshape(10, 2, 2)
    doubled = imported(tmp_path / "pictures", {"a": idx(np.concatenate([pixels, pixels])), "b": idx([0, 1] * 10)})
    assert doubled.profile.duplicates == 10
    other = imported(tmp_path / "labels", {"a": idx(np.concatenate([pixels, pixels])), "b": idx([0] * 10 + [1] * 10)})
    assert other.profile.duplicates == 0
    assert other.problem("contradicting_labels").params == {"count": 10}


def test_a_column_that_mirrors_the_target_is_told(tmp_path: Path) -> None:
    rows = [f"{'xyz'[n % 3]},{'uvw'[n % 3]},{n % 5 + n % 3 / 3}" for n in range(60)]
    dataset = table(tmp_path / "class", "code,label,size", rows)
    assert dataset.problem("mirrors_target").params == {"column": "code", "target": "label", "agreeing": 60, "rows": 60}
    dataset = table(
        tmp_path / "number", "celsius,fahrenheit,noise", [f"{n},{n * 1.8 + 32},{n * 37 % 11}" for n in range(60)]
    )
    assert dataset.profile.suggested_task == "regression"
    assert {
        problem.params["column"] for problem in dataset.profile.problems if problem.code == "mirrors_target"
    } == set()
    dataset = table(
        tmp_path / "target", "celsius,target,noise", [f"{n % 30},{n % 30 * 1.8 + 32},{n * 37 % 11}" for n in range(60)]
    )
    assert dataset.problem("mirrors_target").params["column"] == "celsius"


def test_a_target_with_gaps_is_told_once(tmp_path: Path) -> None:
    dataset = table(tmp_path, "size,label", [f"{n},{'ab'[n % 2] if n % 5 else ''}" for n in range(40)])
    assert dataset.problem("missing_target").params == {"column": "label", "count": 8}
    assert "missing_values" not in dataset.codes


def test_a_table_of_text_has_no_target(tmp_path: Path) -> None:
    dataset = table(tmp_path, "a,b", [f"some words {n},other words {n}" for n in range(40)])
    assert dataset.problem("no_target").severity == "error"


def test_much_of_the_same_is_summed_up(tmp_path: Path) -> None:
    rows = [",".join(str(row * 7 % 5) if row else "NA" for _ in range(30)) for row in range(20)]
    dataset = table(tmp_path, ",".join(f"c{n}" for n in range(30)), rows)
    assert sum(problem.code == "missing_values" for problem in dataset.profile.problems) == 8
    assert dataset.problem("more_of_a_kind").params == {"count": 21}


def test_extreme_numbers_leave_a_profile_that_is_valid_json(tmp_path: Path) -> None:
    values = ["1e33", "-1e33", "5e-324", "0"] * 5
    dataset = table(tmp_path, "x,y,label", [f"{value},{n},{'ab'[n % 2]}" for n, value in enumerate(values)])
    text = (dataset.folder / "profile.json").read_text()
    assert json.loads(text, parse_constant=lambda name: pytest.fail(name))["columns"][0]["maximum"] == 1e33


@pytest.mark.parametrize("cells", [("0", "5e-324"), ("-1e-320", "0"), ("2e-308", "2.1e-308")])
def test_numbers_too_close_for_bins_between_them_have_no_histogram(tmp_path: Path, cells: tuple[str, str]) -> None:
    dataset = table(tmp_path, "x,label", [f"{cells[n % 2]},{'ab'[n // 2 % 2]}" for n in range(20)])
    assert dataset.profile.columns[0].kind == "number"
    assert dataset.profile.columns[0].histogram is None


def test_every_problem_has_a_message_and_a_remedy_in_whole_sentences() -> None:
    for code, (_, message, remedy) in sentences().items():
        assert message.endswith("."), code
        assert remedy.endswith("."), code


def test_problems_stand_errors_first(tmp_path: Path) -> None:
    dataset = table(tmp_path, "size,label", [f"{n},{'a' if n else ''}" for n in range(5)])
    severities = [problem.severity for problem in dataset.profile.problems]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


def test_numbers_that_are_classes_have_a_balance_and_a_rarest(tmp_path: Path) -> None:
    rows = "".join(f"{number / 7},{int(number == 40)}\n" for number in range(100))
    dataset = imported(tmp_path, {"table.csv": f"x,label\n{rows}".encode()})
    assert dataset.profile.suggested_task == "classification"
    assert dataset.profile.balance == (("0", 99), ("1", 1))
    assert dataset.problem("lonely_class").severity == "error"
    assert dataset.profile.columns[1].rarest == ("1", 1)


def test_numbers_that_float32_cannot_tell_apart_are_said_and_harmless(tmp_path: Path) -> None:
    dataset = table(
        tmp_path, "time,size,y", [f"{1_700_000_000 + at % 11},{at * 37 % 101},{'ab'[at % 2]}" for at in range(60)]
    )
    problem = dataset.problem("coarse_numbers")
    assert problem.params == {"column": "time", "step": "128"}
    spec = parse({"task": {"name": "classification", "target": "y"}}, "train")
    assert isinstance(spec, TrainDraft)
    spec = spec.resolved(dataset.data.summary)
    data = rows.read(spec, dataset.data)
    model = package.module(rows.configure(spec, data))
    features = encoded(model, data, data.parts.train)
    assert float(features[:, 0].abs().max()) == 0.0


def test_two_numbers_that_differ_in_their_last_digit_are_two_classes() -> None:
    assert number_names([0.1, 0.1 + 0.2, 0.3, 2.0]) == ("0.1", "0.30000000000000004", "0.3", "2")


def test_the_values_of_each_of_many_columns_are_had_without_looking_at_all_others() -> None:
    columns = tuple(number.Column(name=f"c{at}") for at in range(20_000))
    values = np.arange(20_000.0)[None, :]
    parsed = Parsed(summary=DataSummary(rows=1, columns=columns), arrays={"numbers": values})
    start = time.process_time()
    assert [parsed.block_values(column, "numbers")[0] for column in columns] == values[0].tolist()
    assert time.process_time() - start < 5  # more than a minute where each looks at all
