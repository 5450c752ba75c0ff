"""Which rows make which batch."""

import numpy as np
import pytest

from trainer.data.batches import POOL, Batches
from trainer.data.epochs import steps_per_epoch

ROWS = np.arange(1000, 3000)
LENGTHS = np.random.default_rng(0).integers(1, 200, 3000)


def flat(batches: Batches, epoch: int) -> list[int]:
    return [int(row) for batch in batches.of(epoch) for row in batch]


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["alike", "ragged"])
@pytest.mark.parametrize("size", [1, 7, 32, 5000])
def test_an_epoch_has_every_row_once_in_batches_of_the_size(lengths: np.ndarray | None, size: int) -> None:
    batches = Batches(ROWS, size, 3, lengths)
    assert sorted(flat(batches, 0)) == list(ROWS)
    sizes = [len(batch) for batch in batches.of(0)]
    assert len(sizes) == batches.per_epoch == steps_per_epoch(len(ROWS), size)
    assert sorted(sizes)[1:] == [size] * (len(sizes) - 1)


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["alike", "ragged"])
def test_the_order_follows_from_seed_and_epoch_alone(lengths: np.ndarray | None) -> None:
    first, again = Batches(ROWS, 32, 3, lengths), Batches(ROWS, 32, 3, lengths)
    assert flat(first, 4) == flat(again, 4)
    assert flat(first, 4) != flat(first, 5)
    assert flat(first, 4) != flat(Batches(ROWS, 32, 4, lengths), 4)


def test_rows_of_like_length_come_together_and_the_order_stays_random() -> None:
    plain, bucketed = Batches(ROWS, 16, 0), Batches(ROWS, 16, 0, LENGTHS)
    useful = bucketed.useful()
    assert useful is not None
    assert useful > 0.95
    assert plain.useful() is None
    longest = [LENGTHS[batch].max() for batch in bucketed.of(0)]
    assert abs(np.corrcoef(longest, np.arange(len(longest)))[0, 1]) < 0.3, "long batches come at any time"
    again = {tuple(sorted(batch)) for batch in bucketed.of(0)} & {tuple(sorted(batch)) for batch in bucketed.of(1)}
    assert not again, "each epoch has other batches"


def test_rows_are_put_together_within_a_pool_only() -> None:
    """Else the shortest rows of all would always meet."""
    rows, size = np.arange(POOL * 8 * 4), 8
    lengths = np.zeros(len(rows), int)
    lengths[::200] = 1
    with_long = [batch for batch in Batches(rows, size, 0, lengths).of(0) if lengths[batch].any()]
    assert len(with_long) >= 3
