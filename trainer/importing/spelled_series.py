"""Numbers as ``spelled`` knows them, of many cells at a time: the same patterns, tried on all cells at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.data.prepared import Array
from trainer.importing import series, spelled

NONE = pa.scalar(None, pa.string())


@dataclass(frozen=True)
class Numbers:
    """``values`` float64 [cells], ``are_numbers`` bool [cells]; ``units`` that stand beside numbers, each with
    its first cell.
    """

    values: Array
    are_numbers: Array
    units: Mapping[str, str]


def numbers(cells: pa.StringArray, comma: bool) -> Numbers:
    """What ``cells.number_of`` makes of each of these stripped cells."""
    digits = _plain(cells, comma)
    rest = series.numbers(np.flatnonzero(digits.is_null()))
    candidates = series.narrowed(cells.take(rest))
    is_short = pc.and_(pc.less_equal(pc.utf8_length(candidates), spelled.LONGEST_SPELLED), _holds(candidates, "[0-9]"))
    rest, candidates = rest.filter(is_short), candidates.filter(is_short)
    units: dict[str, str] = {}
    if len(rest):
        spelling, beside = _spelled(candidates, comma)
        digits = pc.replace_with_mask(digits, _mask(rest, len(cells)), spelling)
        for unit in pc.unique(beside).drop_null().to_pylist():
            units[unit] = cells[rest[pc.index(beside, unit).as_py()].as_py()].as_py()
    values = pc.cast(digits, pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False).copy()
    return Numbers(values, ~np.asarray(digits.is_null()), units)


def _mask(places: pa.Array, count: int) -> pa.BooleanArray:
    mask = np.zeros(count, np.bool_)
    mask[places.to_numpy()] = True
    return series.mask(mask)


def _is(cells: pa.Array, pattern: re.Pattern[str]) -> pa.BooleanArray:
    """Whether the pattern matches the whole cell."""
    return pc.match_substring_regex(cells, f"^(?:{pattern.pattern})$", ignore_case=bool(pattern.flags & re.IGNORECASE))


def _holds(cells: pa.Array, pattern: str) -> pa.BooleanArray:
    return pc.match_substring_regex(cells, pattern)


def _plain(cells: pa.Array, comma: bool) -> pa.StringArray:
    """``spelled.plain_number`` of each."""
    plain = pc.if_else(_is(cells, spelled.PLAIN), cells, NONE)
    if comma:
        is_european = pc.or_(_is(cells, spelled.DECIMAL_COMMA), _is(cells, spelled.POINTS))
        pointed = pc.replace_substring(pc.replace_substring(cells, ".", ""), ",", ".")
        plain = pc.if_else(is_european, pointed, plain)
    elif series.contain(cells, b","):
        plain = pc.if_else(_is(cells, spelled.THOUSANDS), pc.replace_substring(cells, ",", ""), plain)
    return pc.if_else(pc.greater(pc.binary_length(cells), spelled.LONGEST_NUMBER), NONE, plain)


def _spelled(cells: pa.StringArray, comma: bool) -> tuple[pa.StringArray, pa.StringArray]:
    """``spelled.spelled_number`` of each: the number as Python writes it, and the unit, null where there is none."""
    text = cells
    for characters, plain in spelled.PLAIN_SIGNS.items():
        text = pc.replace_substring_regex(text, f"[{characters}]", plain)
    text = pc.utf8_trim_whitespace(text)
    in_parentheses = pc.match_substring_regex(text, r"^\((?s:.*)\)$")
    text = pc.if_else(in_parentheses, pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(text, 1, -1)), text)
    parts = pc.extract_regex(text, f"^(?:{spelled.SPELLED.pattern})$")
    part = {name: pc.struct_field(parts, name) for name in spelled.SPELLED.groupindex}
    signs = [
        *(pc.utf8_trim_whitespace(part[name]) for name in ("sign", "inner", "behind")),
        pc.if_else(in_parentheses, "-", ""),
    ]
    before, after = (pc.utf8_trim_whitespace(part[name]) for name in ("before", "after"))
    digits = _ungrouped(part["digits"], comma)
    is_clear = pc.and_(_at_most_one(signs), _at_most_one([before, after]))
    number = pc.if_else(pc.and_(is_clear, digits.is_valid()), pc.binary_join_element_wise(*signs, digits, ""), NONE)
    unit = pc.binary_join_element_wise(before, after, "")
    unit = pc.if_else(pc.and_(pc.equal(unit, ""), in_parentheses), spelled.PARENTHESES, unit)
    return number, pc.if_else(pc.and_(number.is_valid(), pc.not_equal(unit, "")), unit, NONE)


def _at_most_one(texts: list[pa.StringArray]) -> pa.BooleanArray:
    """Whether at most one of the texts of each row is there."""
    are_there = [np.asarray(pc.not_equal(text, "").fill_null(False)) for text in texts]
    return series.mask(np.sum(are_there, axis=0) <= 1)


def _ungrouped(digits: pa.StringArray, comma: bool) -> pa.StringArray:
    plain = _plain(digits, comma)
    if not (series.contain(digits, b" ") or series.contain(digits, b"'")):
        return plain
    ungrouped = pc.replace_substring(pc.replace_substring_regex(digits, "[ ']", ""), ",", ".")
    return pc.if_else(_is(digits, spelled.GROUPED), ungrouped, plain)
