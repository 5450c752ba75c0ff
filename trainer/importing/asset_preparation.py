"""From an uploaded asset to the file that runs read: recognise its kind, read, describe."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from trainer import catalog
from trainer.asset import AssetProfile, AssetSpec
from trainer.errors import TrainerError
from trainer.importing.apart import apart, shorten
from trainer.importing.archives import Source, opened
from trainer.importing.preparation import NOTE

PROFILE = "profile.json"
MOST_NAMED = 5


def guarded(path: Path, name: str, out: Path) -> AssetProfile:
    """``prepare`` in a process of its own with limits. Raises TrainerError also where the file breaks that."""
    try:
        text = apart(lambda: prepare(path, name, out, shorten).model_dump_json(), name)
        return AssetProfile.model_validate_json(text)
    finally:
        shutil.rmtree(out / "unpacked", ignore_errors=True)  # of a process that was killed


def prepare(path: Path, name: str, out: Path, limit_time: Callable[[int], None] | None = None) -> AssetProfile:
    """Write what runs read, named as the kind says, and profile.json into the folder ``out``.

    ``name`` is what the user calls the file; ``limit_time`` is told how many seconds of computing the kind may take.
    Raises TrainerError with a sentence where it cannot be used.
    """
    out.mkdir(parents=True, exist_ok=True)
    work = out / "unpacked"
    try:
        source, spec = recognised(opened([path], [name], work).sources)
        scratch = work / "scratch"
        scratch.mkdir()
        if limit_time is not None:
            limit_time(spec.cpu_seconds)
        profile: AssetProfile = catalog.build("assets", spec, source, out / spec.file, scratch)
        (out / PROFILE).write_text(profile.model_dump_json(), encoding="utf-8")
        return profile
    finally:
        shutil.rmtree(work, ignore_errors=True)


def file_of(profile: AssetProfile) -> str:
    """The name of the file that ``prepare`` wrote."""
    return cast(AssetSpec, catalog.default("assets", profile.kind)).file


def recognised(sources: Sequence[Source]) -> tuple[Source, AssetSpec]:
    """The one of the files that is an asset, and the Spec of its kind. Raises TrainerError, naming what they are."""
    sources = [source for source in sources if not NOTE.fullmatch(source.name.rpartition("/")[2])] or sources
    matches = [(source, spec) for source in sources if (spec := _spec_of(source)) is not None]
    if len(matches) > 1:
        names = ", ".join(source.name for source, _ in matches[:MOST_NAMED])
        raise TrainerError(
            "asset_several",
            "The archive holds several files that could be meant: %(names)s. Take out the one that you need, and "
            "upload it alone.",
            names=names,
        )
    if not matches:
        raise _refusal(sources[0])
    return matches[0]


def _spec_of(source: Source) -> AssetSpec | None:
    entries = catalog.listing("assets").values()
    return next((cast(AssetSpec, entry.spec()) for entry in entries if entry.module.recognises(source)), None)


def _refusal(source: Source) -> TrainerError:
    for entry in catalog.listing("assets").values():
        if (error := entry.module.relative(source)) is not None:
            return cast(TrainerError, error)
    kinds = "; ".join(entry.label for entry in catalog.listing("assets").values())
    return TrainerError(
        "asset_unknown",
        "“%(name)s” is none of the files that a model can be given: %(kinds)s. Data to train on go to the page of data "
        "sets.",
        name=source.name,
        kinds=kinds,
    )
