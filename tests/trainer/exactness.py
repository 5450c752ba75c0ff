"""What must hold of every training: two ranks compute what one does, and a run that was paused goes on exactly."""

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.attempts import Attempt, Warm, curve, steps_done, wait_until, write_job
from trainer.attempt import job


def ended(attempt: Attempt) -> Attempt:
    """One that succeeded."""
    assert attempt.ended is not None, attempt.logs
    assert attempt.ended.outcome == "succeeded", attempt.ended
    return attempt


def require_alike_for_two_ranks(
    warm: Warm, spec: dict[str, Any], prepared: Path, folder: Path, assets: Mapping[str, Path] | None = None
) -> None:
    """In float64, where rounding hides nothing. ``spec`` must draw nothing a rank for itself, as dropout does."""
    one, two = (
        ended(warm.run(write_job(folder / f"ranks{ranks}", exact, prepared, assets=assets)))
        for ranks in (1, 2)
        for exact in [{**spec, "precision": "float64", "ranks": ranks}]
    )
    names = {
        name
        for event in one.events
        for name in getattr(event, "names", ())
        if name.startswith(("train/", "validation/"))
    }
    assert len(names) >= 4
    for name in names:
        expected, actual = one.values(name), two.values(name)
        assert [step for step, _ in actual] == [step for step, _ in expected]
        assert [value for _, value in actual] == pytest.approx([value for _, value in expected], rel=1e-4, abs=1e-9)


def require_exact_resume(
    warm: Warm, spec: dict[str, Any], prepared: Path, folder: Path, assets: Mapping[str, Path] | None = None
) -> Attempt:
    """The last attempt, whose weights and curve are those of a run that was never paused."""
    reference = ended(warm.run(write_job(folder / "reference", spec, prepared, assets=assets)))
    before = paused(warm, spec, prepared, folder / "paused", assets)
    resume = before.last_checkpoint
    last = ended(warm.run(write_job(folder / "last", spec, prepared, attempt=2, resume=resume, assets=assets)))
    assert _weights(last) == _weights(reference)
    assert curve([before, last]) == curve([reference])
    return last


def paused(
    warm: Warm, spec: dict[str, Any], prepared: Path, folder: Path, assets: Mapping[str, Path] | None = None
) -> Attempt:
    """An attempt that was paused behind some steps."""
    write_job(folder, spec, prepared, assets=assets)
    warm.start(folder)
    wait_until(partial(_has_done, folder, 5), "some steps")
    job.command(folder, job.PAUSE)
    warm.wait(folder)
    attempt = Attempt.read(folder)
    assert attempt.ended is not None and attempt.ended.outcome == "paused", attempt.logs
    return attempt


def _has_done(folder: Path, step: int) -> bool:
    return steps_done(folder) >= step


def _weights(attempt: Attempt) -> str:
    return hashlib.sha256((attempt.folder / "out" / "model.safetensors").read_bytes()).hexdigest()
