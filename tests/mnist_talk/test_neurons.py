"""Neurons grow to what pulls at them, fire all or nothing, and are wired to their neighbours."""

import numpy as np
import pytest

from mnist_talk.neurons import PEAK, REST, THRESHOLD, Tree, grow, hops, potential, scatter, wire


def test_a_tree_reaches_nearly_every_target_in_steps_of_one_length() -> None:
    targets = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    tree = grow(np.zeros((1, 2)), targets, 0.05)
    distances = np.linalg.norm(targets[:, None] - tree.points[None], axis=2).min(axis=1)
    assert (distances <= 0.05).mean() > 0.8
    assert distances.max() < 0.2
    steps = np.linalg.norm(tree.points[1:] - tree.points[tree.parents[1:]], axis=1)
    assert steps == pytest.approx(0.05)


def test_a_tree_grows_out_of_its_stem() -> None:
    stem = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    tree = grow(stem, np.array([[3.0, 0.0]]), 0.5)
    assert tree.points[:3].tolist() == stem.tolist()
    assert tree.parents.tolist() == [-1, 0, 1, 2]


def test_growth_ends_where_two_targets_pull_equally() -> None:
    tree = grow(np.zeros((1, 2)), np.array([[-1.0, 0.0], [1.0, 0.0]]), 0.1)
    assert len(tree.points) == 1


def test_a_stem_feeds_all_its_tips() -> None:
    tree = Tree(np.zeros((5, 2)), np.array([-1, 0, 1, 1, 3]))
    assert tree.leaves().tolist() == [2, 2, 1, 1, 1]


@pytest.mark.parametrize(("lift", "spikes"), [(0, 0), (14.9, 0), (18, 4), (36, 10)])
def test_greater_stimuli_cause_more_spikes(lift: float, spikes: int) -> None:
    assert (potential(np.full(900, float(lift))) == PEAK).sum() == spikes


def test_all_spikes_are_equal_and_nothing_else_passes_the_threshold() -> None:
    course = potential(np.full(900, 40.0))
    assert set(course[course >= THRESHOLD]) == {PEAK}


def test_a_neuron_that_is_left_alone_stays_at_rest() -> None:
    assert set(potential(np.zeros(100))) == {REST}


def test_scattered_points_keep_their_distance() -> None:
    points = scatter(50, (4, 2), 0.2, np.random.default_rng(1))
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert distances[np.triu_indices(50, 1)].min() >= 0.2
    assert (points >= 0).all()
    assert (points <= (4, 2)).all()


def test_near_points_are_linked_and_far_ones_are_not() -> None:
    points = np.array([[0.0, 0.0], [1e-9, 0.0], [100.0, 0.0]])
    assert wire(points, 1.0, np.random.default_rng(0)).tolist() == [[0, 1]]


def test_hops_count_the_links_of_the_shortest_way() -> None:
    pairs = np.array([[0, 1], [1, 2], [0, 3], [2, 3], [2, 4]])
    assert hops(6, pairs, 0).tolist() == [0, 1, 2, 1, 3, -1]
