"""Tables whose values stand between spaces, any number of them, as R, Fortran and old archives write them: line by line
as if there were a tab. Plain Python, shipped beside exports."""

import re
from collections.abc import Sequence

SPACE = " "  # the delimiter's name
TOKEN = re.compile(r'"(?:[^"]|"")*"|\S+')
COMMENT = ("#", "%", "//")
LEAST_LINES = 3


def tabbed(line: str) -> str:
    """The line with one tab between its values; spaces in quotation marks stay."""
    return "\t".join(TOKEN.findall(line)) + "\n"


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


def _is_number(token: str) -> bool:
    try:
        float(token.replace(",", "."))
    except ValueError:
        return token in {"NA", "NaN", "?"}
    return True
