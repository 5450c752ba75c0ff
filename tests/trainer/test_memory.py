"""What a process that trains frees it has again at once."""

import subprocess
import sys

import pytest

STEPS = """
import resource
import torch
from trainer.training import parallel

def pages():
    torch.ones(10_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        torch.ones(10_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(pages())
parallel.join(["cpu:0"], threads=1)
print(pages())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc that is told")
def test_a_rank_seldom_gets_new_pages_for_what_it_freed() -> None:
    answer = subprocess.run([sys.executable, "-c", STEPS], check=True, stdout=subprocess.PIPE, text=True)
    before, behind = map(int, answer.stdout.split())
    assert behind < before / 2
