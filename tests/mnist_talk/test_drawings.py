"""The drawings show what they say, the same each time, in letters that can be read from the last row."""

import re
from collections.abc import Callable
from io import StringIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import same_color

from mnist_talk.drawings import activations, all_or_none, grown_neuron, layered_network, neuron_field
from mnist_talk.figures import COLOURS, INK

from .test_figures import assert_readable, heights

pytestmark = pytest.mark.usefixtures("figure_in_style")


def link_count() -> int:
    """How many links the current figure shows."""
    return sum(len(part.get_segments()) for part in plt.gca().collections if isinstance(part, LineCollection))


def layer_sizes() -> list[int]:
    """How many neurons each layer of the current figure has."""
    return [len(np.asarray(part.get_offsets())) for part in plt.gca().collections if isinstance(part, PathCollection)]


@pytest.mark.parametrize("seed", [None, 1])
def test_a_network_is_fully_connected(seed: int | None) -> None:
    layered_network((4, 5, 5, 2), ("input", "hidden 1", "hidden 2", "output"), seed)
    assert layer_sizes() == [4, 5, 5, 2]
    assert link_count() == 4 * 5 + 5 * 5 + 5 * 2
    assert [text.get_text() for text in plt.gca().texts] == ["input", "hidden 1", "hidden 2", "output"]
    assert_readable()


def test_a_network_that_has_learnt_has_strong_links() -> None:
    layered_network((4, 5, 3), seed=1)
    strong = [
        part for part in plt.gca().collections if isinstance(part, LineCollection) and part.get_linewidths()[0] > 2
    ]
    assert [len(part.get_segments()) for part in strong] == [4, 3]


def test_branches_taper() -> None:
    grown_neuron(seed=3)
    for colour in COLOURS[:2]:
        widths = [line.get_linewidth() for line in plt.gca().lines if same_color(line.get_color(), colour)]
        assert widths == sorted(widths)
        assert widths[-1] > 8 * widths[0]
    assert_readable()


def test_the_field_shows_each_neuron_once_and_those_that_are_reached_in_orange() -> None:
    neuron_field(seed=3, count=100)
    shown = {
        colour: sum(len(line.get_xydata()) for line in plt.gca().lines if same_color(line.get_color(), colour))
        for colour in COLOURS[:2]
    }
    assert sum(shown.values()) == 100
    assert 1 < shown[COLOURS[1]] < shown[COLOURS[0]]


def test_spikes_are_counted_above_their_stimulus() -> None:
    all_or_none({"weak": 12, "strong": 18})
    weak, strong, below, _ = plt.gcf().axes
    assert [axes.get_title() for axes in (weak, strong)] == ["weak: 0 spikes", "strong: 4 spikes"]
    assert set(heights(below.lines[0])) == {0, 12}
    assert max(heights(strong.lines[0])) == 35
    assert_readable()


def test_each_activation_is_drawn_as_it_is() -> None:
    activations({"ReLU": F.relu, "tanh": torch.tanh})
    relu, tanh = plt.gcf().axes
    assert relu.get_title() == "ReLU"
    assert heights(relu.lines[-1])[::100] == pytest.approx([0, 0, 0, 2, 4], abs=1e-6)
    assert heights(tanh.lines[-1])[0] == pytest.approx(np.tanh(-4))
    assert_readable()


DRAWINGS: dict[str, Callable[[], None]] = {
    "neuron": lambda: grown_neuron(3),
    "field": lambda: neuron_field(3, 50),
    "network": lambda: layered_network((2, 5), seed=1),
    "spikes": lambda: all_or_none({"weak": 12, "strong": 18}),
    "activations": lambda: activations({"ReLU": F.relu, "tanh": torch.tanh}),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawings_leave_the_global_random_states_alone(name: str) -> None:
    torch.manual_seed(5)
    np.random.seed(5)
    DRAWINGS[name]()
    after = torch.rand(1), np.random.random()
    torch.manual_seed(5)
    np.random.seed(5)
    assert after == (torch.rand(1), np.random.random())


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawings_use_the_talk_s_colours_only(name: str) -> None:
    DRAWINGS[name]()
    picture = StringIO()
    plt.savefig(picture, format="svg")
    assert set(re.findall(r"(?:stroke|fill): (#\w+)", picture.getvalue())) <= {INK, *COLOURS}
