"""The talk's drawings of neurons, living and artificial. Draws pyplot figures, which the notebook shows."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from torch import Tensor

from mnist_talk.figures import COLOURS, INK
from mnist_talk.neurons import PEAK, THRESHOLD, TICK, Points, Tree, grow, hops, potential, scatter, wire

BLUE, ORANGE, GREEN = COLOURS[:3]
GAP = 3.2  # between two layers, where two neurons of a layer are 1 apart
WIDTHS = np.geomspace(0.5, 12, 14)  # points: branches are drawn in that many strengths


def canvas() -> Axes:
    """Axes that show nothing of themselves, with one scale for both directions."""
    axes = plt.subplots()[1]
    axes.set_axis_off()
    axes.set_aspect("equal")
    return axes


def layered_network(sizes: Sequence[int], names: Sequence[str] = (), seed: int | None = None) -> None:
    """Draw a fully connected network from left to right, each layer in its colour and under its name.

    With a seed its links are of random strengths, as if it had learnt.
    """
    axes = canvas()
    colours = [BLUE, *[ORANGE] * (len(sizes) - 2), GREEN]
    top, space = (max(sizes) - 1) / 2 + 0.5, 0.55 if names else 0
    layers = [[(GAP * place, (size - 1) / 2 - row) for row in range(size)] for place, size in enumerate(sizes)]
    for left, right in pairwise(layers):
        connect(axes, [(start, end) for start in left for end in right], seed)
    for layer, colour in zip(layers, colours, strict=True):
        across, up = zip(*layer, strict=True)
        axes.scatter(across, up, s=1250, color=colour, zorder=3)
    for place, name in enumerate(names):
        axes.text(GAP * place, top + 0.05, name, ha="center", va="bottom", color=INK, fontsize=17)
    axes.set(xlim=(-0.5, GAP * (len(sizes) - 1) + 0.5), ylim=(-top, top + space))


def connect(axes: Axes, links: Sequence[Sequence[tuple[float, float]]], seed: int | None) -> None:
    """Draw the links between two layers: all alike, or every fifth of them strong."""
    strong = np.zeros(len(links), bool)
    if seed is not None:
        strong[np.random.default_rng((seed, len(links))).permutation(len(links))[::5]] = True
    for chosen, colour, width, alpha in ((~strong, INK, 1.4, 0.45), (strong, ORANGE, 5.0, 1.0)):
        ends = [link for link, is_chosen in zip(links, chosen, strict=True) if is_chosen]
        axes.add_collection(LineCollection(ends, colors=colour, linewidths=width, alpha=alpha, zorder=1 + (width > 2)))


def grown_neuron(seed: int) -> None:
    """Draw a neuron whose dendrites and axon grew by space colonisation, tapering as they branch."""
    random = np.random.default_rng(seed)
    dendrites = grow(np.zeros((1, 2)), fan(1500, random), 0.025)
    way = np.linspace(0, 3.1, 80)
    axon = grow(np.column_stack([way, 0.12 * np.sin(1.7 * way)]), bush(260, random), 0.025)
    axes = canvas()
    branches(axes, axon, ORANGE, 0.7)
    branches(axes, dendrites, BLUE, 0.65)
    axes.scatter(0, 0, s=900, color=BLUE, zorder=3)
    axes.text(-1.75, -1.02, "dendrites", color=BLUE, ha="center", va="center", fontsize=18)
    axes.text(1.6, 0.15, "axon", color=ORANGE, ha="center", va="bottom", fontsize=18)
    axes.set(xlim=(-2.3, 4.3), ylim=(-1.2, 1.2))


def fan(count: int, random: np.random.Generator) -> Points:
    """Targets all around the origin but mostly to its left, where the dendrites spread out."""
    angle = np.pi + random.normal(0, 0.85, count)
    away = np.sqrt(random.uniform(0.02, 1, count)) * (0.62 + 0.38 * np.cos(angle - np.pi))
    return np.column_stack([1.95 * away * np.cos(angle), 1.6 * away * np.sin(angle)])


def bush(count: int, random: np.random.Generator) -> Points:
    """Targets beyond the end of the axon, where its terminals are."""
    angle, away = random.uniform(-1.25, 1.25, count), np.sqrt(random.uniform(0.04, 1, count))
    return np.column_stack([3.1 + 1.15 * away * np.cos(angle), 1.12 * away * np.sin(angle) - 0.1])


def branches(axes: Axes, tree: Tree, colour: str, finest: float) -> None:
    """Draw a tree; where it branches, the cross-sections of the branches add up to that of their stem."""
    widths = finest * np.sqrt(tree.leaves()[1:])
    strength = np.digitize(widths, WIDTHS)
    for number in np.unique(strength):
        children = np.flatnonzero(strength == number) + 1
        ends = np.stack([tree.points[tree.parents[children]], tree.points[children]], axis=1)
        gaps = np.full((len(children), 1, 2), np.nan)
        across, up = np.concatenate([ends, gaps], axis=1).reshape(-1, 2).T
        width = float(widths[strength == number].mean())
        axes.plot(across, up, color=colour, linewidth=width, solid_capstyle="round")


def neuron_field(seed: int, count: int = 700) -> None:
    """Draw many neurons and their links; in orange one that fires and, ever paler, those that it may reach."""
    random = np.random.default_rng(seed)
    points = scatter(count, (12, 4.5), 0.15, random)
    pairs = wire(points, 0.45, random)
    steps = hops(count, pairs, int(np.linalg.norm(points - (5, 2.2), axis=1).argmin()))
    axes = canvas()
    links(axes, points[pairs], INK, 0.7, 0.3)
    for step, strength in ((4, 0.25), (3, 0.4), (2, 0.7), (1, 1.0)):
        links(
            axes, points[pairs[(np.sort(steps[pairs], axis=1) == (step - 1, step)).all(axis=1)]], ORANGE, 1.6, strength
        )
    reached = (steps >= 0) & (steps < 5)
    size = random.choice((5, 6, 7, 8, 10, 12), count, p=(0.2, 0.25, 0.25, 0.15, 0.1, 0.05))
    for points_across in np.unique(size):
        for colour, chosen in ((BLUE, ~reached), (ORANGE, reached)):
            across, up = points[chosen & (size == points_across)].T
            axes.plot(across, up, "o", color=colour, markersize=points_across, markeredgewidth=0)
    axes.set(xlim=(-0.1, 12.1), ylim=(-0.1, 4.6))


def links(axes: Axes, ends: Points, colour: str, width: float, alpha: float) -> None:
    """Draw a gently bent line between each pair of points (N, 2, 2), all of them as one path."""
    start, end = ends[:, 0], ends[:, 1]
    across = (end - start)[:, ::-1] * (0.18, -0.18)
    corners = np.stack([start, (start + end) / 2 + across, end], axis=1).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, Path.CURVE3, Path.CURVE3], len(ends))
    axes.add_patch(PathPatch(Path(corners, codes), fill=False, edgecolor=colour, linewidth=width, alpha=alpha))


def all_or_none(stimuli: Mapping[str, float]) -> None:
    """Draw each stimulus (millivolts) under the spikes with which one neuron answers it."""
    grid = plt.subplots(2, len(stimuli), sharex=True, sharey="row", height_ratios=(2.4, 1))[1]
    times = np.arange(0, 120, TICK)
    for (name, lift), (above, below) in zip(stimuli.items(), grid.T, strict=True):
        stimulus = np.where((times >= 15) & (times < 105), lift, 0.0)
        course = potential(stimulus)
        above.plot(times, course, color=BLUE, linewidth=2)
        above.axhline(THRESHOLD, color=INK, linestyle="--", linewidth=1.5)
        above.set(title=f"{name}: {(course == PEAK).sum()} spikes", yticks=(-70, 0, 35))
        below.plot(times, stimulus, color=ORANGE)
        below.set(xlabel="milliseconds", xticks=(0, 50, 100), yticks=(0, 20, 40), ylim=(-3, 46))
    grid[0, 0].set_ylabel("potential (mV)")
    grid[1, 0].set_ylabel("stimulus")
    grid[0, 0].text(118, THRESHOLD + 5, "threshold", ha="right", va="bottom", color=INK)


def activations(functions: Mapping[str, Callable[[Tensor], Tensor]]) -> None:
    """Draw each function in a plot of its own, all to the same scale."""
    grid = plt.subplots(2, -(-len(functions) // 2), sharex=True, sharey=True)[1]
    points = torch.linspace(-4, 4, 401)
    for (name, function), axes in zip(functions.items(), grid.flat, strict=True):
        for line in (axes.axhline, axes.axvline):
            line(0, color=INK, linewidth=1, alpha=0.3)
        axes.plot(points, function(points), linewidth=3.5)
        axes.set(title=name, xticks=(-4, 0, 4), yticks=(0, 2, 4), ylim=(-1.4, 4.2))
