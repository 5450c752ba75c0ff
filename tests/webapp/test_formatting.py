"""Numbers in sentences."""

import pytest

from trainer.numerals import significant
from webapp.formatting import short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.123456, "0.1235"),
        (-12.3456, "-12.35"),
        (9999.4, "9999"),
        (9999.96, "10,000"),
        (-35_940.4, "-35,940"),
        (2e15, "2e+15"),
        (3.02e-5, "3.02e-05"),
        (float("nan"), "nan"),
    ],
)
def test_no_digit_before_the_point_is_hidden_behind_an_exponent(value: float, text: str) -> None:
    assert significant(value) == text
    assert short(value) == text.replace(",", "\u202f")
