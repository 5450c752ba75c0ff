"""From uploaded files to prepared data: recognise the format, read, profile, write."""

import csv
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trainer import catalog
from trainer.columns import Readings
from trainer.component import Component
from trainer.data.prepared import write_prepared
from trainer.errors import TrainerError
from trainer.importing import astray, contact_sheet, foreign, profiling
from trainer.importing.archives import HIDDEN, Source, opened
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.profile import Profile

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # a spreadsheet may compute such a name, spaces before it or not
NOTE = re.compile(r"(LICENSE|LICENCE|README|COPYING|NOTICE)(-[\w-]+)?((\.[\w-]+)*\.(md|txt|rst))?", re.IGNORECASE)


@dataclass(frozen=True)
class Preparation:
    """Files that an inspection leaves in its folder. ``thumbnails`` only where a kind of the
    columns draws them, ``left_out`` only where something was.
    """

    prepared: Path
    profile: Path
    thumbnails: Path | None
    left_out: Path | None
    result: Profile


def prepare(
    paths: Sequence[Path],
    names: Sequence[str],
    out: Path,
    chosen: Component | None = None,
    readings: Readings | None = None,
) -> Preparation:
    """Write prepared.safetensors, profile.json and, where there is reason, thumbnails.png and left_out.csv into
    the folder ``out``.

    ``names`` are what the user calls the files, ``chosen`` the format's spec if it is not to be recognised,
    ``readings`` the kinds that somebody chose for columns. Raises TrainerError with a sentence where the files cannot
    be used; nothing unpacked is left behind in either case.
    """
    out.mkdir(parents=True, exist_ok=True)
    work = out / "unpacked"
    try:
        content = opened(paths, names, work)
        sources = content.sources
        spec = chosen or recognised(sources)
        scratch = work / "scratch"
        scratch.mkdir()
        parsed = astray.pointed_out(catalog.build("formats", spec, sources, scratch, readings or {}))
        _require_kinds(parsed, readings or {})
        hidden = tuple(LeftOut(name, "hidden file") for name in content.hidden)
        return _write(replace(parsed, left_out=(*parsed.left_out, *hidden, *_mute(parsed))), spec.name, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _mute(parsed: Parsed) -> Iterator[LeftOut]:
    """Columns that cannot go into a model and cannot be told."""
    for column in parsed.summary.columns:
        if column.layout is None and not column.encodings:
            yield LeftOut(f"column {column.name}", column.why_unused or column.kind)


def _require_kinds(parsed: Parsed, readings: Readings) -> None:
    """What tables of rows and columns see to, other data do not know of."""
    kind_of = {column.name: column.kind for column in parsed.summary.columns}
    for name, reading in readings.items():
        if kind_of.get(name) != reading.kind:
            raise TrainerError(
                "kind_of_pictures",
                "The kind of “%(column)s” cannot be chosen in these data: it can be for the columns of tables. "
                "Take the choice back.",
                field="columns",
                column=name,
            )


def _write(parsed: Parsed, format_name: str, out: Path) -> Preparation:
    prepared, profile, thumbnails = out / "prepared.safetensors", out / "profile.json", out / "thumbnails.png"
    write_prepared(prepared, parsed.summary, parsed.arrays)
    described = profiling.profile(parsed, format_name)
    sheet = contact_sheet.draw(thumbnails, parsed, described)
    result = described.model_copy(update={"thumbnails": sheet})
    profile.write_text(result.model_dump_json(), encoding="utf-8")
    return Preparation(prepared, profile, thumbnails if sheet else None, _listed(parsed.left_out, out), result)


def _listed(left_out: Sequence[LeftOut], out: Path) -> Path | None:
    """The list of what was left out, as CSV; none where nothing was."""
    path = out / "left_out.csv"
    if not left_out:
        return None
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "reason"))
        writer.writerows(
            (f"'{one.name}" if one.name.lstrip().startswith(FORMULA) else one.name, one.reason) for one in left_out
        )
    return path


def recognised(sources: Sequence[Source]) -> Component:
    """The default spec of the one format that takes these files. Raises TrainerError, naming what they are instead."""
    for entry in catalog.listing("formats").values():
        if entry.module.recognises(sources):
            return entry.spec()
    raise foreign.refusal(sources)


def files_of(path: Path) -> tuple[list[Path], list[str]]:
    """The file, or the folder's files with their names inside it, as ``prepare`` takes them; no licences and notes."""
    if path.is_file():
        return [path], [path.name]
    files = sorted(file for file in path.rglob("*") if file.is_file() and not _is_hidden(file.relative_to(path)))
    if not files:
        raise TrainerError("no_data", "There is no data in %(path)s.", path=str(path))
    return files, [file.relative_to(path).as_posix() for file in files]


def _is_hidden(path: Path) -> bool:
    return NOTE.fullmatch(path.name) is not None or any(part in HIDDEN or part.startswith(".") for part in path.parts)
