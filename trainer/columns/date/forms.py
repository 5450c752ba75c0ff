"""How people and programs write dates. Shipped beside exports; it needs nothing else.

Each form is a pattern whose groups are the parts of a date. Where figures alone say which day and which month is meant,
these are ``first`` and ``second_of``.
"""

import re
import unicodedata
from functools import cache

from trainer.importing.words import composed

LONGEST = 80
# Of each month its names and short forms in English, German, French, Spanish, Italian, Portuguese and Dutch, without
# accents.
_MONTHS = (
    "january jan januar janner janvier janv enero ene gennaio gen janeiro januari",
    "february feb februar fevrier fevr fev febrero febbraio fevereiro februari",
    "march mar marz maerz mrz mars marzo marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug aout agosto ago augustus",
    "september sept sep septembre septiembre setiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dicembre dezembro",
)
MONTH_OF = {word: at for at, words in enumerate(_MONTHS, 1) for word in words.split()}
_WEEKDAYS = (
    "(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|"
    "sonnabend|sonntag|mo|di|mi|do|fr|sa|so|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer|jeu|ven|sam|dim|"
    "lunes|martes|miercoles|jueves|viernes|sabado|domingo|mie|jue|vie|sab|dom|lunedi|martedi|mercoledi|giovedi|venerdi|"
    "sabato|domenica|gio|(?:segunda|terca|quarta|quinta|sexta)(?:-feira)?|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|"
    "zondag"
)
_ZONE = r"(?P<zone>Z|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?|UTC|GMT)(?: ?\([\w .+:/-]{2,40}\)|\[[\w/+-]{2,40}\])?"
_CLOCK = r"(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,](?P<fraction>\d{1,12}))?)?"
_TIME = rf"(?:(?:T|,? +){_CLOCK}(?: ?(?P<half>[AP])\.?M\.?)?(?: ?{_ZONE})?)?"
_ASIAN_TIME = (
    rf"(?:{_TIME}| ?(?P<hour_>\d{{1,2}})[时時点시] ?(?P<minute_>\d{{1,2}})[分분](?: ?(?P<second_>\d{{1,2}})[秒초])?)"
)
_WEEKDAY = rf"(?:(?:{_WEEKDAYS})\.?,? )?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.?º|o)?"
_NAME = r"(?P<name>[a-z]{3,10})\.?"
_BETWEEN = r"(?: de | ?[ .-]{1,2})"
_YEAR = r"(?P<year>\d{4})"
_FORMS = (
    rf"{_YEAR}(?P<mark>[-/._])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})" + _TIME,
    rf"(?P<first>\d{{1,2}})(?P<mark>[-/._])(?P<second_of>\d{{1,2}})(?P=mark){_YEAR}" + _TIME,
    rf"{_WEEKDAY}{_DAY}{_BETWEEN}{_NAME},?(?:{_BETWEEN}){_YEAR}" + _TIME,
    rf"{_WEEKDAY}{_NAME} {_DAY},? {_YEAR}" + _TIME,
    rf"{_WEEKDAY}{_NAME} {{1,2}}{_DAY} {_CLOCK} (?:{_ZONE} )?{_YEAR}",  # as C and Unix write it
    rf"\[?{_DAY}/{_NAME}/{_YEAR}:{_CLOCK}(?: {_ZONE})?\]?",  # as logs of servers have it
    rf"{_YEAR}[年년] ?(?P<month>\d{{1,2}})[月월] ?(?P<day>\d{{1,2}})[日号일]" + _ASIAN_TIME,
    rf"{_YEAR}-?W(?P<week>\d\d)-?(?P<weekday>[1-7])" + _TIME,
)
# What could be something else than a date, and is one only where somebody says so: digits alone, years of two figures,
# and months.
_COMPACT = (
    rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?",
    r"(?P<first>\d{1,2})(?P<mark>[-/._])(?P<second_of>\d{1,2})(?P=mark)(?P<year>\d\d)" + _TIME,
    rf"{_WEEKDAY}{_DAY}{_BETWEEN}{_NAME},?(?:{_BETWEEN})'?(?P<year>\d\d)" + _TIME,
    rf"{_YEAR}[-/.](?P<month>\d{{1,2}})",
    rf"(?P<month>\d{{1,2}})[-/.]{_YEAR}",
    rf"{_YEAR}[年년] ?(?P<month>\d{{1,2}})[月월]",
    rf"{_NAME}(?: de |,? |-){_YEAR}",
    rf"{_YEAR}[- ]?Q(?P<quarter>[1-4])",
    rf"Q(?P<quarter>[1-4])[- /]?{_YEAR}",
)
_FAR = r"(?:-\d{4,6}|\+?\d{5,6})-\d\d-\d\d" + _TIME
YEAR = re.compile(r"\d{4}", re.ASCII)
FLAGS = re.ASCII | re.IGNORECASE


def parts_of(text: str, compact: bool) -> dict[str, str] | None:
    """The parts of what is written as a date; None where it is not. A month stands there as ``month``, however it is
    named; a quarter as its first month.
    """
    plain = without_accents(text)
    match = next(filter(None, (form.fullmatch(plain) for form in _forms(compact))), None)
    if match is None:
        return None
    parts = {name.rstrip("_"): value for name, value in match.groupdict().items() if value is not None}
    if "quarter" in parts:
        return {**parts, "month": str(3 * int(parts["quarter"]) - 2)}
    if "name" not in parts:
        return parts
    month = MONTH_OF.get(parts["name"].lower())
    return None if month is None else {**parts, "month": str(month)}


def is_far(text: str) -> bool:
    """Whether it is written as a date of ISO 8601 whose year has not four figures."""
    return re.fullmatch(_FAR, text, FLAGS) is not None


@cache
def _forms(compact: bool) -> tuple[re.Pattern[str], ...]:
    """Compiled for the first cell that they are asked of: most tables have none."""
    return tuple(re.compile(form, FLAGS) for form in (*_FORMS, *(_COMPACT if compact else ())))


def without_accents(text: str) -> str:
    """With the plain letter for each of Latin that has an accent."""
    if text.isascii():
        return text
    return "".join(
        unicodedata.normalize("NFD", letter)[0] if "\u00c0" <= letter <= "\u017f" else letter
        for letter in composed(text)
    )
