"""The boxes of a diagram keep their names from slide to slide, so that Reveal can move them."""

import re

import torch

from mnist_talk.diagrams import maps, network, neurons, one_hot_rows, picture

CHIP = re.compile(r'data-id="chip-(\d)" style="grid-row:\d;grid-column:(\d+)[^>]*>(\d)<')


def test_the_ones_go_from_the_labels_to_their_columns_and_back() -> None:
    stages = [CHIP.findall(one_hot_rows([5, 0, 4], chips).html) for chips in ("label", "matrix", "argmax")]
    assert stages == [
        [("2", "1", "5"), ("3", "1", "0"), ("4", "1", "4")],
        [("2", "7", "1"), ("3", "2", "1"), ("4", "6", "1")],
        [("2", "12", "5"), ("3", "12", "0"), ("4", "12", "4")],
    ]


def test_the_matrix_is_not_there_before_its_turn() -> None:
    words = [re.findall(r">(\w+)<", one_hot_rows([5], chips).html) for chips in ("label", "matrix", "argmax")]
    assert words[0] == ["label", "5"]
    assert words[1].count("0") == 10  # nine zeros of the row, and the heading
    assert words[2].count("1") == 2  # the one of the row, and the heading


def test_a_network_names_its_layers() -> None:
    layers = [
        picture("input", torch.rand(28, 28), "1", "a"),
        neurons("first", 32, "2", "b"),
        maps("last", 4, 7, "3", "c"),
    ]
    html = network(layers, "three layers").html
    assert re.findall(r'data-id="([\w-]+)"', html) == [
        "input",
        "input-title",
        "first",
        "first-title",
        "last",
        "last-title",
    ]
    assert html.count("→") == 2
    assert html.count("px 0 -1px") == 3  # a sheet behind the first for each further map
