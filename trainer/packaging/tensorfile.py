"""A safetensors file with one text and a checksum of its own, by which it is told from a damaged one wherever it lies.

Metadata ``trainyard`` is JSON: ``text`` is the text, ``sha256`` the SHA-256 over it and over name, dtype, shape
and bytes of each tensor in the order of their names. There is no second entry, because safetensors writes
several in any order.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from trainer import files

ENTRY, TEXT, CHECKSUM = "trainyard", "text", "sha256"


class TensorFileError(Exception):
    """The file is damaged, or none of ours."""


def write(path: Path, tensors: Mapping[str, Tensor], text: str) -> None:
    """Write the file whole or not at all; the same tensors and text always give the same bytes. Raises OSError."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    entry = json.dumps({TEXT: text, CHECKSUM: _checksum(plain, text)}, ensure_ascii=False)
    files.write(path, to_bytes(plain, {ENTRY: entry}))


def read(path: Path | str) -> tuple[str, dict[str, Tensor]]:
    """The text and the tensors, checked. Raises TensorFileError, and OSError."""
    try:
        with safe_open(path, framework="pt") as file:
            entry = json.loads((file.metadata() or {})[ENTRY])
            text, expected = entry[TEXT], entry[CHECKSUM]
            tensors = {name: file.get_tensor(name).clone() for name in list(file.keys())}  # not views of the file
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise TensorFileError(f"{type(error).__name__}: {error}") from error
    if _checksum(tensors, text) != expected:
        raise TensorFileError("its content does not have the checksum that it was written with")
    return text, tensors


def _checksum(tensors: Mapping[str, Tensor], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"\n{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
