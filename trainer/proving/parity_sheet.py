"""The parity sheet: how far each export is from the model, for people and for programs."""

import json
from pathlib import Path

from trainer.proving.description import plain
from trainer.proving.verdict import ExportReport, Parity
from trainer.sentences import filled

JSON = "parity.json"
SHEET = "PARITY.md"


def write(parity: Parity, folder: Path) -> None:
    """Write it as Markdown and as JSON, both with whole sentences: the message identifiers are for the journal only."""
    stored = parity.model_dump(mode="json")
    for export in stored["exports"]:
        export["message"] = filled(export["message"], export["params"])
    (folder / JSON).write_text(json.dumps(stored, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (folder / SHEET).write_text(_markdown(parity), encoding="utf-8")


def _markdown(parity: Parity) -> str:
    size = f"max({parity.floor:.4g}, |y|)"
    lines = [
        "# Parity sheet",
        "",
        "Each export was run from the stored raw rows in a process that has none of the training code.",
        f"A float32 export may differ by at most 1e-4 x {size} in any number, or it is refused.",
        f"The relative difference is |answer - y| / {size}.",
        "",
        "| file | verdict | rows | batch sizes | largest relative difference |",
        "| --- | --- | --- | --- | --- |",
        *map(_row, parity.exports),
        *(line for export in parity.exports for line in ("", f"{export.file}: {_sentence(export)}")),
    ]
    return "\n".join(lines) + "\n"


def _row(export: ExportReport) -> str:
    gap = "–" if export.largest_difference is None else f"{export.largest_difference:.2e}"
    return f"| {export.file} | {export.status} | {export.rows} | {', '.join(map(str, export.batch_sizes))} | {gap} |"


def _sentence(export: ExportReport) -> str:
    """The verdict in words; what stands in its gaps may be somebody's text."""
    return filled(
        export.message,
        {name: value if _is_number(value) else plain(value) for name, value in export.params.items()},
    )


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True
