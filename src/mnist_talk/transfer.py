"""Does knowing 0 to 4 help to learn 5 to 9 from few images? Measures it; draws nothing."""

from collections.abc import Sequence
from copy import deepcopy
from typing import NamedTuple, TypeVar

import torch
from torch import nn

from mnist_talk.data import Samples
from mnist_talk.models import CNN
from mnist_talk.training import Recipe, accuracy, ready, run_epoch

Net = TypeVar("Net", bound=nn.Module)

PRETRAIN = Recipe(rate=3e-3, batch=128, epochs=2)
FINE_TUNE = Recipe(rate=3e-3, batch=32, epochs=20)


class Outcome(NamedTuple):
    """Mean test accuracies after learning from few images."""

    images: int  # of each digit
    random: float  # all weights drawn at random
    transferred: float  # convolutions taken from the pre-trained network


def only(data: Samples, low: int, high: int) -> Samples:
    """The samples of the digits from `low` to `high`, both included."""
    wanted = (data.y >= low) & (data.y <= high)
    return Samples(data.x[wanted], data.y[wanted])


def few(data: Samples, each: int) -> Samples:
    """Randomly chosen samples, `each` of every digit that occurs."""
    order = torch.randperm(len(data.y), device=data.y.device)
    chosen = torch.cat([order[data.y[order] == digit][:each] for digit in data.y.unique()])
    return Samples(data.x[chosen], data.y[chosen])


def learn(model: Net, data: Samples, recipe: Recipe) -> Net:
    """Train for the recipe's epochs, without looking at any other image."""
    optimizer = ready(model, data.x.device, recipe.rate)
    for _ in range(recipe.epochs):
        run_epoch(model, optimizer, data, recipe)
    return model


def transferred(pretrained: CNN) -> CNN:
    """A copy that keeps the convolutions and starts its last layer anew."""
    model = deepcopy(pretrained)
    model.dense.reset_parameters()
    return model


def compare(pretrained: CNN, train: Samples, test: Samples, counts: Sequence[int], repeats: int = 3) -> list[Outcome]:
    """Both starts, on the same few images of `train`, judged on `test`; means over fresh draws."""
    return [Outcome(each, *mean_accuracies(pretrained, train, test, each, repeats)) for each in counts]


def mean_accuracies(pretrained: CNN, train: Samples, test: Samples, each: int, repeats: int) -> list[float]:
    """For one number of images: the random start's accuracy, then the transferred one's."""
    scores = []
    for _ in range(repeats):
        lesson = few(train, each)
        starts = (CNN(), transferred(pretrained))
        scores.append([accuracy(learn(model, lesson, FINE_TUNE), test) for model in starts])
    return [sum(column) / repeats for column in zip(*scores, strict=True)]
