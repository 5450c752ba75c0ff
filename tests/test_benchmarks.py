"""What the README says of speed is what was measured."""

import pytest

from tests.benchmarks import report
from tests.benchmarks.__main__ import every
from tests.benchmarks.line import Line


def test_the_figures_of_the_readme_are_those_of_the_last_measurement() -> None:
    text = report.README.read_text()
    said = text.split(report.START)[1].split(report.END)[0].strip()
    assert said == report.figures(), "Run `make bench`; it writes both."
    assert report.DOCS.relative_to(report.ROOT).as_posix() in text


def test_every_benchmark_is_found_and_the_helpers_are_not() -> None:
    assert {"metric_store", "p13_upload", "p18_start"} <= set(every())
    assert not {"place", "line", "report", "__main__"} & set(every())


@pytest.mark.parametrize(
    ("better", "figure", "reached"), [("less", 2.0, "yes"), ("less", 2.1, "NO"), ("more", 1.9, "NO")]
)
def test_a_line_says_whether_its_target_is_reached(better: str, figure: float, reached: str) -> None:
    line = Line(number="P1", name="x", figure=figure, unit="s", target=2, better=better)  # type: ignore[arg-type]
    assert line.cells()[4] == reached
