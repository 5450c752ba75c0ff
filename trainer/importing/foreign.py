"""Content that is known but not read here: what to say about it, so that a user knows what to do instead."""

from collections.abc import Sequence

from trainer import catalog
from trainer.errors import TrainerError
from trainer.importing.archives import Source, is_tar
from trainer.sentences import gettext_noop as _

_PICKLE = (
    "pickle_refused",
    _(
        "“%(name)s” holds pickled Python objects, which can run programs and are never opened here. "
        "Save the data as CSV, IDX or pictures."
    ),
)
_SHEET = (
    "format_sheet",
    _("“%(name)s” is an office document, which is not read here. Save the sheet as XLSX or CSV and import that."),
)
_ARCHIVE = (
    "format_archive",
    _("“%(name)s” is an archive of a kind that is not opened here. Pack the folder as an ordinary ZIP."),
)
_NESTED = (
    "archive_nested",
    _("“%(name)s” is an archive inside of an archive, which is not opened. Pack the files themselves, once."),
)
WORKBOOK = (
    "excel_nested",
    _("“%(name)s” lies in an archive, which an Excel file is itself. Import the file as it is, without packing it."),
)
_STATISTICS = (
    "format_statistics",
    _(
        "“%(name)s” is a file of a statistics program that is not read here. Save the table there as CSV, and import "
        "that."
    ),
)
_ARRAY = (
    "format_array",
    _("“%(name)s” is a file of arrays that is not read here. Save them as NPZ, or pictures as PNG and tables as CSV."),
)
_TABLE = (
    "format_table",
    _("“%(name)s” is a table in a format that is not read here yet. Save it as CSV and import that."),
)
_PAGE = (
    "format_page",
    _(
        "“%(name)s” is a document, a web page, XML or SVG, which is not read here. Save tables as CSV, and pictures as "
        "PNG or JPEG."
    ),
)
_PICTURE = (
    "format_picture",
    _(
        "“%(name)s” is a picture or a film in a format that is not read here. Save pictures as "
        "PNG or JPEG, the pictures of each class in one folder, and pack the folders as a ZIP."
    ),
)
_JSON = (
    "format_json",
    _(
        "“%(name)s” is JSON, which is not read here in this form. Save it as CSV, as JSON Lines with one object a "
        "line, or as one list of objects: [{…}, {…}]."
    ),
)

INSIDE = {"data.pkl": _PICKLE, "xl/workbook.bin": _SHEET, "word/document.xml": _SHEET, "content.xml": _SHEET}
BEGINNINGS = (
    (b"\x80\x02", _PICKLE),
    (b"\x80\x03", _PICKLE),
    (b"\x80\x04", _PICKLE),
    (b"\x80\x05", _PICKLE),
    (b"\xd0\xcf\x11\xe0", _SHEET),
    (b"PK\x03\x04", _NESTED),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"\xfd7zXZ", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"\x93NUMPY", _ARRAY),
    (b"\x89HDF", _ARRAY),
    (b"MATLAB 5.0 MAT-file", _ARRAY),
    (b"FEA1", _TABLE),
    (b"ORC", _TABLE),
    (b"Obj\x01", _TABLE),
    (b"\xff\xff\xff\xff", _TABLE),
    (b"$FL2", _STATISTICS),
    (b"$FL3", _STATISTICS),
    (b"<stata_dta>", _STATISTICS),
    (b"RDX", _STATISTICS),
    (b"X\n\0\0\0", _STATISTICS),
    (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", _STATISTICS),
    (b"SQLite format 3", _TABLE),
    (b"%PDF", _PAGE),
    (b"<", _PAGE),
    (b"{", _JSON),
    (b"[", _JSON),
)
FILM_MARK = slice(4, 8)


def refusal(sources: Sequence[Source]) -> TrainerError:
    """The error for files that no format recognised."""
    if (kind := _asset(sources[0])) is not None:
        return TrainerError(
            "format_asset",
            "“%(name)s” is no data to learn from, but an asset (%(kind)s). Give it on the page of assets, and choose "
            "it "
            "in a run.",
            name=sources[0].name,
            kind=kind,
        )
    code, sentence = _sentence(sources)
    formats = "; ".join(entry.label for entry in catalog.listing("formats").values())
    return TrainerError(
        code, sentence, name=sources[0].name, **({"formats": formats} if code == "format_unknown" else {})
    )


def _asset(source: Source) -> str | None:
    """The label of the kind of asset that this is."""
    entries = catalog.listing("assets").values()
    return next((entry.label for entry in entries if entry.module.recognises(source)), None)


def _sentence(sources: Sequence[Source]) -> tuple[str, str]:
    for source in sources:
        for ending, sentence in INSIDE.items():
            if source.name == ending or source.name.endswith("/" + ending):
                return sentence
    first = sources[0]
    if is_tar(first):
        return _ARCHIVE
    if first.head[FILM_MARK] == b"ftyp":
        return _PICTURE
    if first.head.startswith(b"PK\x03\x04") and first.name.lower().endswith((".xlsx", ".xlsm")):
        return WORKBOOK
    start = first.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, sentence in BEGINNINGS:
        if start.startswith(mark):
            return sentence
    return "format_unknown", _("“%(name)s” is in no format that is known here. Import one of these: %(formats)s.")
