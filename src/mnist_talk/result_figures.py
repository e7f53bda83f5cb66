"""Plots of what trained networks do. Draws what `results` found, in the style of `figures`; computes nothing."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullFormatter
from torch import Tensor

from mnist_talk.figures import COLOURS, INK, PAPER_TO_INK
from mnist_talk.results import DIGITS, Gain

# Paper shows through where a weight is zero, so both signs are as strong in light as in dark.
SIGNED = LinearSegmentedColormap.from_list(
    "signed",
    [(0, to_rgba(COLOURS[1])), (0.5, to_rgba(COLOURS[1], 0)), (0.5, to_rgba(COLOURS[0], 0)), (1, to_rgba(COLOURS[0]))],
)
SHEET = LinearSegmentedColormap.from_list("sheet", [to_rgba(INK, 0.08), to_rgba(INK, 1)])


def confusion_matrix(counts: Tensor) -> None:
    """Draw how often each digit (row) was given each name (column); the mistakes are what stands out."""
    axes = plt.subplots()[1]
    mistakes = counts - counts.diag().diag()
    most = int(mistakes.max())
    for row in range(DIGITS):
        for column in range(DIGITS):
            if count := int(counts[row, column]):
                colour, strength = (INK, 0.1) if row == column else (COLOURS[1], 0.15 + 0.6 * count / most)
                axes.add_patch(
                    Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, color=to_rgba(colour, strength), lw=0)
                )
                axes.text(
                    column, row, f"{count:,}", ha="center", va="center", weight="normal" if row == column else "bold"
                )
    axes.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), xticks=range(DIGITS), yticks=range(DIGITS))
    axes.set(xlabel="what the network said", ylabel="what it is")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def filters_and_maps(filters: Tensor, maps: Tensor, columns: int = 8) -> None:
    """Draw filters (N, 1, 3, 3), each above what it finds in an image (N, 14, 14)."""
    strongest = filters.abs().max().item()
    rows = 2 * (len(filters) // columns)
    grid = plt.subplots(rows, columns)[1]
    for number, (kernel, found) in enumerate(zip(filters.squeeze(1), maps, strict=True)):
        above, below = grid[2 * (number // columns) : 2 * (number // columns) + 2, number % columns]
        above.imshow(kernel.numpy(), SIGNED, vmin=-strongest, vmax=strongest)
        sheet(below, found)
        above.set(xticks=(), yticks=())
        above.spines[:].set(visible=True, linewidth=0.8)
        below.axis("off")


def journey(image: Tensor, layers: Sequence[Tensor], shares: Tensor) -> None:
    """Draw an image (28, 28), its feature maps layer by layer, and the answer as ten shares."""
    whole, *stacks, answer = plt.subplots(
        1, len(layers) + 2, width_ratios=(1, 1, 0.5, 0.5, 0.5), layout=ConstrainedLayoutEngine(wspace=0.1)
    )[1]
    whole.imshow(image.numpy(), PAPER_TO_INK, gid="ink-image")
    for axes, maps in zip(stacks, layers, strict=True):
        sheet(axes, tiled(maps, columns=4))
        axes.set_box_aspect(len(maps) / 16)  # all stacks are of one height
    for axes, shape in zip((whole, *stacks), (image.shape, *(maps.shape for maps in layers)), strict=True):
        axes.set(title=" × ".join(map(str, shape)), aspect="auto")
        axes.axis("off")
    whole.set_box_aspect(1)
    answer.barh(range(DIGITS), shares.numpy(), color=COLOURS[0])
    answer.set(yticks=range(DIGITS), ylim=(9.5, -0.5), xlim=(0, 1), xticks=(), title="10", box_aspect=2)
    answer.tick_params(axis="y", length=0)
    answer.spines[:].set_visible(False)


def sheet(axes: Axes, maps: Tensor) -> None:
    """Draw feature maps as ink; what is not a number stays empty."""
    axes.imshow(maps.numpy(), SHEET, vmin=0, vmax=max(maps.nan_to_num().max().item(), 1e-6), gid="ink-maps")


def tiled(maps: Tensor, columns: int) -> Tensor:
    """Maps (N, h, w) side by side in rows, each as strong as can be, with a gap between them that is not a number."""
    strongest = maps.amax(dim=(1, 2), keepdim=True).clamp(min=1e-6)
    height, width = maps.shape[1:]
    gap = max(1, height // 6)
    rows = []
    for row in (maps / strongest).split(columns):
        framed = torch.full((columns, height + gap, width + gap), torch.nan)
        framed[: len(row), :height, :width] = row
        rows.append(torch.cat(list(framed), dim=1))
    return torch.cat(rows)[:-gap, :-gap]


def error_curves(gains: Sequence[Gain]) -> None:
    """Draw the test errors of both networks against the number of images they learnt from."""
    images = [gain.images for gain in gains]
    axes = plt.subplots()[1]
    for name, shares, mark in (("MLP", [g.mlp for g in gains], "o"), ("CNN", [g.cnn for g in gains], "s")):
        errors = [100 * (1 - share) for share in shares]
        (line,) = axes.plot(images, errors, f"{mark}-", markersize=9)
        axes.annotate(
            name, (images[-1], errors[-1]), (14, 0), textcoords="offset points", va="center", color=line.get_color()
        )
    axes.set(xscale="log", yscale="log", xlabel="training images", ylabel="test errors in %")
    axes.set_xticks(images, [f"{count:,}" for count in images])
    axes.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter="{x:g}", minor_formatter=NullFormatter())
    axes.minorticks_off()


def error_bars(errors: Mapping[str, int]) -> None:
    """Draw how many images each network named wrongly, one bar below the other."""
    axes = plt.subplots()[1]
    bars = axes.barh(list(errors), list(errors.values()), color=COLOURS[: len(errors)])
    axes.bar_label(bars, padding=8, fontsize=18, fontweight="bold")
    axes.invert_yaxis()
    axes.set(xticks=(), xlim=(0, 1.1 * max(errors.values())), xlabel="test images named wrongly")
    axes.tick_params(length=0, labelsize=18)
    axes.spines[:].set_visible(False)
