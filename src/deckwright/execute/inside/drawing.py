"""Draw matplotlib's figures inside the kernel: at the size that the slide has for them, the same bytes each time.

Imports nothing heavy itself: it is told when a cell has imported matplotlib.
"""

import sys
from io import BytesIO
from typing import Any

from deckwright.installed import WEB

FONT_SIZE = 14  # points: about 19 CSS pixels, readable from the last row
FONTS = ("figures-regular.ttf", "figures-bold.ttf")  # the deck's family, in weights that matplotlib can read
DEFAULTS = {
    "font.family": ["Source Sans 3", "DejaVu Sans"],  # the second has the letters that the first lacks
    "font.size": FONT_SIZE,
    "svg.hashsalt": "deckwright",  # ids are made of it instead of being random
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}
# Inches around one plot, for its labels and title; see `draw` for what happens where they are too narrow.
LEFT, RIGHT, BOTTOM, TOP = 0.9, 0.3, 0.75, 0.45
SLACK = 2  # points by which the box of a text is larger than its ink
MARGINS = ("left", "right", "bottom", "top", "wspace", "hspace")
OF_NO_MATTER = ("backend", "backend_fallback", "interactive")  # what matplotlib settles by itself
CURRENT: dict[str, Any] = {}
BASE: dict[str, Any] = {}  # the parameters as they are when no cell has changed any
HELD: dict[str, Any] = {}  # sizes that the deck's own code has set: they wait while a cell's options have others


def use(width: float, height: float, file_format: str, dpi: int, own: bool = False) -> None:
    """Draw the next figures at this size (inches), in this format. `own`: a cell's, not the deck's."""
    changed = changes() if BASE else {}
    CURRENT.update(width=width, height=height, format=file_format, dpi=dpi, own=own)
    if BASE:
        apply(changed)
    if "matplotlib_inline.backend_inline" in sys.modules:
        set_format()


def set_defaults() -> None:
    """To be called when matplotlib has been imported."""
    from matplotlib.font_manager import fontManager

    for name in FONTS:
        fontManager.addfont(WEB / "fonts" / name)
    parameters = sys.modules["matplotlib"].rcParams
    parameters.update(DEFAULTS)
    parameters.update(size())
    BASE.update(raw_parameters())


def raw_parameters() -> dict[str, Any]:
    """All of matplotlib's parameters, without its being noticed that they are read."""
    return dict(dict.items(sys.modules["matplotlib"].rcParams))


def changes() -> dict[str, Any]:
    """What the deck's code has made of the parameters."""
    found = {
        name: value for name, value in raw_parameters().items() if name not in OF_NO_MATTER and BASE.get(name) != value
    }
    sizes = {name: found.pop(name) for name in size() if name in found}
    if not CURRENT["own"]:
        HELD.clear()
        HELD.update(sizes)
    return found | HELD


def apply(changed: dict[str, Any]) -> None:
    """Make the parameters what the current size and these changes say."""
    BASE.update(size())
    HELD.clear()
    HELD.update({name: value for name, value in changed.items() if name in size()})
    shown = {name: value for name, value in changed.items() if not CURRENT["own"] or name not in HELD}
    kept = {name: value for name, value in raw_parameters().items() if name in OF_NO_MATTER}
    sys.modules["matplotlib"].rcParams._update_raw(BASE | shown | kept)


def size() -> dict[str, Any]:
    """The parameters of the current size, with margins that suit it."""
    width, height = CURRENT["width"], CURRENT["height"]
    return {
        "figure.figsize": [width, height],
        "figure.dpi": CURRENT["dpi"],
        "figure.subplot.left": min(LEFT / width, 0.4),
        "figure.subplot.right": max(1 - RIGHT / width, 0.6),
        "figure.subplot.bottom": min(BOTTOM / height, 0.4),
        "figure.subplot.top": max(1 - TOP / height, 0.6),
    }


def set_format() -> None:
    """To be called when IPython's figure backend has been imported, too: show figures as `draw` draws them.

    The format is the deck's to say: what a cell says to IPython of it would be forgotten where that cell does not run.
    """
    from IPython import get_ipython
    from IPython.core import pylabtools
    from matplotlib.figure import Figure

    for module in (pylabtools, sys.modules["matplotlib_inline.backend_inline"]):
        module.select_figure_formats = lambda *_, **__: None  # type: ignore[attr-defined]
    formatters = get_ipython().display_formatter.formatters
    for mime in ("image/png", "image/svg+xml"):
        formatters[mime].pop(Figure, None)
    if CURRENT["format"] == "svg":
        formatters["image/svg+xml"].for_type(Figure, lambda figure: draw(figure, "svg").decode())
    else:
        formatters["image/png"].for_type(Figure, lambda figure: draw(figure, "png"))


def draw(figure: Any, file_format: str) -> bytes:
    """The figure as a file, with no text cut off at its edges.

    matplotlib's constrained layout sees to that, but takes as long as the drawing itself; so one plot is first
    drawn with fixed margins, and laid out only if some text does not fit. An author's own layout is left alone.
    """
    ours = figure.get_layout_engine() is None and has_default_margins(figure)
    if ours and len(figure.axes) > 1:
        figure.set_layout_engine("constrained")
    picture = save(figure, file_format)
    if ours and len(figure.axes) == 1 and hangs_over(figure):
        figure.set_layout_engine("constrained")
        picture = save(figure, file_format)
    return picture


def has_default_margins(figure: Any) -> bool:
    """Whether nobody has called `subplots_adjust` or `tight_layout`."""
    parameters = sys.modules["matplotlib"].rcParams
    return all(getattr(figure.subplotpars, side) == parameters[f"figure.subplot.{side}"] for side in MARGINS)


def save(figure: Any, file_format: str) -> bytes:
    """Write the figure as it is: a tight box would change its size, a date its bytes."""
    written = BytesIO()
    metadata = {"Date": None} if file_format == "svg" else {}
    colours = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor()}
    figure.savefig(written, format=file_format, dpi=figure.dpi, metadata=metadata, **colours)
    return written.getvalue()


def hangs_over(figure: Any) -> bool:
    """Whether some text of a figure that has been drawn crosses its edge."""
    from matplotlib.text import Text

    box, unseen = figure.bbox.padded(SLACK * figure.dpi / 72), labels_out_of_view(figure)
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text() and text not in unseen:
            extent = text.get_window_extent()
            if extent.x0 < box.x0 or extent.y0 < box.y0 or extent.x1 > box.x1 or extent.y1 > box.y1:
                return True
    return False


def labels_out_of_view(figure: Any) -> set[Any]:
    """Labels of ticks beyond an axis's ends: matplotlib keeps them, and does not draw them."""
    found = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        slack = (high - low) * 1e-9
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not low - slack <= tick.get_loc() <= high + slack:
                found |= {tick.label1, tick.label2}
    return found
