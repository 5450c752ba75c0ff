"""The web server as it would be if a download were sent without being hashed: the floor beside which the real one is
measured."""

import sys
from collections.abc import Iterator
from pathlib import Path

from webapp import asgi, serve  # asgi sets Django up

assert asgi.application

from webapp.artifacts import streaming  # noqa: E402 - it reaches models


def _unhashed(sha256: str, size: int, path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while block := file.read(streaming.BLOCK):
            yield block


if __name__ == "__main__":
    streaming._whole = _unhashed
    serve.main(sys.argv[1])
