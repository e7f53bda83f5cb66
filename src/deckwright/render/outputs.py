"""From nbformat outputs to views for the templates: for each output its richest form that works offline."""

import base64
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from deckwright.execute.kernel.traceback import is_library_frame
from deckwright.model import Cell, Formula, Output, Slide
from deckwright.render.ansi import coloured
from deckwright.render.assets import Assets
from deckwright.render.maths import formula_html
from deckwright.render.pieces import remembered
from deckwright.render.plotly import plotly_view
from deckwright.render.schemes import with_dark_scheme
from deckwright.render.webhtml import NotOffline, is_harmless, offline_html

COLOUR = r"(?:\x1b\[[0-9;]*m)*"
FRAME_PLACE = re.compile(rf"Cell{COLOUR} {COLOUR}In\[\d*\]{COLOUR}, ")
RULE_LINE = re.compile(rf"^{COLOUR}-{{20,}}{COLOUR}\n", re.MULTILINE)
SVG_SIDE = re.compile(r"""\s(?P<side>width|height)=["'](?P<number>[\d.]+)(?P<unit>pt|px|in|)["']""")
DISPLAY_OBJECT = re.compile(r"^<IPython\.core\.display\.\w+ object>$")
ARTIST = re.compile(r"<matplotlib\.|<Axes|<BarContainer|^Text\(")
CSS_PIXELS = {"pt": 96 / 72, "px": 1.0, "": 1.0, "in": 96.0}
INCHES_PER_METRE = 39.3701


class View(NamedTuple):
    """One output for the template `cell.html`: its kind, and what it shows."""

    kind: str
    html: str = ""
    src: str = ""
    width: int = 0
    height: int = 0
    alt: str = ""
    on_paper: bool = False  # made for a light ground alone


class Scene(NamedTuple):
    """What showing an output needs: where it stands, where files go, how Markdown is converted."""

    cell: Cell
    slide: Slide
    alt: str
    size: tuple[int, int]  # of its figures, CSS pixels
    schemes: bool  # give its figures a dark scheme
    assets: Assets
    root: Path  # of the project: paths in HTML outputs start there
    markdown: Callable[[str, Cell], str]
    warn: Callable[[str], None]


def views(outputs: Iterable[Output], scene: Scene) -> list[View]:
    """What stands on the slide for a cell's outputs."""
    listed = list(outputs)
    has_picture = any(form.startswith("image/") for output in listed for form in output.get("data", ()))
    wanted = [output for output in listed if not (has_picture and is_leftover(output))]
    return [view for output in wanted for view in view_of(output, scene)]


def is_leftover(output: Output) -> bool:
    """Whether a result is only what a plotting call gave back, such as `[<matplotlib.lines.Line2D>]`."""
    forms = output["data"] if output["output_type"] == "execute_result" else {}
    return list(forms) == ["text/plain"] and bool(ARTIST.search(forms["text/plain"]))


def view_of(output: Output, scene: Scene) -> list[View]:
    """The views of one output."""
    match output["output_type"]:
        case "stream":
            return stream_view(output, scene)
        case "error":
            return [View("error", html=terminal_html(short_traceback(output["traceback"])))]
        case _:
            return bundle_view(output, scene)


def stream_view(output: Output, scene: Scene) -> list[View]:
    """Printed text; `asis` makes it Markdown, and `warning: false` hides stderr."""
    text = output["text"]
    if output["name"] == "stderr":
        return [View("stderr", html=terminal_html(text))] if scene.cell.options.warning else []
    if scene.cell.options.output == "asis":
        return [View("html", html=scene.markdown(text, scene.cell))]
    return [View("stdout", html=terminal_html(text))]


def bundle_view(output: Output, scene: Scene) -> list[View]:
    """The first form of FORMS that the bundle has and that needs no network."""
    data = output["data"]
    reasons: list[str] = []
    for mime, form in FORMS.items():
        if mime not in data or (mime == "text/plain" and reasons and DISPLAY_OBJECT.match(data[mime])):
            continue
        try:
            view = form(data[mime], scene)
        except NotOffline as reason:
            reasons.append(str(reason))
            continue
        if reasons:
            scene.warn(f"{told(scene, reasons)}; its {mime} form is shown instead")
        return [resized(view, output.get("metadata", {}).get(mime, {}))]
    unknown = f"no form of it can be shown: {', '.join(data)}"
    scene.warn(f"{told(scene, reasons or [unknown])}; nothing is shown")
    return []


def told(scene: Scene, reasons: list[str]) -> str:
    """Which cell, and why a form of its output is not shown."""
    return f"{scene.cell.place}: cell {scene.cell.label}: {'; '.join(reasons)}"


