"""The talk's plots and their one style. Draws pyplot figures, which the notebook shows; computes nothing."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from torch import Tensor

from mnist_talk.training import History

INK = "#22303c"
# The paper is transparent, so that the slide's own ground shows through.
PAPER_TO_INK = LinearSegmentedColormap.from_list("ink", [to_rgba(INK, 0), to_rgba(INK, 1)])
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # told apart by colour-blind people too
STYLE: dict[str, Any] = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 15,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 16,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "font.size": 15,  # points; a figure's inch is 96 CSS pixels, so this is 20 of them
    "image.interpolation": "nearest",
    "legend.fontsize": 15,
    "legend.frameon": False,
    "lines.linewidth": 2.5,
    "savefig.facecolor": "none",
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 14,
    "ytick.color": INK,
    "ytick.labelsize": 14,
}


def use_style() -> None:
    """Draw all further figures in the talk's style."""
    plt.style.use(STYLE)


def draw_ink(axes: Axes, image: Tensor, darkest: float) -> None:
    """Draw an image (H, W) in ink; by its name it is known as such, and is light where the ground is dark."""
    name = f"ink-{plt.gcf().axes.index(axes)}"
    axes.imshow(image.numpy(), PAPER_TO_INK, vmin=0, vmax=darkest, gid=name)


def digit_grid(images: Tensor, titles: Sequence[str] = (), columns: int = 10) -> None:
    """Draw images (N, 28, 28) row by row, each under its title if it has one."""
    rows = -(-len(images) // columns)
    _, grid = plt.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, image in zip(grid.flat, images, strict=False):
        draw_ink(axes, image, image.max().item())
    for axes, title in zip(grid.flat, titles, strict=False):
        axes.set_title(title)


def pixel_values(image: Tensor, top: int, left: int, size: int = 9) -> None:
    """Draw an image (28, 28) beside the values of a square window of it."""
    whole, window = plt.subplots(1, 2, width_ratios=(1, 1.15))[1]
    draw_ink(whole, image, 255)
    for axes, corner in ((whole, (left - 0.5, top - 0.5)), (window, (-0.5, -0.5))):
        frame = Rectangle(corner, size, size, fill=False, color=COLOURS[1], linewidth=3, clip_on=False)
        axes.add_patch(frame)
    whole.set(xticks=(0, 9, 18, 27), yticks=(0, 9, 18, 27), xlabel="column", ylabel="row")
    draw_ink(window, image[top : top + size, left : left + size], 255)
    window.axis("off")
    for row in range(size):
        for column in range(size):
            value = int(image[top + row, left + column])
            window.text(column, row, str(value), ha="center", va="center", color="white" if value > 140 else INK)


def learning_curves(histories: Mapping[str, History]) -> None:
    """Draw loss and held-out errors of each training; a dotted line marks a drop of the learning rate."""
    loss_axes, error_axes = plt.subplots(1, 2)[1]
    for (name, history), colour in zip(histories.items(), COLOURS, strict=False):
        numbers = range(1, len(history.epochs) + 1)
        loss_axes.plot(numbers, [epoch.loss for epoch in history.epochs], "o-", color=colour, label=name)
        error_axes.plot(numbers, [100 * (1 - epoch.accuracy) for epoch in history.epochs], "o-", color=colour)
        mark_drops(loss_axes, history)
        mark_drops(error_axes, history)
    loss_axes.set_ylabel("training loss")
    error_axes.set_ylabel("held-out errors in %")
    for axes in (loss_axes, error_axes):
        axes.set(xlabel="epoch", yscale="log")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter="{x:g}", minor_locator=NullLocator())
    if len(histories) > 1:
        loss_axes.legend()


def mark_drops(axes: Axes, history: History) -> None:
    """Draw a dotted line before each epoch that began with a lower rate than the one before."""
    rates = [epoch.rate for epoch in history.epochs]
    for number, (before, after) in enumerate(pairwise(rates), start=1):
        if after < before:
            axes.axvline(number + 0.5, color=INK, linestyle=":", linewidth=1.5)
