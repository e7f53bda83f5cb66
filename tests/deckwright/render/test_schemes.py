"""Figures for two schemes: what becomes of their colours, and which figures stay as they are."""

import pytest

from deckwright.render.schemes import GROUND, contrast, dark, luminance, with_dark_scheme

FIGURE = """<?xml version="1.0" encoding="utf-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="10pt" height="10pt">
 <metadata><dc:title>Matplotlib v3.11, https://matplotlib.org/</dc:title></metadata>
 <path d="M 0 0" style="fill: #22303c; stroke: #000080; stroke-width: 2"/>
 <rect fill="#ffffff"/>
 <path d="M 0 0" style="fill: #d55e00; fill-opacity: 0.5"/>
</svg>
"""
STYLE = """ <style>@media (prefers-color-scheme: dark) {
svg { fill: #f5f5f5 }
[id^="ink"] { filter: invert(1) hue-rotate(180deg) }
[style*="fill: #22303c"] { fill: #d1dae2 !important }
[style*="fill: #d55e00"] { fill: #e36b1d !important }
[fill="#ffffff"] { fill: #1b1b1b !important }
[style*="stroke: #000080"] { stroke: #5689fb !important }
}</style>
"""


def test_a_figure_gets_a_dark_counterpart_of_each_colour_that_needs_one() -> None:
    opening = 'height="10pt">\n'
    assert with_dark_scheme(FIGURE) == FIGURE.replace(opening, opening + STYLE)


def test_what_matplotlib_did_not_draw_stays_as_it_is() -> None:
    other = FIGURE.replace("matplotlib.org", "example.org")
    assert with_dark_scheme(other) == other


@pytest.mark.parametrize("colour", ["#000000", "#22303c", "#444444", "#1a1a2e"])
def test_ink_turns_light(colour: str) -> None:
    assert contrast(dark(colour), GROUND) > 9


@pytest.mark.parametrize("colour", ["#ffffff", "#fcfbf8", "#e4eef4", "#ffe69a", "#fdeceb"])
def test_paper_and_pastels_turn_dark(colour: str) -> None:
    assert contrast(dark(colour), dark("#000000")) > 9


@pytest.mark.parametrize("colour", ["#000080", "#800000", "#0000ff", "#008000", "#4b0082", "#1f77b4"])
def test_colours_can_be_seen_on_the_dark_ground(colour: str) -> None:
    assert contrast(dark(colour), GROUND) >= 4.5


@pytest.mark.parametrize("colour", ["#e69f00", "#56b4e9", "#cc79a7", "#ffff00"])
def test_colours_that_can_be_seen_there_stay_what_they_are(colour: str) -> None:
    assert dark(colour) == colour


def test_greys_keep_their_distances_from_the_ground() -> None:
    greys = [f"#{level:02x}{level:02x}{level:02x}" for level in range(0, 256, 15)]
    lights = [luminance(dark(grey)) for grey in greys]
    assert lights == sorted(lights, reverse=True)
    assert len(set(lights)) == len(lights)
