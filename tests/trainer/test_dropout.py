"""Dropout drawn fast leaves out what it should, and nothing where the model answers."""

import pytest
import torch
from torch import Tensor, nn

from trainer.training import dropout
from trainer.training.dropout import LEAST, Dropout


@pytest.mark.parametrize("part", [0.1, 0.25, 0.5, 0.9])
def test_it_leaves_out_this_part_and_keeps_the_mean(part: float) -> None:
    torch.manual_seed(0)
    outputs = Dropout(part)(torch.ones(500, 1001))
    assert (outputs == 0).float().mean().item() == pytest.approx(part, abs=0.003)
    assert outputs.mean().item() == pytest.approx(1.0, abs=0.01)
    assert len(outputs.unique()) == 2


def test_the_same_seed_leaves_out_the_same_and_each_place_is_drawn_by_itself() -> None:
    first: list[Tensor] = []
    second: list[Tensor] = []
    for masks in (first, second):
        torch.manual_seed(1)
        masks += [Dropout(0.5)(torch.ones(200, 400)) for _ in range(2)]
    assert torch.equal(first[0], second[0]) and torch.equal(first[1], second[1])
    assert not torch.equal(first[0], first[1])
    pairs = (first[0].flatten()[::2] == first[0].flatten()[1::2]).float().mean().item()
    assert pairs == pytest.approx(0.5, abs=0.01)


def test_gradients_pass_where_numbers_do() -> None:
    numbers = torch.ones(200, 400, requires_grad=True)
    outputs = Dropout(0.25)(numbers)
    outputs.sum().backward()
    assert numbers.grad is not None
    assert torch.equal(numbers.grad, outputs.detach())


def test_a_model_answers_as_before_and_small_batches_draw_as_torch_does() -> None:
    inner = nn.Sequential(nn.Dropout(0.5), nn.Linear(8, 2))
    model = nn.Sequential(nn.Linear(4, 8), inner)
    rows = torch.randn(5, 4)
    before, keys = model.eval()(rows), list(model.state_dict())
    dropout.quicken(model)
    assert [type(module) for module in model.modules() if isinstance(module, nn.Dropout)] == [Dropout]
    assert torch.equal(model.eval()(rows), before)
    assert list(model.state_dict()) == keys
    small = torch.ones(LEAST - 1)
    torch.manual_seed(2)
    ours = inner[0].train()(small)
    torch.manual_seed(2)
    assert torch.equal(ours, nn.Dropout(0.5)(small))
