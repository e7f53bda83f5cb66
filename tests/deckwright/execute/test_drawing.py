"""Figures keep their size, and no text of theirs is cut off."""

import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont

from deckwright.execute.inside import drawing

LONG = ["a name longer than the margin", "another of this length"]


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    with mpl.rc_context():
        drawing.CURRENT.update(width=5.0, height=3.0, format="svg", dpi=96)
        drawing.set_defaults()
        yield
        plt.close("all")


def plot(figure: Figure, labels: list[str] | None = None) -> None:
    axes = figure.subplots()
    axes.barh([0, 1], [1, 2], tick_label=labels)
    axes.set(title="title", xlabel="x")


def test_one_plot_is_drawn_without_the_cost_of_a_layout() -> None:
    figure = plt.figure()
    plot(figure)
    svg = drawing.draw(figure, "svg").decode()
    assert figure.get_layout_engine() is None
    assert not drawing.hangs_over(figure)
    assert re.search(r'width="360pt" height="216pt"', svg)


def test_figures_are_set_in_the_decks_font_in_two_weights(caplog: pytest.LogCaptureFixture) -> None:
    figure = plt.figure()
    plot(figure)
    figure.axes[0].set_title("β → 1", weight="bold")  # the font has no β and no arrow: another one has
    drawing.draw(figure, "svg")
    names = [Path(findfont(FontProperties(weight=weight), fallback_to_default=False)).name for weight in (400, 700)]
    assert names == list(drawing.FONTS)
    assert caplog.messages == []


def test_labels_that_do_not_fit_make_a_layout() -> None:
    figure = plt.figure()
    plot(figure, LONG)
    drawing.save(figure, "svg")
    assert drawing.hangs_over(figure)
    svg = drawing.draw(figure, "svg").decode()
    assert not drawing.hangs_over(figure)
    assert re.search(r'width="360pt" height="216pt"', svg)


def test_several_plots_are_laid_out() -> None:
    figure, _ = plt.subplots(1, 2)
    drawing.draw(figure, "png")
    assert figure.get_layout_engine() is not None


def test_an_authors_own_margins_are_left_alone() -> None:
    figure = plt.figure()
    plot(figure, LONG)
    figure.subplots_adjust(left=0.5)
    drawing.draw(figure, "svg")
    assert figure.get_layout_engine() is None
    assert figure.subplotpars.left == 0.5


@pytest.mark.parametrize("file_format", ["svg", "png"])
def test_the_same_figure_is_the_same_bytes(file_format: str) -> None:
    pictures = []
    for _ in range(2):
        figure = plt.figure()
        plot(figure)
        pictures.append(drawing.draw(figure, file_format))
    assert pictures[0] == pictures[1]
