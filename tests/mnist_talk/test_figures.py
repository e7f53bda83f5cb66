"""The plots show what they are given, in letters that can be read from the last row."""

from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D

from mnist_talk.data import MNIST
from mnist_talk.figures import digit_grid, learning_curves, pixel_values
from mnist_talk.training import Epoch, History

pytestmark = pytest.mark.usefixtures("figure_in_style")
LEAST_POINTS = 13.5  # 18 CSS pixels, as a figure's inch is 96 of them and 72 points
HISTORY = History(tuple(Epoch(1 / n, 1 - 0.1 / n, 0.1 if n < 4 else 0.01, 1.0) for n in range(1, 7)), "all epochs done")


def assert_readable() -> None:
    """No text of the current figure is smaller than the least size."""
    plt.gcf().canvas.draw()
    texts = [text for text in plt.gcf().findobj(mpl.text.Text) if text.get_text() and text.get_visible()]
    assert texts
    assert min(float(text.get_fontsize()) for text in texts) >= LEAST_POINTS


def heights(line: Line2D) -> list[float]:
    """The heights through which a curve goes."""
    return [float(height) for height in np.asarray(line.get_ydata())]


def test_a_grid_shows_each_image_under_its_title(mnist: MNIST) -> None:
    digit_grid(mnist.train.images[:13], titles=[str(label.item()) for label in mnist.train.labels[:13]], columns=5)
    axes = plt.gcf().axes
    assert len(axes) == 15
    assert [a.get_title() for a in axes] == [*"5041921314353", "", ""]
    assert np.asarray(axes[12].images[0].get_array()).tolist() == mnist.train.images[12].tolist()
    assert not axes[13].images
    assert_readable()


def test_pixel_values_are_those_of_the_window(mnist: MNIST) -> None:
    image = mnist.train.images[0]
    pixel_values(image, top=5, left=11, size=4)
    written = [int(text.get_text()) for text in plt.gcf().axes[1].texts]
    assert written == image[5:9, 11:15].flatten().tolist()
    assert_readable()


def test_curves_show_loss_errors_and_the_drop_of_the_rate() -> None:
    learning_curves({"MLP": HISTORY, "CNN": replace(HISTORY, epochs=HISTORY.epochs[:3])})
    loss, errors = plt.gcf().axes
    assert heights(loss.lines[0]) == pytest.approx([1 / n for n in range(1, 7)])
    assert heights(errors.lines[0]) == pytest.approx([10 / n for n in range(1, 7)])
    assert [np.asarray(line.get_xdata())[0] for line in errors.lines if line.get_linestyle() == ":"] == [3.5]
    legend = loss.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["MLP", "CNN"]
    assert_readable()


def test_figures_have_no_ground_of_their_own() -> None:
    digit_grid(torch.ones(1, 2, 2))
    assert to_rgba(plt.gcf().get_facecolor())[3] == 0
