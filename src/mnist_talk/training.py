"""Train a network on digits in memory, fast for its device. Reads no images from disk, draws nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from mnist_talk.data import Samples, Split
from mnist_talk.device import autocast
from mnist_talk.stopping import Rules, Verdict, judge

LEAST_RATE = 1e-6  # below this a further drop changes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train."""

    rate: float  # Adam's learning rate
    batch: int  # images a step
    epochs: int  # at most
    noise: float = 0.0  # standard deviation of what is added to pixels of 0..1
    mixed: bool = True  # compute in bfloat16 where the processor has it
    rules: Rules = field(default_factory=Rules)


MLP_RECIPE = Recipe(rate=3e-4, batch=1024, epochs=10)
CNN_RECIPE = Recipe(rate=3e-3, batch=128, epochs=20, noise=0.1)


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training images."""

    loss: float  # mean cross entropy an image, while learning
    accuracy: float  # share of held-out images named correctly; NaN when the model broke
    rate: float
    seconds: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class History:
    """What a training did, and why it ended."""

    epochs: tuple[Epoch, ...]
    reason: str

    @property
    def best(self) -> int:
        """The epoch whose weights were kept, counted from 1; 0 when none was."""
        scores = [epoch.accuracy for epoch in self.epochs if not math.isnan(epoch.accuracy)]
        return scores.index(max(scores)) + 1 if scores else 0


def augment(x: Tensor, noise: float) -> Tensor:
    """Add Gaussian noise, so that no image is ever seen twice."""
    return x + noise * torch.randn_like(x) if noise else x


def accuracy(model: nn.Module, data: Samples) -> float:
    """The share of samples that the model names correctly."""
    hits = torch.zeros((), dtype=torch.int64, device=data.y.device)
    with torch.inference_mode():
        for x, y in data.batches(1_000):
            hits += (model(x).argmax(dim=1) == y).sum()
    return hits.item() / len(data.y)


def run_epoch(model: nn.Module, optimizer: Optimizer, data: Samples, recipe: Recipe) -> float:
    """Learn from every image once, in a new order; the mean loss."""
    order = torch.randperm(len(data.y), device=data.y.device)
    shuffled = Samples(data.x[order], data.y[order])  # one gather: batches are views
    total = torch.zeros((), device=data.y.device)
    for x, y in shuffled.batches(recipe.batch):
        with autocast(x.device, recipe.mixed):
            loss = F.cross_entropy(model(augment(x, recipe.noise)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(y)
    return total.item() / len(data.y)


def train(model: nn.Module, split: Split, recipe: Recipe, weights: Path) -> History:
    """Train; the best epoch's weights go to the file and back into the model."""
    weights.unlink(missing_ok=True)  # an earlier run's must not pass for this one's
    optimizer = ready(model, split.train.x.device, recipe.rate)
    epochs: list[Epoch] = []
    verdict = Verdict()
    while len(epochs) < recipe.epochs and not verdict.stop:
        epochs.append(timed_epoch(model, optimizer, split, recipe))
        print(progress(epochs, recipe), flush=True)
        verdict = judge([epoch.accuracy for epoch in epochs], recipe.rules)
        if verdict.keep:
            save(model, weights)
        if verdict.drop:
            drop_rate(optimizer)
    if weights.exists():
        restore(model, weights)
    return History(tuple(epochs), verdict.stop or "all epochs done")


def ready(model: nn.Module, device: torch.device, rate: float) -> Optimizer:
    """Lay the weights out as the device likes them; the optimizer that will move them."""
    model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it
    return Adam(model.parameters(), lr=rate, fused=True)


def timed_epoch(model: nn.Module, optimizer: Optimizer, split: Split, recipe: Recipe) -> Epoch:
    """Train for one epoch and look at the held-out images."""
    start, rate = perf_counter(), optimizer.param_groups[0]["lr"]
    loss = run_epoch(model, optimizer, split.train, recipe)
    share = accuracy(model, split.held_out) if is_finite(model) else math.nan
    return Epoch(loss, share, rate, perf_counter() - start)


def progress(epochs: Sequence[Epoch], recipe: Recipe) -> str:
    """The newest epoch in one short line."""
    newest = epochs[-1]
    return f"epoch {len(epochs)}/{recipe.epochs}  loss {newest.loss:.3f}  held-out {newest.accuracy:.2%}"


def is_finite(model: nn.Module) -> bool:
    """Whether every weight is still a number."""
    return all(bool(parameter.isfinite().all()) for parameter in model.parameters())


def drop_rate(optimizer: Optimizer) -> None:
    """Divide the learning rate by ten, unless it is tiny already."""
    for group in optimizer.param_groups:
        if group["lr"] > LEAST_RATE:
            group["lr"] /= 10


def save(model: nn.Module, weights: Path) -> None:
    """Write the weights to a file, whole or not at all."""
    weights.parent.mkdir(parents=True, exist_ok=True)
    beside = weights.with_suffix(".part")
    torch.save(model.state_dict(), beside)
    beside.replace(weights)


def restore(model: nn.Module, weights: Path) -> None:
    """Read weights from a file into a model of the same shape, wherever it lives."""
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))


def test(model: nn.Module, weights: Path, data: Samples) -> float:
    """The accuracy of a new model that is given the saved weights."""
    restore(model, weights)
    return accuracy(model.to(data.x.device), data)
