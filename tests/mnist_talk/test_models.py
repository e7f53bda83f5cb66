"""The networks against what can be counted by hand and computed another way."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mnist_talk.data import Samples
from mnist_talk.models import CNN, MLP, parameter_count


def test_the_perceptron_has_as_many_parameters_as_counted_by_hand() -> None:
    assert parameter_count(MLP()) == 784 * 32 + 32 + 32 * 10 + 10 == 25_450


def test_the_convolutional_network_has_as_many_parameters_as_counted_by_hand() -> None:
    convolutions = (9 * 1 * 16 + 16) + (9 * 16 * 32 + 32) + (9 * 32 * 32 + 32)
    assert parameter_count(CNN()) == convolutions + (3 * 3 * 32) * 10 + 10 == 16_938


def test_the_perceptron_is_two_matrix_products() -> None:
    model, x = MLP(), torch.randn(5, 1, 28, 28)
    hidden = (x.reshape(5, 784) @ model.hidden.weight.T + model.hidden.bias).clamp(min=0)
    torch.testing.assert_close(model(x), hidden @ model.output.weight.T + model.output.bias)


def relu_first(model: CNN, x: Tensor) -> Tensor:
    """The network in the order of the seed talk: ReLU, then pooling."""
    for layer in (model.conv1, model.conv2, model.conv3):
        x = F.max_pool2d(F.relu(layer(x)), 2)
    return F.linear(x.flatten(1), model.dense.weight, model.dense.bias)


def test_pooling_before_relu_changes_nothing(exam: Samples) -> None:
    model = CNN()
    assert torch.equal(model(exam.x[:100]), relu_first(model, exam.x[:100]))
