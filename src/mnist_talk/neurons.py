"""Neurons as numbers: one grows, one fires, many are wired up. Draws nothing."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (N, 2): one point a row
Whole = NDArray[np.int64]

REST, THRESHOLD, PEAK, RESET = -70.0, -55.0, 35.0, -76.0  # millivolts
TICK = 0.1  # milliseconds
LEAK = 10.0  # milliseconds in which most of a charge is lost
PAUSE = 20  # ticks after a spike in which the neuron does not react


class Tree(NamedTuple):
    """Points that grew one from the other; a parent stands before its children."""

    points: Points
    parents: Whole  # the first point has -1

    def leaves(self) -> NDArray[np.float64]:
        """How many tips each point feeds."""
        fed = np.zeros(len(self.points))
        fed[np.setdiff1d(np.arange(len(self.points)), self.parents)] = 1
        for child in range(len(self.points) - 1, 0, -1):
            fed[self.parents[child]] += fed[child]
        return fed


def grow(stem: Points, targets: Points, step: float) -> Tree:
    """Grow a tree out of a stem by space colonisation: each target pulls at the nearest point until it is reached."""
    tree = Tree(stem, np.arange(-1, len(stem) - 1))
    nearest, distance = closest(targets, stem)
    while (pulling := distance > step).any():
        shoots, origins = sprout(tree.points, targets[pulling], nearest[pulling], step)
        best, reach = closest(targets, shoots)
        closer = reach < distance
        kept = np.unique(best[closer])  # a shoot that comes closer to nothing is stuck between two targets
        if not len(kept):
            break
        nearest[closer] = len(tree.points) + np.searchsorted(kept, best[closer])
        distance[closer] = reach[closer]
        tree = Tree(np.vstack([tree.points, shoots[kept]]), np.append(tree.parents, origins[kept]))
    return tree


def closest(targets: Points, points: Points) -> tuple[Whole, NDArray[np.float64]]:
    """For each target which point is nearest, and how far away that is."""
    distances = np.linalg.norm(targets[:, None] - points[None], axis=2)
    nearest = distances.argmin(axis=1)
    return nearest, distances[np.arange(len(targets)), nearest]


def sprout(points: Points, targets: Points, nearest: Whole, step: float) -> tuple[Points, Whole]:
    """A step from each point that is pulled at, in the mean direction of the pull; and the points where they begin."""
    pull = np.zeros_like(points)
    away = targets - points[nearest]
    np.add.at(pull, nearest, away / np.linalg.norm(away, axis=1, keepdims=True))
    origins = np.unique(nearest)
    strength = np.linalg.norm(pull[origins], axis=1, keepdims=True)
    return points[origins] + step * pull[origins] / np.maximum(strength, 1e-9), origins


def potential(stimulus: NDArray[np.float64]) -> NDArray[np.float64]:
    """The membrane potential of a leaky integrate-and-fire neuron, tick by tick.

    The stimulus is given in the millivolts by which it would lift the potential if nothing fired.
    """
    course, level, asleep = np.empty_like(stimulus), REST, 0
    for tick, lift in enumerate(stimulus):
        asleep = max(0, asleep - 1)
        if not asleep:
            level += (REST + lift - level) * TICK / LEAK
        fires = level >= THRESHOLD
        course[tick] = PEAK if fires else level
        if fires:
            level, asleep = RESET, PAUSE
    return course


def scatter(count: int, size: tuple[float, float], apart: float, random: np.random.Generator) -> Points:
    """Throw points onto a rectangle until there are so many that none is too near to another."""
    kept: list[Any] = []
    while len(kept) < count:
        point = random.random(2) * size
        if not kept or np.linalg.norm(np.array(kept) - point, axis=1).min() >= apart:
            kept.append(point)
    return np.array(kept)


def wire(points: Points, reach: float, random: np.random.Generator) -> Whole:
    """Pairs of points that are linked: the nearer, the more likely, as in cortex."""
    first, second = np.triu_indices(len(points), 1)
    distance = np.linalg.norm(points[first] - points[second], axis=1)
    linked = random.random(len(distance)) < np.exp(-((distance / reach) ** 2))
    return np.column_stack([first[linked], second[linked]])


def hops(count: int, pairs: Whole, start: int) -> Whole:
    """How many links away each of the points is from the start; -1 where no way leads."""
    steps = np.full(count, -1)
    steps[start], wave = 0, {start}
    neighbours: dict[int, set[int]] = {}
    for one, other in pairs.tolist():
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    while wave:
        before = steps[next(iter(wave))]
        wave = {near for point in wave for near in neighbours.get(point, set()) if steps[near] < 0}
        steps[list(wave)] = before + 1
    return steps
