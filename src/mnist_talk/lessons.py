"""Small experiments of the talk's first half, and their pictures. Trains no network, reads no file."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from torch import Tensor
from torch.optim import SGD, Optimizer

from mnist_talk.figures import COLOURS, INK

START = (-1.8, 2.8)  # weight and bias with which every descent begins
WEIGHTS, BIASES = (-2.5, 4.1), (-3.3, 3.4)  # the part of the landscape that is drawn
EDGES = torch.tensor([[-1.0, 0.0, 1.0]] * 3)  # is there more ink to the right than to the left?
CENTRES = torch.tensor([[-1.5, -0.6], [0.2, 1.2], [1.6, -0.8]])  # of the three clouds
NOISE = 0.3  # how far a point of the wave is off: the standard deviation


class Pairs(NamedTuple):
    """Inputs x (N,) and what is wanted for them, y (N,)."""

    x: Tensor
    y: Tensor


def price_of_doubt(shares: Sequence[float]) -> None:
    """Draw the cross entropy over the probability given to the right answer; some of them with their value."""
    probability = torch.linspace(0.004, 1, 250)
    plt.plot(probability, -probability.log())
    for share in shares:
        loss = -math.log(share)
        plt.plot(share, loss, "o", color=COLOURS[1], markersize=11)
        words = f"{share:g} costs {loss:.2f}"
        plt.annotate(words, (share, loss), (14, 10), textcoords="offset points", annotation_clip=False)
    # The axis ends at 1, as probabilities do; the last words stand outside of it.
    axes = plt.gca()
    axes.set(xlabel="probability given to the right answer", ylabel="loss", xlim=(0, 1), ylim=(0, 5.5))
    axes.set(xticks=(0, 0.5, 1))


# ---- With labels, and without ----


def clouds(count: int = 90, seed: int = 5) -> tuple[Tensor, Tensor]:
    """Points (N, 2) around three centres, and to which they belong (N,)."""
    labels = torch.arange(count) % len(CENTRES)
    noise = torch.randn(count, 2, generator=torch.Generator().manual_seed(seed))
    return CENTRES[labels] + 0.5 * noise, labels


def group(points: Tensor, count: int, rounds: int = 20) -> Tensor:
    """K-means: to which of `count` groups (N,) each point belongs, found without any label."""
    centres = points[:count]
    for _ in range(rounds):
        nearest = torch.cdist(points, centres).argmin(dim=1)
        centres = torch.stack([points[nearest == number].mean(dim=0) for number in range(count)])
    return nearest


def scatter(points: Tensor, kinds: Sequence[Tensor | None], titles: Sequence[str]) -> None:
    """Draw the points once for each of `kinds`, in colours and shapes by kind, or alike where there is none."""
    panels = plt.subplots(len(kinds), 1, squeeze=False)[1].flat
    for axes, kind, title in zip(panels, kinds, titles, strict=True):
        axes.set(title=title, xticks=(), yticks=())
        if kind is None:
            axes.plot(*points.T, "o", color=INK, alpha=0.55, markersize=8)
            continue
        for number, (marker, colour) in enumerate(zip("os^", COLOURS, strict=False)):
            axes.plot(*points[kind == number].T, marker, color=colour, markersize=8)


# ---- One neuron, two numbers to learn ----


def two_kinds(count: int = 128, seed: int = 0) -> Pairs:
    """Numbers of two kinds, 0 and 1, that overlap a little."""
    y = (torch.arange(count) % 2).float()
    noise = torch.randn(count, generator=torch.Generator().manual_seed(seed))
    return Pairs(2 * y - 0.3 + noise, y)


def mean_loss(pairs: Pairs, weight: Tensor, bias: Tensor) -> Tensor:
    """The cross entropy of a sigmoid neuron, for each of the weights and biases (…) given."""
    score = weight[..., None] * pairs.x + bias[..., None]  # (…, N)
    losses = F.binary_cross_entropy_with_logits(score, pairs.y.expand_as(score), reduction="none")
    return losses.mean(-1)


def descend(
    pairs: Pairs, batch: int, passes: int, rate: float, rule: Callable[..., Optimizer] = SGD, seed: int = 0
) -> Tensor:
    """Weight and bias (steps + 1, 2) on the way down: one step a batch, all pairs seen in each pass."""
    weight, bias = (torch.tensor(value, requires_grad=True) for value in START)
    optimizer = rule([weight, bias], lr=rate)
    generator = torch.Generator().manual_seed(seed)
    path = [START]
    for _ in range(passes):
        for chosen in torch.randperm(len(pairs.y), generator=generator).split(batch):
            optimizer.zero_grad()
            mean_loss(Pairs(pairs.x[chosen], pairs.y[chosen]), weight, bias).backward()
            optimizer.step()
            path.append((weight.item(), bias.item()))
    return torch.tensor(path)


def landscape(pairs: Pairs) -> Axes:
    """Draw the loss over weight and bias as contours, its lowest point marked."""
    weight, bias = torch.meshgrid(torch.linspace(*WEIGHTS, 121), torch.linspace(*BIASES, 121), indexing="xy")
    loss = mean_loss(pairs, weight, bias)
    levels = [float(loss.min() + (0.12 * step) ** 2) for step in range(1, 16)]  # wider apart where it is steeper
    axes = plt.gca()
    for level in levels:  # each layer darkens all that is higher: neighbours show no seam
        axes.contourf(weight, bias, loss, levels=[level, float(loss.max()) + 1], colors=[COLOURS[0]], alpha=0.035)
    axes.contour(weight, bias, loss, levels=levels, colors=[INK], linewidths=0.8, alpha=0.35)
    lowest = loss.argmin()
    axes.plot(weight.flatten()[lowest], bias.flatten()[lowest], "+", color=INK, markersize=15, markeredgewidth=3)
    axes.set(xlabel="weight", ylabel="bias", xlim=WEIGHTS, ylim=BIASES, aspect="equal")
    return axes


def descent(pairs: Pairs, path: Tensor) -> None:
    """Draw one way down, an arrow for each step."""
    axes = landscape(pairs)
    arrow: dict[str, Any] = {"color": COLOURS[1], "linewidth": 2.5, "mutation_scale": 16, "shrinkA": 0, "shrinkB": 0}
    for here, there in pairwise(path.tolist()):
        axes.annotate("", there, here, arrowprops={"arrowstyle": "-|>", **arrow})
    axes.plot(*START, "o", color=COLOURS[1], markersize=12)
    axes.annotate("start", START, (-12, 14), textcoords="offset points")


def descents(pairs: Pairs, paths: Mapping[str, Tensor], lit: Sequence[str]) -> None:
    """Draw several ways down the same landscape: some are lit, the others stand back."""
    axes = landscape(pairs)
    colours = [COLOURS[number] for number in (1, 3, 2, 4)]  # no blue: that is the landscape
    for (name, path), colour in zip(paths.items(), colours, strict=False):
        if name in lit:
            few = len(path) < 100
            look: dict[str, Any] = {"marker": "o", "markersize": 7} if few else {"linewidth": 1.8}
            axes.plot(*path.T, color=colour, label=name, zorder=4, **look)
        else:
            axes.plot(*path.T, color=INK, alpha=0.3, linewidth=1.2)
    axes.plot(*START, "o", color=INK, markersize=12, zorder=5)
    axes.legend(loc="lower left")


# ---- Learning by heart ----


def noisy_wave(count: int, seed: int) -> Pairs:
    """Points of one period of a sine, each a little off."""
    x = torch.linspace(-1, 1, count, dtype=torch.float64)
    noise = torch.randn(count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return Pairs(x, torch.sin(torch.pi * x) + NOISE * noise)


def powers(x: Tensor, degree: int) -> Tensor:
    """1, x, x², … for each x: (N, degree + 1)."""
    return x[:, None] ** torch.arange(degree + 1)


def fit(pairs: Pairs, degree: int, penalty: float = 0.0) -> Tensor:
    """The polynomial (degree + 1,) of least squared error, large coefficients punished by the penalty."""
    rows = math.sqrt(penalty * len(pairs.x)) * torch.eye(
        degree + 1, dtype=torch.float64
    )  # each wants a coefficient to be 0
    inputs, wanted = torch.cat([powers(pairs.x, degree), rows]), torch.cat([pairs.y, rows.new_zeros(degree + 1)])
    # The usual driver's last digits vary from call to call.
    polynomial: Tensor = torch.linalg.lstsq(inputs, wanted, driver="gels").solution
    return polynomial


def squared_error(polynomial: Tensor, pairs: Pairs) -> float:
    """How far off a polynomial is, on average."""
    return float((powers(pairs.x, len(polynomial) - 1) @ polynomial - pairs.y).square().mean())


def curves(axes: Axes, pairs: Pairs, polynomials: Mapping[str, Tensor]) -> None:
    """Draw points and the polynomials that try to follow them."""
    x = torch.linspace(-1, 1, 301, dtype=torch.float64)
    for (name, polynomial), colour in zip(polynomials.items(), (COLOURS[1], COLOURS[0]), strict=False):
        axes.plot(x, powers(x, len(polynomial) - 1) @ polynomial, color=colour, label=name)
    axes.plot(*pairs, "o", color=INK, markersize=8, zorder=3)
    axes.set(xlabel="input", ylabel="output", ylim=(-2, 2))


def overfitting(train: Pairs, test: Pairs, degrees: Sequence[int], shown: Sequence[int]) -> None:
    """Draw two of the polynomials, and beside them the errors of all."""
    fits = {degree: fit(train, degree) for degree in degrees}
    left, right = plt.subplots(1, 2)[1]
    curves(left, train, {f"degree {degree}": fits[degree] for degree in shown})
    left.legend(loc="upper left")
    for name, pairs, colour in (("train", train, INK), ("test", test, COLOURS[2])):
        errors = [squared_error(polynomial, pairs) for polynomial in fits.values()]
        right.plot(degrees, errors, "o-", color=colour)
        right.annotate(name, (degrees[-1], errors[-1]), (10, 0), textcoords="offset points", color=colour, va="center")
    right.set(xlabel="degree", ylabel="mean squared error", yscale="log")
    right.yaxis.set(major_formatter="{x:g}", minor_locator=NullLocator())


# ---- Neighbourhoods ----


def convolve(image: Tensor, kernel: Tensor) -> Tensor:
    """Each place of the image (H, W): the sum of its neighbourhood times the kernel (3, 3)."""
    return F.conv2d(image[None, None], kernel[None, None], padding=1)[0, 0]


def pool(image: Tensor) -> Tensor:
    """The largest of each 2 × 2 pixels: (H, W) -> (H / 2, W / 2)."""
    return F.max_pool2d(image[None], 2)[0]


def pixels(axes: Axes, values: Tensor, most: float) -> None:
    """Draw each value (H, W) as a square: ink for positive ones, orange for negative ones, nothing for zero."""
    places = [(row, column, float(values[row, column])) for row, column in values.nonzero().tolist()]
    squares = [Rectangle((column - 0.46, row - 0.46), 0.92, 0.92) for row, column, _ in places]
    colours = [to_rgba(INK if value > 0 else COLOURS[1], min(abs(value) / most, 1)) for _, _, value in places]
    axes.add_collection(PatchCollection(squares, facecolors=colours, linewidths=0, clip_on=False))
    rows, columns = values.shape
    axes.set(xlim=(-1, columns), ylim=(rows, -1), aspect="equal")
    axes.axis("off")
    axes.add_patch(
        Rectangle((-0.5, -0.5), columns, rows, fill=False, edgecolor=INK, linewidth=1, alpha=0.4, clip_on=False)
    )


def numbers(axes: Axes, values: Tensor, colours: Sequence[Sequence[str]], written: str) -> None:
    """Write each value (H, W) into a square of its colour."""
    rows, columns = values.shape
    for row in range(rows):
        for column in range(columns):
            ground = to_rgba(colours[row][column], 0.25)
            axes.add_patch(
                Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, facecolor=ground, linewidth=0, clip_on=False)
            )
            number = format(float(values[row, column]), written).replace("-", "−")
            axes.text(column, row, number, ha="center", va="center", size=16)
    axes.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), aspect="equal")
    axes.axis("off")


def window(axes: Axes, row: int, column: int, size: int) -> None:
    """Mark a square of pixels by its upper left one."""
    frame = Rectangle(
        (column - 0.5, row - 0.5), size, size, fill=False, edgecolor=COLOURS[0], linewidth=3, zorder=5, clip_on=False
    )
    axes.add_patch(frame)


def convolution(image: Tensor, kernel: Tensor, row: int, column: int) -> None:
    """Draw an image, a kernel and what the one finds in the other; a neighbourhood and its result are marked."""
    left, middle, right = plt.subplots(1, 3, width_ratios=(1, 0.6, 1))[1]
    found = convolve(image, kernel)
    pixels(left, image, most=1)
    window(left, row - 1, column - 1, 3)
    numbers(
        middle,
        kernel,
        [[INK if weight > 0 else COLOURS[1] if weight < 0 else "none" for weight in line] for line in kernel],
        written="g",
    )
    pixels(right, found, most=float(found.abs().max()))
    window(right, row, column, 1)
    for axes, title in ((left, "image"), (middle, "kernel"), (right, "feature map")):
        axes.set_title(title)
    for sign, place in (("∗", -0.3), ("=", 1.2)):
        middle.text(place, 0.5, sign, transform=middle.transAxes, ha="center", va="center", size=28)


def pooling(image: Tensor, row: int, column: int) -> None:
    """Draw a feature map and its pooled form, and between them one window's numbers and the largest of each 2 × 2."""
    whole, before, after, pooled = plt.subplots(1, 4, width_ratios=(1, 0.7, 0.35, 0.5))[1]
    most = float(image.max())
    pixels(whole, image, most)
    window(whole, row, column, 4)
    quarter = [[COLOURS[2 * (r // 2) + c // 2] for c in range(4)] for r in range(4)]
    numbers(before, image[row : row + 4, column : column + 4], quarter, written=".1f")
    numbers(after, pool(image[row : row + 4, column : column + 4]), [line[::2] for line in quarter[::2]], written=".1f")
    pixels(pooled, pool(image), most)
    window(pooled, row // 2, column // 2, 2)
    titles = ("feature map, 28 × 28", "the marked 4 × 4", "largest", "14 × 14")
    for axes, title in zip((whole, before, after, pooled), titles, strict=True):
        axes.set_title(title)
