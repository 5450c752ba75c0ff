"""An inspection may start no further thread; decoders that would start some must do without."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.files import picture, zipped
from tests.yard import ROOT
from trainer.catalog import listing

KINDS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp", "TIFF": "tif", "AVIF": "avif", "JPEG2000": "jp2"}


def lines_of(files: dict[str, bytes]) -> list[str]:
    """What the import of each file printed. The folder is one that anybody may write to."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        command = [sys.executable, "-m", "tests.trainer.unthreaded", folder, *files]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_large_pictures_of_every_kind_are_decoded_without_threads() -> None:
    pictures = {kind: [picture(640, 480, kind, seed=seed) for seed in range(2)] for kind in KINDS}
    files = {
        f"{suffix}.zip": zipped(
            {f"{label}/1.{suffix}": content for label, content in zip("ab", pictures[kind], strict=True)}
        )
        for kind, suffix in KINDS.items()
    }
    assert lines_of(files) == [f"{name} image_folder_zip 2 0" for name in files]


def test_every_format_is_read_without_threads() -> None:
    examples = {
        f"{name}.{'zip' if len(files) > 1 else next(iter(files)).rpartition('.')[2]}": (
            name,
            zipped(files) if len(files) > 1 else next(iter(files.values())),
        )
        for name, entry in listing("formats").items()
        for files in entry.module.examples()[:1]
    }
    lines = lines_of({name: content for name, (_, content) in examples.items()})
    assert [line.split()[:2] for line in lines] == [[name, kind] for name, (kind, _) in examples.items()]
