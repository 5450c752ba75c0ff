"""Sentences with gaps, as trainer says them: English identifiers, which the web application translates."""

from collections.abc import Mapping
from typing import Any

# Those that read otherwise of one: each with its other form, and the gap that counts.
ONE: dict[str, tuple[str, str]] = {
    "“%(step)s” changed %(count)s values, by column: %(columns)s.": (
        "“%(step)s” changed one value, in the column %(columns)s.",
        "count",
    ),
    "There must be at least %(min_length)s items here.": ("Nothing is here yet: add at least one.", "min_length"),
    "This must have at least %(min_length)s characters.": ("This must have at least one character.", "min_length"),
    "There are only %(rows)s rows.": ("There is only one row.", "rows"),
    "%(count)s classes have a single row, among them “%(name)s”.": ("One class has a single row: “%(name)s”.", "count"),
    "%(count)s rows have no value in the target “%(column)s”.": (
        "One row has no value in the target “%(column)s”.",
        "count",
    ),
    "“%(column)s” holds numbers, but %(count)s cells are text, the first “%(value)s” in line %(line)s (lines "
    "%(lines)s).": (
        "“%(column)s” holds numbers, but one cell is text: “%(value)s” in line %(line)s.",
        "count",
    ),
    "“%(column)s” is “%(value)s” in %(count)s rows and empty in the other %(missing)s, and was left out.": (
        "“%(column)s” is “%(value)s” in one row and empty in the other %(missing)s, and was left out.",
        "count",
    ),
    "“%(column)s” has %(count)s dates that do not exist, the first “%(value)s” in line %(line)s.": (
        "“%(column)s” has one date that does not exist, “%(value)s” in line %(line)s.",
        "count",
    ),
    "“%(column)s” holds dates, but %(count)s cells are none, the first “%(value)s” in line %(line)s.": (
        "“%(column)s” holds dates, but one cell is none: “%(value)s” in line %(line)s.",
        "count",
    ),
    "“%(column)s” has %(count)s dates outside of the years 1 to 9999, such as “%(value)s”, which are not read.": (
        "“%(column)s” has one date outside of the years 1 to 9999, “%(value)s”, which is not read.",
        "count",
    ),
    "%(count)s of the %(present)s values of “%(column)s” are dates, as “%(value)s”; it was not read as dates.": (
        "One of the %(present)s values of “%(column)s” is a date, “%(value)s”; the column was not read as dates.",
        "count",
    ),
    "“%(column)s” has times with a zone (%(zones)s) and %(count)s without one; those without were taken for UTC.": (
        "“%(column)s” has times with a zone (%(zones)s) and one without; that one was taken for UTC.",
        "count",
    ),
    "“%(column)s” mixes decimal marks: %(count)s numbers are written as “%(value)s” in line %(line)s (lines "
    "%(lines)s), others as “%(other)s” in line %(other_line)s.": (
        "“%(column)s” mixes decimal marks: one number is written as “%(value)s” in line %(line)s, others as "
        "“%(other)s” in line %(other_line)s.",
        "count",
    ),
    "%(count)s of the %(present)s values of “%(column)s” are numbers, the others are not, as “%(value)s” in line "
    "%(line)s; it was not read as numbers.": (
        "One of the %(present)s values of “%(column)s” is a number, the others are not, as “%(value)s” in line "
        "%(line)s; the column was not read as numbers.",
        "count",
    ),
    "“%(column)s” has %(count)s values that are infinite or too large, the first in line %(line)s.": (
        "“%(column)s” has one value that is infinite or too large, in line %(line)s.",
        "count",
    ),
    "%(count)s pixels are not finite numbers.": ("One pixel is not a finite number.", "count"),
    "%(count)s of %(rows)s rows repeat an earlier row exactly.": (
        "One of %(rows)s rows repeats an earlier row exactly.",
        "count",
    ),
    "%(count)s pictures appear again with another label.": ("One picture appears again with another label.", "count"),
    "%(count)s pictures cannot be read and were left out: %(names)s.": (
        "One picture cannot be read and was left out: %(names)s.",
        "count",
    ),
    "%(count)s other files were left out: %(names)s.": ("One other file was left out: %(names)s.", "count"),
    "%(count)s pictures lie in no folder of a class and were left out: %(names)s.": (
        "One picture lies in no folder of a class and was left out: %(names)s.",
        "count",
    ),
    "%(count)s pictures are in formats that are not read here (%(formats)s) and were left out: %(names)s.": (
        "One picture is in a format that is not read here (%(formats)s) and was left out: %(names)s.",
        "count",
    ),
    "The class “%(name)s” is missing: none of its %(count)s pictures could be read.": (
        "The class “%(name)s” is missing: its one picture could not be read.",
        "count",
    ),
    "%(count)s rows were left out, because the pictures that they name are not there: %(names)s.": (
        "One row was left out, because a picture that it names is not there: %(names)s.",
        "count",
    ),
    "%(count)s rows were left out, because they name no picture, or not one in every column of pictures.": (
        "One row was left out, because it names no picture, or not one in every column of pictures.",
        "count",
    ),
    "%(count)s rows were left out, because several pictures have the names that they give: %(names)s.": (
        "One row was left out, because several pictures have the name that it gives: %(names)s.",
        "count",
    ),
    "“%(value)s” of “%(column)s” is missing: none of its %(count)s rows has a picture that can be read.": (
        "“%(value)s” of “%(column)s” is missing: its one row has no picture that can be read.",
        "count",
    ),
    "%(count)s pictures stand in more than one part of the data: %(names)s.": (
        "One picture stands in more than one part of the data: %(names)s.",
        "count",
    ),
    "%(count)s tables name pictures but lack the columns %(columns)s, and were left out: %(names)s.": (
        "One table names pictures but lacks the columns %(columns)s, and was left out: %(names)s.",
        "count",
    ),
    "%(count)s pictures were left out, because “%(table)s” does not name them: %(names)s.": (
        "One picture was left out, because “%(table)s” does not name it: %(names)s.",
        "count",
    ),
    "%(count)s files hold several pages; the first of each was taken.": (
        "One file holds several pages; the first was taken.",
        "count",
    ),
    "%(count)s pictures have more than 8 bits a pixel: values from %(low)s to %(high)s became 0 to 255.": (
        "One picture has more than 8 bits a pixel: values from %(low)s to %(high)s became 0 to 255.",
        "count",
    ),
    "%(count)s pictures are animations; their first frame was taken.": (
        "One picture is an animation; its first frame was taken.",
        "count",
    ),
    "%(count)s columns had no name or the name of another column: %(names)s.": (
        "One column had no name or the name of another column: %(names)s.",
        "count",
    ),
    "The pictures have %(sizes)s different sizes; %(resized)s were resized to %(width)s x %(height)s pixels.": (
        "The pictures have %(sizes)s different sizes; one was resized to %(width)s x %(height)s pixels.",
        "resized",
    ),
    "Line %(line)s has %(found)s values where the first line has %(expected)s. Correct that line; a value that holds "
    "the delimiter must stand in quotation marks. Or choose in the format's settings to leave such lines out.": (
        "Line %(line)s has one value where the first line has %(expected)s. Correct that line; a value that holds the "
        "delimiter must stand in quotation marks. Or choose in the format's settings to leave such lines out.",
        "found",
    ),
    "%(count)s lines have more or fewer values than the others and were left out: %(lines)s.": (
        "One line has more or fewer values than the others and was left out: %(lines)s.",
        "count",
    ),
    "%(count)s lines are no JSON objects and were left out: %(lines)s.": (
        "One line is no JSON object and was left out: %(lines)s.",
        "count",
    ),
    "%(count)s lines behind the last row, the first “%(value)s”, were left out.": (
        "One line behind the last row, “%(value)s”, was left out.",
        "count",
    ),
    "%(count)s lines before the table, the first “%(value)s”, were skipped.": (
        "One line before the table, “%(value)s”, was skipped.",
        "count",
    ),
    "%(count)s cells hold formulas whose values are not stored in the file; they count as missing.": (
        "One cell holds a formula whose value is not stored in the file; it counts as missing.",
        "count",
    ),
    "%(count)s merged cells span several rows; each of these rows was given their value.": (
        "One merged cell spans several rows; each of these rows was given its value.",
        "count",
    ),
    "%(count)s other arrays were left out: %(names)s.": ("One other array was left out: %(names)s.", "count"),
    "%(count)s zero bytes or end marks behind the text were ignored.": (
        "One zero byte or end mark behind the text was ignored.",
        "count",
    ),
    "“%(column)s” holds numbers, but %(count)s cells say %(values)s; they count as missing.": (
        "“%(column)s” holds numbers, but one cell says %(values)s; it counts as missing.",
        "count",
    ),
    "“%(column)s” is %(value)s in %(count)s rows, far from all its other values, as programs write what is missing.": (
        "“%(column)s” is %(value)s in one row, far from all its other values, as programs write what is missing.",
        "count",
    ),
    "“%(column)s” has %(count)s labels in several spellings that look alike, and they were joined: %(names)s.": (
        "“%(column)s” has one label in several spellings that look alike, and they were joined: %(names)s.",
        "count",
    ),
    "%(count)s rows whose texts nearly repeat another were left out.": (
        "One row whose texts nearly repeat another was left out.",
        "count",
    ),
    "%(count)s duplicate rows were left out.": ("One duplicate row was left out.", "count"),
    "%(count)s rows without a value in %(columns)s were left out.": (
        "One row without a value in %(columns)s was left out.",
        "count",
    ),
    "%(count)s classes with fewer than %(least)s rows were left out (rows in all: %(rows)s): %(names)s.": (
        "One class with fewer than %(least)s rows was left out (rows in all: %(rows)s): %(names)s.",
        "count",
    ),
    "%(count)s classes were joined from several spellings: %(names)s.": (
        "One class was joined from several spellings: %(names)s.",
        "count",
    ),
    "%(count)d rows have no value in “%(column)s” and are left out.": (
        "One row has no value in “%(column)s” and is left out.",
        "count",
    ),
    "The loss was not finite in %(count)d steps.": ("The loss was not finite in one step.", "count"),
    "%(count)s of %(rows)s test rows are answered wrongly; of these answers the model is surest.": (
        "One of %(rows)s test rows is answered wrongly.",
        "count",
    ),
    "%(count)s of %(rows)s test rows have a wrong label; of these labels the model is surest.": (
        "One of %(rows)s test rows has a wrong label.",
        "count",
    ),
    "%(count)s words are no UTF-8 and were left out; the first is at %(place)s, counted in lines or words.": (
        "One word is no UTF-8 and was left out, at %(place)s, counted in lines or words.",
        "count",
    ),
    "%(count)s words are empty or far too long and were left out; the first is at %(place)s, counted in lines.": (
        "One word is empty or far too long and was left out, at %(place)s, counted in lines.",
        "count",
    ),
    "“%(name)s” is not written in UTF-8: %(count)s words cannot be read, the first at %(place)s. Save it as UTF-8.": (
        "“%(name)s” is not written in UTF-8: one word cannot be read, at %(place)s. Save it as UTF-8.",
        "count",
    ),
    "Line %(line)s, of the word “%(word)s”, has %(count)s numbers instead of %(width)s. Correct or remove that line.": (
        "Line %(line)s, of the word “%(word)s”, has one number instead of %(width)s. Correct or remove that line.",
        "count",
    ),
    "%(words)s words, %(width)s numbers each": ("one word, %(width)s numbers", "words"),
    "The first line promises %(stated)s words, and %(words)s are there.": (
        "The first line promises %(stated)s words, and one is there.",
        "words",
    ),
    "%(count)s words stand there more than once; the first vector of each is taken.": (
        "One word stands there more than once; its first vector is taken.",
        "count",
    ),
    "%(count)s vectors are nothing but zeros.": ("One vector is nothing but zeros.", "count"),
    "Proved on %(rows)s rows: the largest relative difference is %(difference)s.": (
        "Proved on one row: the largest relative difference is %(difference)s.",
        "rows",
    ),
    "%(count)s times “%(column)s” holds the character �, which stands for letters that were lost.": (
        "Once “%(column)s” holds the character �, which stands for letters that were lost.",
        "count",
    ),
    "%(count)s lines hold bytes that are not UTF-8, as all others are; each was read as �: %(lines)s.": (
        "Line %(lines)s holds bytes that are not UTF-8, as all others are; each was read as �.",
        "count",
    ),
    "%(count)s texts lie in no folder of a class and were left out: %(names)s.": (
        "One text lies in no folder of a class and was left out: %(names)s.",
        "count",
    ),
    "%(count)s files are longer than %(most)s million bytes, or no text, and were left out: %(names)s.": (
        "One file is longer than %(most)s million bytes, or no text, and was left out: %(names)s.",
        "count",
    ),
    "%(count)s texts are not UTF-8; they were read as %(encodings)s: %(names)s.": (
        "One text is not UTF-8; it was read as %(encodings)s: %(names)s.",
        "count",
    ),
}


def gettext_noop(message: str) -> str:
    """``message`` itself. It marks for xgettext what the web application translates when it shows it."""
    return message


def filled(message: str, params: Mapping[str, Any]) -> str:
    """``message`` in English with its gaps filled."""
    singular, gap = ONE.get(message, (message, ""))
    sentence = singular if params.get(gap) == 1 else message
    return sentence % params if params else sentence