def resized(view: View, metadata: Any) -> View:
    """The size that the author gave a picture, as in `Image(..., width=300)`."""
    sides = metadata if isinstance(metadata, dict) else {}
    given = {side: round(sides[side]) for side in ("width", "height") if isinstance(sides.get(side), int | float)}
    if not given or view.kind != "figure":
        return view
    return view._replace(width=given.get("width", 0), height=given.get("height", 0))


def svg(text: str, scene: Scene) -> View:
    """A vector figure, as a file."""
    tag = text[text.find("<svg") : text.find(">", text.find("<svg"))]
    sides = {found["side"]: float(found["number"]) * CSS_PIXELS[found["unit"]] for found in SVG_SIDE.finditer(tag)}
    width, height = (round(sides.get(side, 0)) for side in ("width", "height"))
    shown = with_dark_scheme(text) if scene.schemes else text
    src = scene.assets.add(shown.encode(), scene.cell.label, ".svg")
    return View("figure", src=src, width=width, height=height, alt=scene.alt, on_paper=shown == text)


def picture(suffix: str) -> "Form":
    """Make a form for pictures of pixels, as files."""

    def form(text: str, scene: Scene) -> View:
        content = base64.b64decode(text)
        width, height = png_size(content) if suffix == ".png" else (0, 0)
        src = scene.assets.add(content, scene.cell.label, suffix)
        return View("figure", src=src, width=width, height=height, alt=scene.alt, on_paper=True)

    return form


def png_size(content: bytes) -> tuple[int, int]:
    """CSS pixels: as many as the file's, unless it says how many of them make a metre. Zeros: it does not say."""
    if len(content) < 24 or not content.startswith(b"\x89PNG"):
        return 0, 0
    width, height = struct.unpack(">II", content[16:24])
    at = content.find(b"pHYs", 0, 4096)
    per_metre = struct.unpack(">I", content[at + 4 : at + 8])[0] if at > 0 else 0
    scale = 96 * INCHES_PER_METRE / per_metre if per_metre else 1.0
    return round(width * scale), round(height * scale)


def web_html(text: str, scene: Scene) -> View:
    """HTML with its scripts, where they work offline. Raises NotOffline."""
    return View("html", html=offline_html(text, scene.cell.label, scene.assets, scene.root))


def plotly(bundle: Mapping[str, Any], scene: Scene) -> View:
    """An interactive figure. Raises NotOffline."""
    return View(
        "plotly", html=plotly_view(bundle, scene.cell.label, scene.size, scene.assets), alt=scene.alt, on_paper=True
    )


def latex(text: str, scene: Scene) -> View:
    """A formula."""
    tex = re.sub(r"^\\[\[(]|^\$+|\$+$|\\[\])]$", "", text.strip()).strip()
    return View("html", html=formula_html(Formula(tex, True, scene.cell.place)))


Form = Callable[[Any, Scene], View]
FORMS: dict[str, Form] = {  # richest first
    "application/vnd.plotly.v1+json": plotly,
    "image/svg+xml": svg,
    "image/png": picture(".png"),
    "image/jpeg": picture(".jpg"),
    "image/gif": picture(".gif"),
    "image/webp": picture(".webp"),
    "text/html": web_html,
    "text/markdown": lambda text, scene: View("html", html=scene.markdown(text, scene.cell)),
    "text/latex": latex,
    "text/plain": lambda text, scene: View("result", html=terminal_html(text)),
}


def inline_html(outputs: Iterable[Output], markdown: Callable[[str], str]) -> str:
    """The value of an inline expression, as HTML that may stand in a sentence."""
    data = next((output["data"] for output in outputs if "data" in output), {"text/plain": ""})
    if "text/markdown" in data:
        return markdown(data["text/markdown"])
    if "text/html" in data and is_harmless(data["text/html"]):
        return str(data["text/html"])
    return escape(data["text/plain"])


def terminal_html(text: str) -> str:
    """Text of a terminal, its colours as spans."""
    text = text.rstrip("\n")
    if "\x1b" not in text:
        return escape(text, quote=False)
    return coloured_html(text)


@remembered
def coloured_html(text: str) -> str:
    """Text with terminal colours as HTML."""
    return coloured(text)


def short_traceback(parts: list[str]) -> str:
    """A traceback for a slide: without frames of libraries, the rule above it, and the numbers of cells.

    `Cell In[3]` would change when a cell is added above.
    """
    kept = [part for part in parts if not is_library_frame(part)]
    return RULE_LINE.sub("", FRAME_PLACE.sub("", "\n".join(kept)))
