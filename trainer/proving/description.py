"""What stands beside an export in words and in JSON: ``preprocess.json`` and the model card."""

import unicodedata
from collections.abc import Sequence
from string import punctuation
from typing import Any

from trainer import catalog
from trainer.columns import Block
from trainer.component import Component
from trainer.data.summary import Dialect
from trainer.packaging import package
from trainer.packaging.package import ModelConfig
from trainer.proving.bundle import Link
from trainer.proving.verdict import ExportReport

LONGEST_TEXT = 200
LONGEST_CAUTION = 1000
MOST_TEXTS = 50
# Who takes a model home takes no rows of the data with it that nobody asked for.
MISTAKES = (
    "- Mistakes: the training's report shows the test rows that are answered worst; they are not among these files."
)
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def preprocess(config: ModelConfig) -> dict[str, Any]:
    """How a stored raw row becomes what the graph takes, and what its answers mean."""
    inputs, dialect = [_input(block) for block in config.inputs], config.dialect or Dialect()
    return {"version": 2, "table": dialect.model_dump(), "inputs": inputs, "output": package.task(config).output()}


def _input(block: Block) -> dict[str, Any]:
    lengths = {"lengths": block.lengths} if block.lengths else {}
    return {"name": block.name, "kind": block.kind, **lengths, **block.description()}


def plain(text: object, longest: int = LONGEST_TEXT) -> str:
    """Somebody's text as Markdown that means nothing but that text: one line, no control
    characters, punctuation escaped.
    """
    spaced = " ".join(str(text)[:longest].split())
    visible = (character for character in spaced if not unicodedata.category(character).startswith("C"))
    return "".join(ENTITIES.get(character) or ("\\" * (character in punctuation) + character) for character in visible)


def card(
    config: ModelConfig,
    exports: Sequence[ExportReport],
    scores: dict[str, float],
    cautions: Sequence[str],
    chain: Sequence[Link],
    runs: Sequence[tuple[str, str]],
) -> str:
    """The model card: what it is, how it was tested, how to run it, and the chain of hashes."""
    sections = {
        "Exports": _exports(exports),
        "Run it": _how_to_run(config, runs),
        "Where it comes from": _lineage(chain),
    }
    lines = [
        f"# Model card: {_title(config)}",
        "",
        *_about(config),
        *_scores(scores),
        *(f"- Caution: {plain(caution, longest=LONGEST_CAUTION)}" for caution in cautions),
        MISTAKES,
        *(line for title, text in sections.items() for line in ("", f"## {title}", "", *text)),
    ]
    return "\n".join(lines) + "\n"


def _title(config: ModelConfig) -> str:
    """The task, and of what."""
    return f"{plain(catalog.entry('tasks', config.task).label)} of {plain(config.target.name)}"


def _about(config: ModelConfig) -> list[str]:
    task = catalog.entry("tasks", config.task)
    lines = [
        f"- Task: {plain(task.label)}, target {plain(config.target.name)}",
        f"- Network: {_component(config.model, 'models')}",
    ]
    lines += [f"- Cleaning: {_component(step, 'cleaning')}" for step in config.cleaning]
    for word, texts in package.task(config).facts():
        more = " …" if len(texts) > MOST_TEXTS else ""
        lines.append(f"- {word}: {', '.join(plain(text) for text in texts[:MOST_TEXTS])}{more}")
    for block in config.inputs:
        shape = " x ".join("length" if size is None else str(size) for size in block.shape)
        lines.append(f"- Input: {block.name}, {block.dtype} {shape} a row: {', '.join(map(plain, block.column_names))}")
    split = config.split
    if split.column:
        return [*lines, f"- Split: seed {config.seed}, parts given by {plain(split.column)}"]
    tested = f"test part {split.test:g}" if split.folds is None else f"tested on fold {split.fold + 1} of {split.folds}"
    return [*lines, f"- Split: seed {config.seed}, {tested}, validation part {split.validation:g}"]


def _component(spec: Component, family: catalog.Family) -> str:
    """Its label and, where it has any, its fields."""
    settings = _settings(spec.model_dump(mode="json"))
    return plain(catalog.entry(family, spec).label) + (f" ({settings})" if settings else "")


def _settings(component: dict[str, Any]) -> str:
    fields = ((name, value) for name, value in component.items() if name not in ("name", "version"))
    return ", ".join(f"{plain(name)} {_value(value)}" for name, value in fields)


def _value(value: Any) -> str:
    """Numbers as they are, one by one; whatever else might be somebody's text."""
    if isinstance(value, dict):  # a component of its own
        return plain(value["name"]) + (f" ({settings})" if (settings := _settings(value)) else "")
    if isinstance(value, list):
        return " x ".join(_value(item) for item in value) or "none"
    return str(value) if isinstance(value, int | float) else plain(value)


def _scores(scores: dict[str, float]) -> list[str]:
    """How the model answered the test rows before it was exported."""
    return [f"- Test part: {', '.join(f'{name} {value:.4g}' for name, value in scores.items())}"]


def _exports(exports: Sequence[ExportReport]) -> list[str]:
    lines = ["| file | verdict | largest relative difference |", "| --- | --- | --- |"]
    for export in exports:
        gap = export.largest_difference
        lines.append(f"| {export.file} | {export.status} | {'–' if gap is None else f'{gap:.2e}'} |")
    return [*lines, "", "PARITY.md tells how this was measured."]


def _how_to_run(config: ModelConfig, runs: Sequence[tuple[str, str]]) -> list[str]:
    rows = (
        "a .csv written as the file that trained the model (that file itself, too), or .jsonl with an object a row; in "
        "a row, a picture is the name of its file, PNG or JPEG for example, which becomes pixels as in the import. A "
        "model of pictures alone also takes a folder of them, or pictures.npy (uint8, N x C x H x W). preprocess.json "
        "names the columns and tells how pictures are read; `--help` tells more"
    )
    further = {library: use for block in config.inputs for library, use in sorted(block.reader_needs.items())}
    libraries = "".join(f", and {library} for {use}" for library, use in further.items())
    lines = [f"`predict.py` needs numpy and the library of the format{libraries}. Rows are {rows}.", ""]
    for name, needs in runs:
        lines += [f"    pip install {' '.join(['numpy', needs, *further])}", f"    python predict.py {name} ROWS", ""]
    return [*lines, "Each `run_*.py` is the whole code that loads its format; copy it."]


def _lineage(chain: Sequence[Link]) -> list[str]:
    lines = [
        "Every line names the SHA-256 of a file; `lineage.json` holds the same. `sha256sum -c SHA256SUMS` checks all "
        "files here.",
        "",
        "| step | file | SHA-256 |",
        "| --- | --- | --- |",
    ]
    return lines + [f"| {link.step} | {link.file} | `{link.sha256}` |" for link in chain]
