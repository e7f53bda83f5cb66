"""Time an epoch of the talk's CNN beside a Dataset + DataLoader loop, then train both networks in full, from three seeds.

python -m tests.bench_training [--quick]

The other loop is written in the manner of PyTorch's public MNIST example: a Dataset hands out Pillow pictures, which
two transforms turn into a tensor and normalise, one image at a time; the DataLoader collates batches; ReLU comes before
pooling, Adam is the default one, all in float32. Both add the same noise to each batch and see the same 60,000 images.
The loops take turns, so that a busy machine slows all of them.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn
from torch.optim import Adam
from torch.utils.data import DataLoader, Dataset

from mnist_talk.data import MNIST, Digits, Samples, Split, hold_out, load, samples
from mnist_talk.device import choose_device, device_name, has_bfloat16
from mnist_talk.models import CNN, MLP
from mnist_talk.training import CNN_RECIPE, MLP_RECIPE, Recipe, augment, ready, run_epoch, test, train

MEAN, DEVIATION = 0.1307, 0.3081  # of MNIST's pixels
PLAIN, FLOAT32, BFLOAT16 = "Dataset + DataLoader, float32", "ours, float32", "ours, bfloat16"
RATIO_BARS = {FLOAT32: 2.3, BFLOAT16: 3.2}
ACCURACY_BARS = {"MLP": 0.905, "CNN": 0.99}


class PerSample(Dataset[tuple[Tensor, int]]):
    """Makes a picture of each image and transforms it on its own, as torchvision's MNIST does."""

    def __init__(self, digits: Digits) -> None:
        self.digits = digits

    def __len__(self) -> int:
        return len(self.digits.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image, label = self.digits.images[index], int(self.digits.labels[index])
        return normalised(to_tensor(Image.fromarray(image.numpy()))), label


def to_tensor(picture: Image.Image) -> Tensor:
    """A grey picture as floats from 0 to 1 with a channel axis."""
    pixels = torch.from_numpy(np.array(picture, np.uint8, copy=True))
    return pixels.unsqueeze(0).to(torch.get_default_dtype()).div(255)


def normalised(x: Tensor) -> Tensor:
    """The picture with a mean near 0 and a deviation near 1; mean and deviation may be given for each channel."""
    mean, deviation = torch.as_tensor((MEAN,)), torch.as_tensor((DEVIATION,))
    return x.clone().sub_(mean.view(-1, 1, 1)).div_(deviation.view(-1, 1, 1))


class ReluFirst(CNN):
    """The same network in the usual order."""

    def forward(self, x: Tensor) -> Tensor:
        for layer in (self.conv1, self.conv2, self.conv3):
            x = F.max_pool2d(F.relu(layer(x)), 2)
        return F.linear(x.flatten(1), self.dense.weight, self.dense.bias)


def plain_epochs(digits: Digits, device: torch.device) -> Callable[[], object]:
    """An epoch in the manner of the public example, ready to be run again and again."""
    loader = DataLoader(PerSample(digits), batch_size=CNN_RECIPE.batch, shuffle=True)
    model = ReluFirst().to(device)
    optimizer = Adam(model.parameters(), lr=CNN_RECIPE.rate)

    def epoch() -> None:
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            F.cross_entropy(model(augment(x, CNN_RECIPE.noise)), y).backward()
            optimizer.step()

    return epoch


def our_epochs(data: Samples, mixed: bool) -> Callable[[], object]:
    """An epoch of the talk's, in bfloat16 or not."""
    recipe = Recipe(rate=CNN_RECIPE.rate, batch=CNN_RECIPE.batch, epochs=1, noise=CNN_RECIPE.noise, mixed=mixed)
    model = CNN()
    optimizer = ready(model, data.x.device, recipe.rate)
    return lambda: run_epoch(model, optimizer, data, recipe)


def seconds(epoch: Callable[[], object], device: torch.device) -> float:
    """How long one epoch takes, until the device has finished it."""
    start = perf_counter()
    epoch()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return perf_counter() - start


def compare_epochs(digits: Digits, device: torch.device, rounds: int) -> None:
    """Print the seconds of each loop and how much faster ours are."""
    data = samples(digits, device)
    loops = {PLAIN: plain_epochs(digits, device), FLOAT32: our_epochs(data, mixed=False)}
    if has_bfloat16(device):
        loops[BFLOAT16] = our_epochs(data, mixed=True)
    warm_up = samples(Digits(digits.images[:1280], digits.labels[:1280]), device)
    our_epochs(warm_up, mixed=True)()
    times: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(rounds):
        for name, epoch in loops.items():
            times[name].append(seconds(epoch, device))
    print(f"A CNN epoch over {len(digits.labels):,} images, medians of {rounds} interleaved rounds:")
    for name, each in times.items():
        # Compared within each round: what disturbs one loop of it disturbs the others, too.
        ratio = statistics.median(plain / ours for plain, ours in zip(times[PLAIN], each, strict=True))
        bar = f", {verdict(ratio, RATIO_BARS[name], '.1f')}" if name in RATIO_BARS else ""
        spread = f"{statistics.median(each):6.2f} s ({min(each):.2f} to {max(each):.2f})"
        print(f"  {name:30} {spread}   {ratio:.2f} times as fast{bar}", flush=True)


def verdict(value: float, bar: float, form: str) -> str:
    """Whether a value reaches its bar, in words."""
    return f"{'reaches' if value >= bar else 'MISSES'} the bar of {bar:{form}}"


def full_trainings(mnist: MNIST, device: torch.device, seeds: int) -> None:
    """Train both networks as the talk does, once from each seed, and print their test accuracies."""
    split = hold_out(samples(mnist.train, device), 5_000)
    exam = samples(mnist.test, device)
    networks: dict[str, tuple[type[nn.Module], Recipe]] = {"MLP": (MLP, MLP_RECIPE), "CNN": (CNN, CNN_RECIPE)}
    for name, (kind, recipe) in networks.items():
        shares = [full_training(name, kind, recipe, split, exam, seed) for seed in range(seeds)]
        spread = f"mean {statistics.mean(shares):.2%}, {min(shares):.2%} to {max(shares):.2%}"
        print(
            f"{name}, {seeds} seeds: {spread}; the worst {verdict(min(shares), ACCURACY_BARS[name], '.1%')}", flush=True
        )


def full_training(name: str, kind: type[nn.Module], recipe: Recipe, split: Split, exam: Samples, seed: int) -> float:
    """Train one network in full and print how it went; its test accuracy, from the saved weights."""
    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        weights, start = Path(folder) / f"{name}.pt", perf_counter()
        history = train(kind(), split, recipe, weights)
        took, share = perf_counter() - start, test(kind(), weights, exam)
    print(
        f"{name}, seed {seed}: test accuracy {share:.2%}; "
        f"{took:.1f} s, best epoch {history.best} of {len(history.epochs)}, {history.reason}",
        flush=True,
    )
    return share


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round on 12,000 images, no full trainings")
    parser.add_argument("--rounds", type=int, default=3, help="epochs of each loop (default: 3)")
    parser.add_argument("--seeds", type=int, default=3, help="full trainings of each network (default: 3)")
    options = parser.parse_args()
    mnist, device = load(Path(__file__).parent), choose_device()
    print(f"device: {device_name(device)}, {torch.get_num_threads()} threads, torch {torch.__version__}", flush=True)
    if options.quick:
        compare_epochs(Digits(mnist.train.images[:12_000], mnist.train.labels[:12_000]), device, rounds=1)
    else:
        compare_epochs(mnist.train, device, options.rounds)
        full_trainings(mnist, device, options.seeds)


if __name__ == "__main__":
    main()
