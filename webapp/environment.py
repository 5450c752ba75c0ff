"""What the environment says of this machine, checked where it is read: a wrong value ends the
program with a sentence.
"""

import os
from pathlib import Path


def state(usual: Path) -> Path:
    """The folder that holds everything, TRAINYARD_STATE or the usual one. It is there afterwards, and it is ours."""
    folder = Path(os.environ.get("TRAINYARD_STATE") or usual).expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SystemExit(
            f"The state folder {folder} cannot be made: {error.strerror}. Set TRAINYARD_STATE to another one."
        ) from None
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        raise SystemExit(
            f"The state folder {folder} can only be read: its disk is mounted so, or the system made it so after an "
            "error. Mount it for writing, or set TRAINYARD_STATE to another one."
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise SystemExit(f"You may not write to the state folder {folder}. Set TRAINYARD_STATE to one of your own.")
    return folder


def port() -> int:
    """Where the pages are served, PORT or 8000."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536):
        raise SystemExit(f"PORT must be a number from 1 to 65535, not “{text}”. For example: PORT=8080 make run")
    return int(text)


def number(name: str, usual: int, least: int, most: int) -> int:
    """The whole number that the variable ``name`` holds, or the usual one."""
    text = os.environ.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and least <= int(text[:12]) <= most):
        raise SystemExit(f"{name} must be a whole number from {least} to {most}, not “{text}”. It is usually {usual}.")
    return int(text)
