"""Colours of the style sheets, light and dark, against the contrasts of WCAG 2.2 (1.4.3 for text, 1.4.11 for
shapes).
"""

import re
from itertools import product

import pytest

from tests.yard import ROOT

SHEET = (ROOT / "webapp" / "static" / "trainyard" / "tokens.css").read_text()
TOKENS = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", SHEET)}
STATES = ("queued", "running", "paused", "succeeded", "stopped", "failed", "cancelled")
TINTED = ("failed", "paused", "succeeded")
TEXT = [
    *product(("ink", "ink-soft", "accent"), ("page", "surface", "hover")),
    *product(("ink", "ink-soft"), ("sunken", *(f"{name}-soft" for name in TINTED))),
    *product(STATES, ("page", "surface")),
    *((name, f"{name}-soft") for name in TINTED),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("accent-hover", "surface"),
]
SHAPES = [
    *((f"curve-{number}", "surface") for number in range(1, 9)),
    *product(("line-strong", "accent"), ("page", "surface")),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, of ``#rrggbb``."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read_on_what_it_stands_on(front: str, back: str) -> None:
    for one, other in zip(TOKENS[front], TOKENS[back], strict=True):
        assert contrast(one, other) >= 4.5


@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_lines_and_borders_of_controls_can_be_seen(front: str, back: str) -> None:
    for one, other in zip(TOKENS[front], TOKENS[back], strict=True):
        assert contrast(one, other) >= 3
