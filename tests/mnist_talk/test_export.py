"""Weights on their way into a page: small, near to what they were, and as good."""

import json
from base64 import b64decode

import numpy as np
import pytest
import torch
from torch import nn

from mnist_talk.data import Samples
from mnist_talk.export import byte_count, exported, quantise, rounded
from mnist_talk.models import CNN, MLP
from mnist_talk.training import Recipe, accuracy, ready, run_epoch


@pytest.mark.parametrize("shape", [(10, 288), (16, 1, 3, 3)])
def test_no_weight_moves_by_more_than_half_a_step(shape: tuple[int, ...]) -> None:
    weights = torch.randn(shape) * torch.logspace(-6, 2, shape[0]).reshape(-1, *[1] * (len(shape) - 1))
    values, scales = quantise(weights)
    assert values.dtype == torch.int8
    assert values.abs().amax(dim=1).tolist() == [127] * shape[0]  # each output uses all of its steps
    assert ((values * scales - weights.flatten(1)).abs() <= scales * 0.5001).all()


def test_an_output_whose_weights_are_all_zero_stays_so() -> None:
    values, scales = quantise(torch.zeros(2, 5))
    assert not values.any()
    assert scales.isfinite().all()


def test_layers_are_written_in_their_order_row_by_row() -> None:
    model = CNN().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # as training lays them out
    written = exported(model)
    assert [layer["shape"] for layer in written] == [[16, 1, 3, 3], [32, 16, 3, 3], [32, 32, 3, 3], [10, 288]]
    assert len(exported(MLP())) == 2
    weights = np.frombuffer(b64decode(written[1]["weights"]), "i1").reshape(32, 16, 3, 3)
    scales = np.frombuffer(b64decode(written[1]["scales"]), "<f4").reshape(32, 1, 1, 1)
    biases = np.frombuffer(b64decode(written[1]["bias"]), "<f4")
    np.testing.assert_allclose(weights * scales, model.conv2.weight.detach().numpy(), atol=float(scales.max()) * 0.51)
    assert biases.tolist() == model.conv2.bias.tolist()


@pytest.mark.parametrize("model", [MLP(), CNN()])
def test_a_network_in_a_page_is_small(model: nn.Module) -> None:
    assert byte_count(model) == len(json.dumps(exported(model))) < 40_000


def test_rounding_costs_a_trained_network_next_to_nothing(lesson: Samples, exam: Samples) -> None:
    torch.manual_seed(0)
    model, recipe = MLP(), Recipe(rate=1e-2, batch=64, epochs=1, mixed=False)
    run_epoch(model, ready(model, torch.device("cpu"), recipe.rate), lesson, recipe)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    small = rounded(model)
    assert accuracy(small, exam) > 0.85
    with torch.inference_mode():
        assert (model(exam.x).argmax(1) == small(exam.x).argmax(1)).float().mean() >= 0.995
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not torch.equal(small.get_parameter("hidden.weight"), model.hidden.weight)
