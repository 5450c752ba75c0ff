"""Whole numbers."""

LARGEST_WHOLE = 2**53  # beyond, float64 does not keep every digit
