"""What an inspection says of a data set, by code: how grave it is, the sentence, and what to do about it.

Sentences that only one kind of column says stand in that kind's own ``sentences``.
"""

from typing import Literal

from trainer.sentences import gettext_noop as _

Severity = Literal["error", "warning", "info"]
Sentence = tuple[Severity, str, str]  # severity, message, remedy

# What can be wrong, in the order in which a reader should care: code -> severity, message, remedy. What a kind of
# column alone knows stands in its folder.
SENTENCES: dict[str, Sentence] = {
    "one_class": (
        "error",
        _("Every row is of the class “%(name)s”."),
        _("Add rows of at least one more class: there is nothing to tell apart."),
    ),
    "no_target": (
        "error",
        _("No column can be a target: all are text or constant."),
        _("Add a column with the class or the number that is to be predicted."),
    ),
    "no_features": (
        "error",
        _("Besides the target there is no column to learn from."),
        _("Add columns with numbers, categories or texts."),
    ),
    "few_rows": (
        "warning",
        _("There are only %(rows)s rows."),
        _("Add rows: with fewer than %(least)s a test says next to nothing."),
    ),
    "lonely_class": (
        "error",
        _("%(count)s classes have a single row, among them “%(name)s”."),
        _(
            "Add rows of these classes, or take them out of a run by the cleaning step “Leave out rare classes”: one "
            "row cannot be trained on and tested as well."
        ),
    ),
    "imbalance": (
        "warning",
        _("“%(most)s” has %(most_rows)s rows, “%(fewest)s” only %(fewest_rows)s."),
        _("Add rows of the rare class, and judge by F1 per class: accuracy alone hides a rare class."),
    ),
    "missing_target": (
        "warning",
        _("%(count)s rows have no value in the target “%(column)s”."),
        _("Fill them in; training leaves such rows out."),
    ),
    "missing_values": (
        "warning",
        _("“%(column)s” is missing in %(count)s of %(rows)s rows."),
        _(
            "Training fills gaps in numbers with the middle of the column, leaves others empty, and tells the model "
            "where they were. Choose otherwise by the cleaning step “Fill gaps”, or fill them in if you "
            "know better."
        ),
    ),
    "infinite_pixels": (
        "warning",
        _("%(count)s pixels are not finite numbers."),
        _("Write the pictures again without NaN and infinities; until then such pixels are black."),
    ),
    "duplicates": (
        "warning",
        _("%(count)s of %(rows)s rows repeat an earlier row exactly."),
        _(
            "Take them out of a run by the cleaning step “Leave out duplicate rows”: a row that is in training and in "
            "test makes the result look better than it is."
        ),
    ),
    "contradicting_labels": (
        "warning",
        _("%(count)s pictures appear again with another label."),
        _("Decide which label is right and remove the other: a model cannot learn both."),
    ),
    "identifier": (
        "warning",
        _("“%(column)s” has a different value in every row, like an identifier."),
        _("It is left out unless you choose it as an input column: it says which row it is, not what the row is like."),
    ),
    "mirrors_target": (
        "warning",
        _("“%(column)s” alone tells the target “%(target)s” in %(agreeing)s of %(rows)s rows."),
        _(
            "Leave it out of the features if it is not known when the model will be used; otherwise the result is "
            "too good to be true."
        ),
    ),
    "case_only": (
        "warning",
        _("%(names)s differ only in capital letters or spaces."),
        _(
            "If they mean the same, join them in a run by the cleaning step “Join labels that differ in case or "
            "spaces”, or write them the same way and import again."
        ),
    ),
    "mixed_sizes": (
        "info",
        _("The pictures have %(sizes)s different sizes; %(resized)s were resized to %(width)s x %(height)s pixels."),
        _(
            "If shape matters, choose to crop or to pad in the format's settings, or cut the pictures before the "
            "import."
        ),
    ),
    "deep_pixels": (
        "info",
        _("%(count)s pictures have more than 8 bits a pixel: values from %(low)s to %(high)s became 0 to 255."),
        _("If other values matter, scale the pictures to 8 bits before the import."),
    ),
    "reduced": (
        "info",
        _("The pictures were reduced from %(from_width)s x %(from_height)s to %(width)s x %(height)s pixels."),
        _("Choose a larger limit in the format's settings if fine detail matters."),
    ),
    "lost_class": (
        "warning",
        _("The class “%(name)s” is missing: none of its %(count)s pictures could be read."),
        _("Save its pictures as PNG or JPEG and import again; a model of these data will never tell this class."),
    ),
    "foreign_pictures": (
        "warning",
        _("%(count)s pictures are in formats that are not read here (%(formats)s) and were left out: %(names)s."),
        _("Save these pictures as PNG or JPEG and import again."),
    ),
    "rows_without_picture": (
        "warning",
        _("%(count)s rows were left out, because the pictures that they name are not there: %(names)s."),
        _("Add these pictures and import again, or correct their names in the table."),
    ),
    "rows_naming_no_picture": (
        "warning",
        _("%(count)s rows were left out, because they name no picture, or not one in every column of pictures."),
        _("Write the names of their pictures into the table and import again."),
    ),
    "ambiguous_pictures": (
        "warning",
        _("%(count)s rows were left out, because several pictures have the names that they give: %(names)s."),
        _("Write the folder before each name in the table and import again."),
    ),
    "lost_value": (
        "warning",
        _("“%(value)s” of “%(column)s” is missing: none of its %(count)s rows has a picture that can be read."),
        _("Add these pictures and import again; a model of these data will never tell this value."),
    ),
    "pictures_in_parts": (
        "warning",
        _("%(count)s pictures stand in more than one part of the data: %(names)s."),
        _("Name each in one part only: a picture to test on that was trained on makes the result look too good."),
    ),
    "narrow_tables": (
        "warning",
        _("%(count)s tables name pictures but lack the columns %(columns)s, and were left out: %(names)s."),
        _("To learn from their pictures, add these columns to them and import again."),
    ),
    "unnamed_pictures": (
        "warning",
        _("%(count)s pictures were left out, because “%(table)s” does not name them: %(names)s."),
        _("Add rows for them to the table if they are to be learnt from."),
    ),
    "broken_pictures": (
        "warning",
        _("%(count)s pictures cannot be read and were left out: %(names)s."),
        _("Save these pictures again as PNG or JPEG and import again."),
    ),
    "nested_folders": (
        "warning",
        _("The folders lie in folders, as “%(path)s” does; the inner one, “%(name)s”, was taken for the class."),
        _("If the outer one is the class, choose “outermost” in the format's settings and import again."),
    ),
    "part_as_class": (
        "warning",
        _("The class “%(name)s” is called like a part of data that is set apart to train or to test."),
        _("If it is such a part, put its pictures into folders of their classes inside it, or leave them out."),
    ),
    "unlabelled_pictures": (
        "info",
        _("%(count)s pictures lie in no folder of a class and were left out: %(names)s."),
        _("To learn from them, put them into folders with the names of their classes."),
    ),
    "given_split": (
        "info",
        _(
            "The column “%(column)s” divides the rows: %(train)s to train, %(validation)s to validate and %(test)s "
            "to test."
        ),
        _("Runs take these parts unless their split says otherwise; the column itself is nothing to learn from."),
    ),
    "first_of_row": (
        "info",
        _("“%(name)s” has %(columns)s numbers a row; the first of each was taken for the label."),
        _("If another one is the label, write a file with that one alone."),
    ),
    "other_files": (
        "info",
        _("%(count)s other files were left out: %(names)s."),
        _("Look whether one of them belongs to the data; notes and licences do not."),
    ),
    "first_frames": (
        "info",
        _("%(count)s pictures are animations; their first frame was taken."),
        _("Nothing to do, or import the frames as single pictures."),
    ),
    "first_pages": (
        "info",
        _("%(count)s files hold several pages; the first of each was taken."),
        _("To learn from all pages, import them as single pictures."),
    ),
    "joined_parts": (
        "info",
        _("%(count)s parts were joined: %(names)s."),
        _("Import them one by one if they do not belong together."),
    ),
    "scaled_pixels": ("info", _("Pixel values from 0 to 1 were scaled to 0 to 255."), _("Nothing to do.")),
    "encoding": (
        "info",
        _("The text is not UTF-8; it was read as %(encoding)s."),
        _(
            "Look at the preview: if letters are wrong, save the file as UTF-8, or choose the encoding in the "
            "format's settings."
        ),
    ),
    "no_header": (
        "info",
        _("The first line holds values, not names: the columns are called “column 1” to “column %(count)s”."),
        _("Add a line with the columns' names, or say in the format's settings that the first line holds names."),
    ),
    "other_widths": (
        "warning",
        _("%(count)s lines have more or fewer values than the others and were left out: %(lines)s."),
        _("Correct these lines and import again if their rows matter."),
    ),
    "broken_lines": (
        "warning",
        _("%(count)s lines are no JSON objects and were left out: %(lines)s."),
        _("Correct these lines and import again if their rows matter."),
    ),
    "folder_without_pictures": (
        "warning",
        _("In the folder “%(name)s”, beside those of the classes, no file is a picture that is read here."),
        _("If it is a class, save its pictures as PNG or JPEG and import again; otherwise leave it out."),
    ),
    "lines_behind": (
        "warning",
        _("%(count)s lines behind the last row, the first “%(value)s”, were left out."),
        _("If they are rows, give them as many values as the others have and import again."),
    ),
    "lines_before": (
        "info",
        _("%(count)s lines before the table, the first “%(value)s”, were skipped."),
        _("Look whether one of them is a row; the list of what was left out has them all."),
    ),
    "other_sheets": (
        "info",
        _("Only the sheet “%(sheet)s” was read; others were ignored: %(names)s."),
        _("If you need another, move it to the front, or import it as a data set of its own."),
    ),
    "row_names": (
        "info",
        _(
            "Every row has one value more than there are names, as R writes names of rows: the first column was "
            "taken to be without a name."
        ),
        _("Give the first column a name if the names belong to other columns."),
    ),
    "padding": (
        "info",
        _("%(count)s zero bytes or end marks behind the text were ignored."),
        _("Nothing to do if the last rows are there; otherwise write the file again."),
    ),
    "renamed_columns": (
        "warning",
        _("%(count)s columns had no name or the name of another column: %(names)s."),
        _("Give each column a name of its own and import again."),
    ),
    "missing_spellings": (
        "info",
        _("Cells that say %(spellings)s count as missing."),
        _("If such a cell is a value of its own, spell it otherwise."),
    ),
    "more_of_a_kind": ("info", _("The same holds for %(count)s more."), _("The table of columns shows each of them.")),
    "decimal_comma": (
        "info",
        _("Numbers with a comma, as in “%(value)s”, were read as decimal numbers."),
        _("Nothing to do."),
    ),
}


