"""What lies beside every export and runs there: ``predict.py`` and the readers of columns, with what they need of ours.

A shipped file may import other files of this program that need nothing but NumPy, or, of networks, torch, and inside of
a function one that needs a library which only some values need. Beside an export there is no package: all lie in one
folder, ``trainer.importing.words`` as ``importing_words.py``, and the lines of import say so. That the import and the
reader of a value share such a file is what keeps them from differing.
"""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfile

from trainer import catalog, columns
from trainer.packaging.package import ModelConfig
from trainer.proving.description import preprocess

PREPROCESS = "preprocess.json"
ANSWER = "answer.py"
PREDICT = Path(__file__).with_name("predict.py")
OWN = re.compile(r"^( *)from trainer\.([\w.]+) import ", re.MULTILINE)


def ship(config: ModelConfig, folder: Path) -> None:
    """Write preprocess.json, predict.py and the files that it uses, which every format is run with."""
    text = json.dumps(preprocess(config), indent=2, ensure_ascii=False)
    (folder / PREPROCESS).write_text(text + "\n", encoding="utf-8")
    ship_source(PREDICT, PREDICT.name, folder)
    task = catalog.entry("tasks", config.task).module.__file__
    assert task is not None
    copyfile(Path(task).with_name(ANSWER), folder / ANSWER)
    for block in config.inputs:
        ship_source(Path(columns.module_of(block, "read").__file__), f"read_{block.kind}.py", folder)


def ship_source(source: Path, name: str, folder: Path) -> list[str]:
    """Copy a source as ``name``, and after it what it imports of ours; the names of all."""
    text = source.read_text(encoding="utf-8")
    shipped = OWN.sub(lambda match: f"{match[1]}from {_flat(match[2])} import ", text)
    (folder / name).write_text(shipped, encoding="utf-8")
    names = [name]
    for _, module in OWN.findall(text):
        spec = find_spec(f"trainer.{module}")
        assert spec is not None and spec.origin is not None
        names += ship_source(Path(spec.origin), f"{_flat(module)}.py", folder)
    return names


def _flat(module: str) -> str:
    return module.replace(".", "_")
