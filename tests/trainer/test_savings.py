"""What a compression came to, in a sentence."""

import pytest

from trainer.compressing.savings import sentence
from trainer.sentences import filled


def stages(*sizes: int | None) -> list[dict[str, object]]:
    return [{"size": size} if size else {"status": "refused"} for size in sizes]


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([2500, 4600], "1.8× larger"),
        ([2500, 4725], "1.9× larger"),
        ([4600, 2300], "2.0× smaller"),
        ([100, 50, None], "2.0× smaller"),
        ([1000, 1010], "as large on disk as before"),
        ([1000, 990], "as large on disk as before"),
        ([1000, 1051], "1.1× larger"),
        ([1000], "Nothing was kept"),
        ([1000, None], "Nothing was kept"),
        ([], "Nothing was kept"),
    ],
)
def test_smaller_larger_the_same_and_nothing_are_called_so(sizes: list[int | None], words: str) -> None:
    assert words in filled(*sentence(stages(*sizes)))
