"""Numbers as programs and as people write them: with thousands, decimal commas, units, and minus signs of all kinds.

Shipped beside exports; it needs what of ours is shipped, too.
"""

import re
from dataclasses import dataclass

from trainer.importing.words import narrow

PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|infinity)", re.ASCII | re.IGNORECASE)
THOUSANDS = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d+)?", re.ASCII)  # and lakhs
POINTS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)  # thousands of who writes decimal commas
DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?", re.ASCII)
LONGEST_NUMBER = 400
LARGEST = 1e33  # models compute in float32, which ends at 3.4e38: the rest is room for a network to multiply
LONGEST_SPELLED = 40

PARENTHESES = "()"  # the unit of a number that stands in them, which makes it negative
# Characters that stand for others in numbers that people write
PLAIN_SIGNS = {
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad": "",  # cannot be seen
    "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d": "-",
    "\u00a0\u2007\u2008\u2009\u200a\u202f\u3000": " ",
    "\u2019\u02bc\u00b4\uff07": "'",
}
_TRANSLATION = str.maketrans({sign: plain for signs, plain in PLAIN_SIGNS.items() for sign in signs})
_CURRENCY = (
    r"(?:US|[ACR]|NZ|HK)?\$|[€£¥₹₽₩₺₫฿₪₴₦￥]|kr\.?|zł|Kč|Ft|Fr\.|Rs\.?|元|円|원|AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|INR|"
    "JPY|KRW|MXN|NOK|NZD|PLN|RMB|RUB|SEK|SGD|TRY|USD|ZAR"
)
_MEASURE = (
    r"[%‰％℃]|°[CF]?|(?:[kmµ]g|lbs?|oz|[kcmµn]m|mi|ft|in|m[l²³]|km²|kWh|[kM]W|[kMG]?Hz|[kKMGT]B|ms|min|sec|hrs?|yrs?|km/h|m/s|mph|"
    r"px)\b| [gltmshLWVA]\b"
)
_DIGIT = re.compile(r"\d", re.ASCII)
SPELLED = re.compile(
    rf"(?P<sign>[+-] ?)?(?:(?P<before>{_CURRENCY}) ?)?(?P<inner>[+-] ?)?"
    r"(?P<digits>[\d.,](?:[\d.,' ]*[\d.])?(?:[eE][+-]?\d+)?)"
    rf"(?: ?(?P<after>{_CURRENCY}|{_MEASURE}))?(?P<behind>-)?",
    re.ASCII,
)
GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?: \d{3})+|(?:'\d{3})+)(?:[.,]\d+)?", re.ASCII)


@dataclass(frozen=True)
class Number:
    """A number as Python writes it, and the unit that stands beside it, if any."""

    digits: str
    unit: str = ""


def plain_number(cell: str, comma: bool = False) -> str | None:
    """The cell as Python writes numbers, or None where it is no number."""
    if len(cell) > LONGEST_NUMBER:
        return None
    if comma and (DECIMAL_COMMA.fullmatch(cell) or POINTS.fullmatch(cell)):
        return cell.replace(".", "").replace(",", ".")
    if PLAIN.fullmatch(cell):
        return cell
    if not comma and THOUSANDS.fullmatch(cell):
        return cell.replace(",", "")
    return None


def spelled_number(cell: str, comma: bool = False) -> Number | None:
    """What a person wrote: ``$9,554.00``, ``27 %``, ``(3.5)``, ``6'414.50``, ``5 563,48``; None
    where it is no number.
    """
    match, in_parentheses = _match(cell)
    if match is None:
        return None
    digits, units = _ungrouped(match["digits"], comma), [unit for unit in (match["before"], match["after"]) if unit]
    signs = [
        sign.strip()
        for sign in (match["sign"], match["inner"], match["behind"], "-" if in_parentheses else None)
        if sign
    ]
    if digits is None or len(units) > 1 or len(signs) > 1:
        return None
    return Number("".join(signs) + digits, units[0].strip() if units else PARENTHESES if in_parentheses else "")


def bare_digits(cell: str) -> str:
    """The cell without unit, sign and parentheses where it writes a number, else as it is."""
    match, _ = _match(cell)
    return cell if match is None else match["digits"]


def _match(cell: str) -> tuple[re.Match[str] | None, bool]:
    """The parts of a number, and whether it stands in parentheses."""
    text = narrow(cell)
    if len(text) > LONGEST_SPELLED or not _DIGIT.search(text):
        return None, False
    text = text.translate(_TRANSLATION).strip()
    in_parentheses = text.startswith("(") and text.endswith(")")
    return SPELLED.fullmatch(text[1:-1].strip() if in_parentheses else text), in_parentheses


def _ungrouped(digits: str, comma: bool) -> str | None:
    if GROUPED.fullmatch(digits):
        return digits.replace(" ", "").replace("'", "").replace(",", ".")
    return plain_number(digits, comma)
