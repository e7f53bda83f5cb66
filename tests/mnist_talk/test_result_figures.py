"""The plots of results show the numbers they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from mnist_talk.figures import COLOURS, INK
from mnist_talk.result_figures import (
    SIGNED,
    confusion_matrix,
    error_bars,
    error_curves,
    filters_and_maps,
    journey,
    tiled,
)
from mnist_talk.results import Gain

from .test_figures import assert_readable, heights

pytestmark = pytest.mark.usefixtures("figure_in_style")


def test_mistakes_stand_out_and_what_never_happened_is_empty() -> None:
    counts = torch.diag(torch.full((10,), 1000))
    counts[4, 9] = 7
    confusion_matrix(counts)
    texts = {text.get_position(): text for text in plt.gca().texts}
    assert len(texts) == 11
    assert (texts[9, 4].get_text(), texts[9, 4].get_fontweight()) == ("7", "bold")
    assert (texts[0, 0].get_text(), texts[0, 0].get_fontweight()) == ("1,000", "normal")
    colours = [to_hex(patch.get_facecolor()) for patch in plt.gca().patches if isinstance(patch, Rectangle)]
    assert (colours.count(INK), colours.count(COLOURS[1])) == (10, 1)
    assert_readable()


def test_each_filter_stands_above_its_map() -> None:
    filters, maps = (
        torch.arange(16.0).view(16, 1, 1, 1).expand(16, 1, 3, 3),
        torch.arange(16.0).view(16, 1, 1).expand(16, 14, 14),
    )
    filters_and_maps(filters, maps)
    shown = [float(np.asarray(axes.images[0].get_array())[0, 0]) for axes in plt.gcf().axes]
    assert shown == [*range(8), *range(8), *range(8, 16), *range(8, 16)]


def test_a_weak_weight_is_seen_and_a_zero_is_not() -> None:
    red, _, blue, strength = zip(*(SIGNED(share) for share in (0.0, 0.4, 0.5, 0.6, 1.0)), strict=True)
    assert strength == pytest.approx([1, 0.2, 0, 0.2, 1], abs=0.02)
    assert [r > b for r, b in zip(red, blue, strict=True)] == [True, True, False, False, False]


def test_tiles_are_in_rows_with_gaps() -> None:
    grid = tiled(torch.tensor([1.0, 2, 3, 4]).view(4, 1, 1), columns=2)
    assert grid.isnan().tolist() == [[False, True, False], [True, True, True], [False, True, False]]
    assert grid[0, 0] == 1  # each as strong as can be


def test_the_journey_ends_with_the_shares() -> None:
    journey(torch.rand(28, 28), [torch.rand(16, 14, 14), torch.rand(32, 7, 7), torch.rand(32, 3, 3)], torch.eye(10)[7])
    *_, answer = plt.gcf().axes
    assert [axes.get_title() for axes in plt.gcf().axes] == [
        "28 × 28",
        "16 × 14 × 14",
        "32 × 7 × 7",
        "32 × 3 × 3",
        "10",
    ]
    assert [bar.get_width() for bar in answer.patches] == [0] * 7 + [1, 0, 0]
    assert_readable()


def test_curves_show_errors_in_percent() -> None:
    error_curves([Gain(100, 0.75, 0.9), Gain(1000, 0.9, 0.98)])
    mlp, cnn = plt.gca().lines
    assert heights(mlp) == pytest.approx([25, 10])
    assert heights(cnn) == pytest.approx([10, 2])
    assert [text.get_text() for text in plt.gca().texts] == ["MLP", "CNN"]
    assert_readable()


def test_bars_are_as_long_as_there_are_errors() -> None:
    error_bars({"MLP": 900, "CNN": 80})
    assert [bar.get_width() for bar in plt.gca().patches] == [900, 80]
    assert {text.get_text() for text in plt.gca().texts} == {"900", "80"}
    assert_readable()
