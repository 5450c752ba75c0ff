"""Tables whose values stand between spaces, any number of them, as R, Fortran and old archives write them: line by line
as if there were a tab. Plain Python, shipped beside exports."""

import re
from collections.abc import Sequence

SPACE = " "  # the delimiter's name
TOKEN = re.compile(r'"(?:[^"]|"")*"|\S+')
COMMENT = ("#", "%", "//")  # what lines begin with that are no rows, in any table
MARK = re.compile(r"#[# ]*|(%+|//+)(?=\s) *")  # what stands before a comment's words; “%fat” is a name
DECIMAL = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
LEAST_LINES = 3


def tabbed(line: str) -> str:
    """The line with one tab between its values; spaces in quotation marks stay, and those behind a comment's mark."""
    mark = MARK.match(line)
    start = mark.end() if mark else 0
    return line[:start] + "\t".join(TOKEN.findall(line[start:])) + "\n"


def uncommented(line: str) -> str:
    """A comment without the mark that it begins with: names may stand in it."""
    return MARK.sub("", line, count=1) if line.startswith(COMMENT) else line


def are_columns(lines: Sequence[str]) -> bool:
    """Whether lines have equally many values between spaces, and one of the columns holds nothing but numbers below the
    first line: prose has neither. As R writes names, the first line may have one value less."""
    rows = [TOKEN.findall(line) for line in lines if line.strip() and not line.startswith(COMMENT)]
    if len(rows) < LEAST_LINES:
        return False
    width, below = len(rows[1]), rows[1:]
    return (
        width > 1
        and len(rows[0]) in {width, width - 1}
        and all(len(row) == width for row in below)
        and any(all(_is_number(row[at]) for row in below) for at in range(width))
    )


def are_in_numbers(mark: str, lines: Sequence[str]) -> bool:
    """Whether the mark stands nowhere but within numbers, as in ``1 0,5 a``; comments may have it anywhere."""
    tokens = [token for line in lines if not line.startswith(COMMENT) for token in TOKEN.findall(line)]
    return all(DECIMAL.fullmatch(token) for token in tokens if mark in token)


def _is_number(token: str) -> bool:
    try:
        float(token.replace(",", "."))
    except ValueError:
        return token in {"NA", "NaN", "?"}
    return True
