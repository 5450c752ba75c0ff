"""The metric store keeps every point, gives it back bit for bit, and hides no spike."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from asgiref.sync import async_to_sync
from django.db import DataError, transaction
from django.http import StreamingHttpResponse
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from webapp.accounts.models import User
from webapp.metrics import binary_sql, chunk, codec, export, reading, store
from webapp.metrics.chunk import Marked, Together
from webapp.metrics.codec import Batch, Floats, Points
from webapp.metrics.models import Chunk, Tail
from webapp.metrics.window import window
from webapp.runs import stream
from webapp.runs.models import Kind, Run


@pytest.fixture
def run(db: None) -> Run:
    owner = User.objects.create(username="ada")
    return Run.objects.create(owner=owner, name="digits", kind=Kind.TRAIN, spec={}, devices_needed=1)


def points(steps: Any, values: Any = None) -> Points:
    steps = np.asarray(steps, np.int64)
    numbers = np.sin(steps.astype(np.float64)) if values is None else np.asarray(values, np.float64)
    return Points(steps, numbers, 1.7e9 + np.arange(len(steps), dtype=np.float64) * 0.001)


def record(run: Run, batch: Batch | None = None, rewind: int | None = None) -> int:
    with transaction.atomic():
        return stream.record(run.pk, batch=batch, rewind=rewind)


def everything(run: Run, name: str = "train/loss") -> Points:
    return Points.joined([part for metric, part in export.pieces(run.pk) if metric == name])


def same(one: Floats, other: Floats) -> bool:
    return bool(np.array_equal(one.view(np.int64), other.view(np.int64)))


whole = arrays.arrays(np.int64, st.integers(1, 40), elements=st.integers(-(2**62), 2**62))
anything = st.floats(width=64, allow_nan=True, allow_infinity=True)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_points_come_back_bit_for_bit_whatever_they_are(data: st.DataObject) -> None:
    steps = data.draw(whole)
    values = data.draw(arrays.arrays(np.float64, len(steps), elements=anything))
    times = data.draw(arrays.arrays(np.int64, len(steps), elements=st.integers(0, 2**42))) / 1000
    original = Points(steps, values, times)
    decoded = codec.decode(codec.encode({"a": original, "b/ü": original[:1]}))
    ((_name, body),) = Together.of("a", Marked(np.sort(np.abs(steps)), original)).bodies()
    marked = chunk.decode(body)
    for back in (decoded["a"], marked.points):
        assert np.array_equal(back.steps, steps)
        assert same(back.values, values)
        assert np.array_equal(back.times, times)
    assert np.array_equal(marked.seqs, np.sort(np.abs(steps)))
    assert len(decoded["b/ü"]) == 1


def test_metrics_that_share_their_steps_store_them_once() -> None:
    one = points(np.random.default_rng(0).integers(0, 10**9, 100))
    alone, shared = len(codec.encode({"a": one})), len(codec.encode({"a": one, "b": one, "c": one}))
    assert shared < alone + 2 * (100 * 8 + 10)


def test_sealing_moves_all_points_into_chunks_and_leaves_none_behind(run: Run) -> None:
    for flush in range(90):
        record(run, {"train/loss": points(range(flush * 30, flush * 30 + 30)), "epoch": points([flush])})
    chunks = Chunk.objects.filter(series__run=run)
    assert set(chunks.filter(series__name="train/loss").values_list("count", flat=True)) <= set(range(1000, 1100))
    assert chunks.filter(series__name="epoch").count() == 1
    assert Tail.objects.filter(run=run).count() < 35
    assert np.array_equal(everything(run).steps, np.arange(2700))
    assert np.array_equal(everything(run, "epoch").steps, np.arange(90))


def test_a_large_flush_goes_straight_into_chunks_behind_what_waited(run: Run) -> None:
    record(run, {"train/loss": points(range(10))})
    record(run, {"train/loss": points(range(10, 5010))})
    assert not Tail.objects.filter(run=run).exists()
    assert np.array_equal(everything(run).steps, np.arange(5010))


@pytest.mark.parametrize("step", [0, 7, 1023, 1024, 2500, 5000])
def test_a_rewind_cuts_training_metrics_in_chunks_and_tail_and_leaves_hardware(run: Run, step: int) -> None:
    for flush in range(50):
        steps = range(flush * 100, flush * 100 + 100)
        record(run, {"train/loss": points(steps), "hardware/cpu": points(steps)})
    record(run, rewind=step)
    assert np.array_equal(everything(run).steps, np.arange(5000)[: step + 1])
    assert len(everything(run, "hardware/cpu")) == 5000
    record(run, {"train/loss": points(range(step + 1, step + 3000))})
    assert np.array_equal(everything(run).steps, np.arange(step + 3000) if step < 5000 else everything(run).steps)


def test_nothing_is_kept_of_a_transaction_that_fails(run: Run) -> None:
    record(run, {"train/loss": points(range(1000))})

    def fails() -> None:
        with transaction.atomic():
            stream.record(run.pk, batch={"train/loss": points(range(1000, 4000))})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert np.array_equal(everything(run).steps, np.arange(1000))


@pytest.mark.parametrize("size", [0, 1, 2, 1000, 3000, 400_000])
def test_a_window_has_the_ends_and_both_extremes_at_any_size(run: Run, size: int) -> None:
    values = np.random.default_rng(size).normal(size=size)
    if size:
        record(run, {"train/loss": points(range(size), values)})
    curve = window(run.pk, ["train/loss"])["train/loss"]
    assert curve.count == size
    assert len(curve.shown) <= 2000
    if size:
        assert {0, size - 1, int(values.argmin()), int(values.argmax())} <= set(curve.shown.steps.tolist())


def test_no_spike_is_hidden_at_any_zoom(run: Run) -> None:
    size, draw = 600_000, np.random.default_rng(3)
    values = draw.normal(size=size)
    spikes = np.sort(draw.choice(size, 60, replace=False))
    values[spikes] = 50 + np.arange(60)
    for start in range(0, size, 100_000):
        record(run, {"train/loss": points(range(start, start + 100_000), values[start : start + 100_000])})
    for width in (size, 200_000, 10_000, 500, 3):
        for middle in spikes[::7].tolist():
            first, last = middle - width // 2, middle + width // 2
            shown = window(run.pk, ["train/loss"], 2000, first, last)["train/loss"].shown
            for spike in spikes[(spikes >= first) & (spikes <= last)].tolist():
                column = np.abs(shown.steps - spike) <= width / 500
                assert shown.values[column].max() >= values[spike]


def test_values_that_are_no_numbers_hide_no_spike_and_are_counted(run: Run) -> None:
    values = np.zeros(300_000)
    values[[5, 6, 7, 100_000, 299_999]] = np.nan, np.inf, -np.inf, np.nan, np.nan
    values[8] = 9
    record(run, {"train/loss": points(range(300_000), values)})
    curve = window(run.pk, ["train/loss"])["train/loss"]
    assert curve.nonfinite == 5
    assert 9 in curve.shown.values
    assert np.isnan(curve.shown.values).any()
    assert curve.json()["values"].count("NaN") >= 2
    exact = window(run.pk, ["train/loss"], 2000, 0, 10)["train/loss"].json()
    assert exact["values"][5:9] == ["NaN", "Infinity", "-Infinity", 9.0]


def test_a_curve_of_nothing_but_nan_can_be_asked_for(run: Run) -> None:
    record(run, {"train/loss": points(range(400_000), np.full(400_000, np.nan))})
    curve = window(run.pk, ["train/loss"])["train/loss"]
    assert curve.nonfinite == curve.count == 400_000
    assert 0 < len(curve.shown) <= 2000


def test_an_unknown_metric_is_an_empty_curve_and_names_lists_the_known(run: Run) -> None:
    record(run, {"train/loss": points([1])})
    assert window(run.pk, ["nothing"])["nothing"].json() == {
        "name": "nothing",
        "steps": [],
        "values": [],
        "times": [],
        "count": 0,
        "nonfinite": 0,
    }
    assert reading.names(run.pk) == ["train/loss"]


def test_the_export_is_complete_and_safe_in_a_spreadsheet(run: Run) -> None:
    odd = {"=cmd()": points([1]), 'a "b", c\n': points([2])}
    record(run, {**odd, "train/loss": points([1, 2, 3], [0.1, np.nan, -np.inf])})
    rows = list(csv.reader(io.StringIO(b"".join(export.csv(run.pk)).decode(), newline="")))
    assert rows[0] == ["metric", "step", "value", "time"]
    assert [row[0] for row in rows[1:3]] == ["'=cmd()", 'a "b", c\n']
    assert [row[2] for row in rows[3:]] == ["0.1", "NaN", "-inf"]


def test_the_export_leaves_part_by_part_and_is_never_whole_in_memory(run: Run, client: Client) -> None:
    record(run, {"train/loss": points([1, 2]), "validation/loss": points([2])})
    client.force_login(run.owner)
    answer: Any = client.get(f"/runs/{run.pk}/metrics.csv")
    assert answer.is_async
    parts = async_to_sync(_all)(answer)
    assert len(parts) == 3 and b"".join(parts) == b"".join(export.csv(run.pk))


async def _all(answer: StreamingHttpResponse) -> list[bytes]:
    return [part async for part in answer]


@pytest.mark.parametrize("chunks", [3, 200, 300, 1200, 2100])
def test_spikes_that_stand_in_columns_of_their_own_are_all_shown(run: Run, chunks: int) -> None:
    size, draw = chunks * 1024, np.random.default_rng(chunks)
    values = draw.normal(scale=0.1, size=size)
    spikes = np.arange(size // 800, size, size // 400)
    values[spikes] = draw.uniform(5, 10, size=len(spikes))
    for start in range(0, size, 100_000):
        record(run, {"train/loss": points(range(start, min(start + 100_000, size)), values[start : start + 100_000])})
    shown = window(run.pk, ["train/loss"], 2000)["train/loss"].shown
    assert set(spikes.tolist()) <= set(shown.steps.tolist())


def test_the_binary_window_is_what_the_browser_decodes(run: Run, client: Client) -> None:
    record(run, {"train/loss": points([10, 20, 30], [1.5, 2.5, np.nan])})
    client.force_login(run.owner)
    answer = client.get(f"/runs/{run.pk}/window", {"name": "train/loss", "first": "11"})
    length = int.from_bytes(answer.content[:4], "little")
    at = -(-(4 + length) // 8) * 8
    assert np.frombuffer(answer.content, "<u4", 2, at).tolist() == [0, 10]
    assert np.frombuffer(answer.content, "<f4", 2, at + 8)[0] == 2.5
    assert client.get(f"/runs/{run.pk}/window", {"name": "x", "first": "1e3"}).status_code == 400


def test_somebody_elses_curves_are_not_found(run: Run, client: Client) -> None:
    client.force_login(User.objects.create(username="eve"))
    assert client.get(f"/runs/{run.pk}/window?name=train/loss").status_code == 404
    assert client.get(f"/runs/{run.pk}/metrics.csv").status_code == 404


def test_a_sealed_point_takes_at_most_twelve_bytes(run: Run) -> None:
    body = np.random.default_rng(0).normal(size=(60, 1024))
    for flush in range(60):
        record(run, {"train/loss": points(range(flush * 1024, flush * 1024 + 1024), body[flush])})
    sizes = [len(bytes(chunk_body)) for chunk_body in Chunk.objects.values_list("body", flat=True)]
    assert sum(sizes) / (60 * 1024) < 11
    assert store.SEAL_AT == 1024


@pytest.mark.django_db
def test_an_error_of_a_raw_statement_is_one_of_djangos() -> None:
    with pytest.raises(DataError), transaction.atomic():
        binary_sql.execute("SELECT 1 / 0")