# What the checks look for: code -> the words for it. What only tells how a file was read is no check.
LOOKED_FOR: dict[str, str] = {
    "one_class": _("A single class in all rows."),
    "no_target": _("No column that can be a target."),
    "no_features": _("No column to learn from."),
    "few_rows": _("Too few rows for a test to say anything."),
    "lonely_class": _("Classes that have a single row."),
    "imbalance": _("A class with more than ten times the rows of another."),
    "missing_target": _("Rows without a value in the target."),
    "missing_values": _("Columns with missing values."),
    "infinite_pixels": _("Pixels that are not finite numbers."),
    "duplicates": _("Rows that repeat an earlier row exactly."),
    "contradicting_labels": _("The same picture under two labels."),
    "identifier": _("Columns that only count or name the rows."),
    "mirrors_target": _("A column that alone tells the target, among the first 1,000."),
    "case_only": _("Names that differ only in capital letters or spaces."),
    "broken_pictures": _("Pictures that cannot be read."),
    "other_widths": _("Lines that have more or fewer values than the others."),
    "broken_lines": _("Lines that are no JSON objects."),
    "folder_without_pictures": _("Folders beside those of the classes without a picture that is read here."),
    "lines_behind": _("Lines behind the last row."),
    "renamed_columns": _("Columns without a name of their own."),
    "rows_without_picture": _("Rows whose picture is not there."),
    "rows_naming_no_picture": _("Rows that name no picture."),
    "unnamed_pictures": _("Pictures that no row names."),
    "ambiguous_pictures": _("Names that several pictures have."),
    "lost_value": _("Values of which no row has a picture that can be read."),
    "pictures_in_parts": _("Pictures that stand in more than one part."),
    "narrow_tables": _("Tables that lack columns of others."),
    "lost_class": _("Classes of which no picture could be read."),
    "foreign_pictures": _("Pictures in formats that are not read here."),
    "nested_folders": _("Folders in folders, either of which may be the class."),
    "part_as_class": _("Classes called like parts of data."),
}
