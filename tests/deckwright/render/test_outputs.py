"""Figures, tables and interactive outputs, from a real kernel to files beside the page."""

import re
import struct
from pathlib import Path

import pytest

from deckwright.pipeline import Project, build
from deckwright.render.outputs import terminal_html
from tests.deckwright.conftest import MakeProject, Memory

FRONT = "---\ntitle: T\n---\n\n"
PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n"


def cell(code: str, *options: str) -> str:
    return "```{python}\n" + "".join(f"#| {option}\n" for option in options) + code + "```\n\n"


def page(made: Project) -> str:
    return (made.out / "index.html").read_text("utf-8")


def figures(made: Project) -> list[tuple[str, int, int]]:
    """File name, width and height of each picture on the page, in order."""
    found = re.findall(r'<img[^>]*src="(media/[^"]+)"[^>]*?width="(\d+)" height="(\d+)"', page(made))
    return [(Path(name).suffix, int(width), int(height)) for name, width, height in found]


def test_figures_are_drawn_at_the_size_that_is_asked_for(project: MakeProject, watcher: Memory) -> None:
    deck = (
        cell(PLOT, "fig-alt: default")
        + cell(PLOT, "fig-width: 5", "fig-height: 2.5", "fig-alt: asked for")
        + cell(PLOT, "fig-format: png", "fig-alt: png")
        + "::: columns\n::: {.column width=50%}\n"
        + cell(PLOT, "fig-alt: half")
        + ":::\n:::\n\n"
        + cell(PLOT, "fig-alt: default again")
    )
    made = project(**{"slides/talk.md": FRONT + deck})
    build(made, watcher)
    whole, asked, png, half, again = figures(made)
    assert whole == (".svg", 1024, 360)  # 0.8 and 0.5 of 1280x720
    assert asked == (".svg", 480, 240)
    assert png == (".png", 1024, 360)
    assert half == (".svg", 512, 360)
    assert again == whole
    svg, *_ = (made.out / "media").glob("slide-2-2.*.svg")
    assert 'width="360pt" height="180pt"' in svg.read_text("utf-8")  # drawn so, not scaled
    drawn, *_ = (made.out / "media").glob("slide-2-3.*.png")
    assert struct.unpack(">II", drawn.read_bytes()[16:24]) == (2048, 720)  # 192 dots an inch


def test_figure_settings_of_the_deck_hold_for_all_cells(project: MakeProject, watcher: Memory) -> None:
    front = "---\ntitle: T\nfigure: {width: 6, height: 3, format: png, dpi: 96}\n---\n\n"
    made = project(**{"slides/talk.md": front + cell(PLOT, "fig-alt: x")})
    build(made, watcher)
    assert figures(made) == [(".png", 576, 288)]


def test_svg_has_no_date_and_no_random_ids(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/talk.md": FRONT + cell(PLOT, "fig-alt: x")})
    build(made, watcher)
    (first,) = (made.out / "media").iterdir()
    assert "date" not in first.read_text("utf-8").lower()
    build(made, watcher)
    assert [path.name for path in (made.out / "media").iterdir()] == [first.name]


def test_caption_and_alternative_text_stand_on_the_figure(project: MakeProject, watcher: Memory) -> None:
    deck = (
        cell(PLOT, 'fig-cap: "A *line* after `{python} 1 + 1` points"')
        + cell(PLOT, "fig-cap: Seen", "fig-alt: Read")
        + cell(PLOT)
    )
    made = project(**{"slides/talk.md": FRONT + deck})
    build(made, watcher)
    html = page(made)
    assert "<figcaption>A <em>line</em> after 2 points</figcaption>" in html
    assert re.findall(r'<img[^>]*alt="([^"]*)"', html) == ["A line after 2 points", "Read", ""]
    assert watcher.warnings == [
        "slides/talk.md:18 (slide 2): the figure of cell slide-2-3 has neither fig-cap nor fig-alt"
    ]


def test_what_a_plotting_call_returns_is_not_shown_beside_the_figure(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/talk.md": FRONT + cell(PLOT, "fig-alt: x") + cell("plt.Line2D\nobject()\n")})
    build(made, watcher)
    html = page(made)
    assert "Line2D at" not in html
    assert "&lt;object at 0x…&gt;" in html


def test_a_table_of_pandas_is_html(project: MakeProject, watcher: Memory) -> None:
    deck = cell('import pandas as pd\npd.DataFrame({"a": [1, 2]})\n')
    made = project(**{"slides/talk.md": FRONT + deck})
    build(made, watcher)
    assert re.search(r'<table[^>]*class="dataframe"', page(made))


def test_a_plotly_figure_brings_its_script_from_the_python_package(project: MakeProject, watcher: Memory) -> None:
    code = "import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[1, 3, 2]))\n"
    made = project(
        **{"slides/talk.md": FRONT + cell(code, "fig-alt: x") + cell("go.Figure(go.Bar(y=[1]))\n", "fig-alt: y")}
    )
    build(made, watcher)
    html = page(made)
    [script] = re.findall(r'<script src="(media/plotly\.min\.[0-9a-f]{12}\.js)"></script>', html)
    assert (made.out / script).stat().st_size > 1_000_000
    scripts = re.findall(r'<div class="plotly"></div><script src="(media/slide-[^"]+\.js)">', html)
    assert len(scripts) == 2
    assert '"width": 1024' in (made.out / scripts[0]).read_text("utf-8")


def test_an_output_that_needs_the_network_gives_way_with_a_warning(project: MakeProject, watcher: Memory) -> None:
    code = (
        "class Widget:\n"
        "    def _repr_html_(self):\n"
        "        return '<script src=\"https://example.org/w.js\"></script>'\n"
        "    def __repr__(self):\n"
        "        return 'the plain form'\n"
        "Widget()\n"
    )
    made = project(**{"slides/talk.md": FRONT + cell(code, "label: widget")})
    build(made, watcher)
    assert "the plain form" in page(made)
    assert "example.org" not in page(made).partition('<pre class="output-result">')[2]
    assert watcher.warnings == [
        "slides/talk.md:5 (slide 2): cell widget: its HTML fetches 'https://example.org/w.js' from the network; "
        "its text/plain form is shown instead"
    ]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c\n", "a &lt; b &amp; c"),
        ("\x1b[1;31mred\x1b[0m", '<span class="ansi-red-intense-fg ansi-bold">red</span>'),
    ],
)
def test_text_of_a_terminal(text: str, html: str) -> None:
    assert terminal_html(text) == html
