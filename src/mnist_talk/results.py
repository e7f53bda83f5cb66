"""What trained networks do: their mistakes, what they see, and what more data gives them. Draws nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_talk.data import Samples
from mnist_talk.models import CNN, MLP
from mnist_talk.training import Recipe, accuracy
from mnist_talk.transfer import learn

DIGITS = 10
SHOWN = 20_000  # images that each training on less data sees, again and again where there are few


class Mistake(NamedTuple):
    """An image that a network named wrongly."""

    number: int  # of the image among those it was examined on, from 0
    truth: int
    answer: int
    confidence: float  # the share that softmax gives to the answer


class Gain(NamedTuple):
    """Test accuracies of both networks after learning from so many images."""

    images: int
    mlp: float
    cnn: float


@dataclass
class Stopwatch:
    """Measures the block of a `with`. Two of them are equal: how long something took is no part of what came of it."""

    seconds: float = field(default=0.0, compare=False)

    def __enter__(self) -> "Stopwatch":
        self.seconds -= perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += perf_counter()


def logits(model: nn.Module, data: Samples) -> Tensor:
    """The model's ten scores for each sample (N, 10)."""
    with torch.inference_mode():
        return torch.cat([model(x) for x, _ in data.batches(1_000)])


def confusions(model: nn.Module, data: Samples) -> Tensor:
    """How often each digit (row) was given each name (column)."""
    answers = logits(model, data).argmax(dim=1)
    return (DIGITS * data.y + answers).bincount(minlength=DIGITS**2).view(DIGITS, DIGITS).cpu()


def worst_mistakes(model: nn.Module, data: Samples, count: int) -> list[Mistake]:
    """The mistakes that the model was surest of, surest first."""
    confidences, answers = logits(model, data).softmax(dim=1).max(dim=1)
    wrong = (answers != data.y).nonzero().flatten()
    surest = wrong[confidences[wrong].argsort(descending=True, stable=True)][:count]
    columns = (surest, data.y[surest], answers[surest], confidences[surest])
    return [Mistake(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def feature_maps(model: CNN, image: Tensor) -> list[Tensor]:
    """What the three layers make of an image (1, 28, 28): (16, 14, 14), (32, 7, 7) and (32, 3, 3)."""
    maps, x = [], image
    with torch.inference_mode():
        for convolution in (model.conv1, model.conv2, model.conv3):
            x = F.relu(F.max_pool2d(convolution(x), 2))
            maps.append(x.cpu())
    return maps


def gains(train: Samples, test: Samples, counts: Sequence[int]) -> list[Gain]:
    """Both networks, trained equally long on the first of the samples, judged on `test`."""
    with one_thread():
        return [Gain(count, *(learnt_from(train, test, count, kind()) for kind in (MLP, CNN))) for count in counts]


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread: with small batches a second one gains little, and waits long where the machine is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def learnt_from(train: Samples, test: Samples, count: int, model: nn.Module) -> float:
    """The test accuracy after learning from `count` samples."""
    recipe = Recipe(rate=2e-3, batch=64, epochs=max(1, SHOWN // count))
    return accuracy(learn(model, Samples(train.x[:count], train.y[:count]), recipe), test)
