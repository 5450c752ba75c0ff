"""Write a model in other formats, each proved to answer as the model does.

The model is a package that training or compression made, or a quantized .onnx model. The bundle holds all formats with
a model card, SHA-256 sums and a parity sheet.
"""

import argparse
from pathlib import Path

from trainer.catalog import listing
from trainer.component import Form
from trainer.specs.export import ExportSpec, exporters_for
from trainer.terminal import out
from trainer.terminal.console import checked
from trainer.terminal.out import Out


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="model.safetensors, or a quantized .onnx model")
    parser.add_argument(
        "--data", type=Path, required=True, help="the data that it was trained on: a file, a folder, or prepared data"
    )
    out.arguments(parser, "the exports")
    parser.add_argument(
        "--formats", nargs="+", metavar="NAME", help=f"{', '.join(listing('exporters'))}; all by default"
    )


def run(arguments: argparse.Namespace) -> int:
    from trainer.proving import export, sources
    from trainer.terminal import foreground

    spec, folder = _spec(sources.form_of(arguments.model), arguments.formats), Out.of(arguments)
    folder.require_free(name for _, name in export.COMMON)
    inputs = {"prepared": folder.prepare(arguments.data), "model": arguments.model}
    code = foreground.end(folder.run, foreground.attempt(folder, spec, inputs).ended)
    if code == 0:
        print("\n".join(map(str, folder.place(foreground.outputs(folder.run)))))
    return code


def _spec(form: Form, formats: list[str] | None) -> ExportSpec:
    if not formats:
        return ExportSpec(exporters=exporters_for(form))
    spec = checked({"exporters": [{"name": name} for name in formats]}, "export")
    assert isinstance(spec, ExportSpec)
    return spec
