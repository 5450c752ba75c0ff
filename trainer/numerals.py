"""Numbers as people read them."""

LARGE, HUGE = 9_999.5, 1e15  # between them all digits before the point are written out


def significant(value: float) -> str:
    """Four digits of a number, or all before the point: 0.1235, 12.35, 35,940, and 2e+15."""
    return f"{value:,.0f}" if LARGE <= abs(value) < HUGE else f"{value:.4g}"


def rounded(value: float, digits: int = 4) -> float:
    """The number with so many digits: two ways of adding up give the same."""
    return float(f"{value:.{digits}g}")
