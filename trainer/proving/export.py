"""An export run: one model version in other formats, each proved before it is offered.

Inputs by role: ``prepared`` (the data it was trained on) and ``model`` (the version: a package, or a .onnx file that
compression made, which says what its small number format cost). ``trainer.specs.export.exporters_for`` says which
formats fit which form of version.

Outputs, role ``export``: the bundle first, then single files. A format that does not match is refused: its files are
not offered, the report says why, and the run succeeds all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Literal

from trainer import catalog
from trainer.attempt import events
from trainer.attempt.control import Control
from trainer.attempt.job import GO_ON, STOP, Job
from trainer.attempt.journal import Journal
from trainer.component import Component
from trainer.errors import TrainerError
from trainer.exporters import File, Source
from trainer.proving import bundle, description, parity_sheet, shipping, sources
from trainer.proving.proof import Proof
from trainer.proving.verdict import ExportReport, Parity
from trainer.sentences import gettext_noop as _
from trainer.specs.export import ExportSpec, exporters_for

CARD = "README.md"
SPEC = "spec.json"
COMMON = (
    ("bundle", bundle.NAME),
    ("preprocess", shipping.PREPROCESS),
    ("parity", parity_sheet.JSON),
    ("parity", parity_sheet.SHEET),
    ("model_card", CARD),
)
"""The (format, name) of the outputs that every export has."""
MESSAGES: dict[str, tuple[str, Literal["info", "warning"]]] = {
    "proved": (_("%(file)s answers as the model does."), "info"),
    "lossy": (_("%(file)s answers nearly as the model does; the parity sheet tells what it costs."), "info"),
    "refused": (_("%(file)s is refused and not offered; the parity sheet tells why."), "warning"),
}


@dataclass(frozen=True)
class Export:
    """One format: its files in ``folder``, the first being the model, and the report of its check."""

    exporter: Component
    folder: Path
    files: tuple[File, ...]
    run: str
    report: ExportReport

    @property
    def offered(self) -> bool:
        return self.report.status != "refused"


def export(job: Job, folder: Path, journal: Journal) -> events.Ended:
    """One attempt of an export run. Raises TrainerError when the version, its data or its reference cannot be read."""
    assert isinstance(job.spec, ExportSpec)
    control = Control(folder)
    work, out = _fresh(folder / "work"), _fresh(folder / "out")
    path = job.require("model")
    source = sources.open_source(path, sources.form_of(path))
    exporters = _fitting(source, job.spec)
    proof = Proof.prepare(source, job.require("prepared"), work, job.hashes.get("prepared"))
    journal.write(
        events.Started(step=0, total_steps=len(exporters), steps_per_epoch=len(exporters), placement=("cpu",))
    )

    exports: list[Export] = []
    for exporter in exporters:
        command = control.read()
        if command not in (GO_ON, STOP):
            return events.Ended(outcome="paused")
        if command == STOP:
            break
        exports.append(make(exporter, source, proof, work / exporter.name))
        _say(journal, exports[-1])

    names = assemble(exports, source, proof, _links(job, source), out)
    for kind, name in names:
        journal.write(events.Output(role="export", path=f"out/{name}", name=name, meta={"format": kind}))
    journal.write(events.Result(report={"exports": [item.report.model_dump(mode="json") for item in exports]}))
    rmtree(work)
    return events.Ended(outcome="succeeded" if len(exports) == len(exporters) else "stopped", step=len(exports))


def _fresh(folder: Path) -> Path:
    """An earlier life of this attempt may have left half of its work."""
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _fitting(source: Source, spec: ExportSpec) -> tuple[Component, ...]:
    for exporter in spec.exporters:
        if source.form not in exporter.forms:
            raise TrainerError(
                "exporter_does_not_fit",
                "“%(exporter)s” cannot be made of a quantized model; choose %(fitting)s.",
                field="exporters",
                exporter=catalog.entry("exporters", exporter).label,
                fitting=", ".join(item.name for item in exporters_for(source.form)),
            )
    return spec.exporters


def make(exporter: Component, source: Source, proof: Proof, folder: Path) -> Export:
    """Write one format into ``folder``, with all that a stranger needs to run it, and check it there."""
    folder.mkdir()
    further: Sequence[File] = catalog.build("exporters", exporter, source, folder)
    files: tuple[File, ...] = (*catalog.entry("exporters", exporter).module.FILES, *further)
    shipping.ship(source.config, folder)
    run = write_run(exporter, folder)
    report = ExportReport(format=files[0].format, file=files[0].name, **dict(proof.check(folder, run, source)))
    return Export(exporter, folder, files, run, report)


def write_run(exporter: Component, folder: Path) -> str:
    """The exporter's ``run.py`` under a name of its own."""
    package = catalog.entry("exporters", exporter).module.__file__
    assert package is not None
    name = f"run_{exporter.name}.py"
    copyfile(Path(package).with_name("run.py"), folder / name)
    return name


def _say(journal: Journal, export: Export) -> None:
    message, level = MESSAGES[export.report.status]
    journal.write(events.Log(level=level, message=message, params={"file": export.report.file}))


def _links(job: Job, source: Source) -> list[bundle.Link]:
    """The chain up to the weights, but for the spec, which is written with the outputs."""
    data = bundle.Link("data", "prepared.safetensors", job.hashes["prepared"])
    earlier = [
        bundle.Link(f"weights before {item.stage.name}", "model.safetensors", item.made_from)
        for item in source.config.compression
    ]
    weights = "model.safetensors" if source.form == "torch" else "model.onnx"
    return [data, *earlier, bundle.Link("weights", weights, job.hashes["model"])]


def assemble(
    exports: list[Export], source: Source, proof: Proof, links: list[bundle.Link], out: Path
) -> list[tuple[str, str]]:
    """Put what is offered into ``out`` and zip it; the (format, name) of each output, the bundle first."""
    offered = [item for item in exports if item.offered]
    for item in offered:
        for name in (*(file.name for file in item.files), item.run):
            copyfile(item.folder / name, out / name)
    shipping.ship(source.config, out)
    reports = tuple(item.report for item in exports)
    parity = Parity(exports=reports, rows_sha256=proof.rows_sha256, floor=proof.floor, test=proof.scores)
    parity_sheet.write(parity, out)
    (out / SPEC).write_text(source.config.recipe.model_dump_json(indent=2) + "\n", encoding="utf-8")
    links_of_exports = [bundle.link("export", file.name, out / file.name) for item in offered for file in item.files]
    chain = [links[0], bundle.link("spec", SPEC, out / SPEC), *links[1:], *links_of_exports]
    bundle.write_lineage(chain, out)
    runs = [(item.run, str(catalog.entry("exporters", item.exporter).module.NEEDS)) for item in offered]
    card = description.card(source.config, reports, proof.scores, proof.cautions, chain, runs)
    (out / CARD).write_text(card, encoding="utf-8")
    bundle.write(out, [CARD, *sorted(path.name for path in out.iterdir() if path.name != CARD)], out / bundle.NAME)
    singles = [(file.format, file.name) for item in offered for file in item.files if file.offered]
    return [COMMON[0], *singles, *COMMON[1:]]
