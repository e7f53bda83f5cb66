"""From nbformat outputs to views for the templates: for each output its richest form that works offline."""

import base64
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from deckwright.model import Cell, Formula, Output, Slide
from deckwright.render.assets import Assets
from deckwright.render.maths import formula_html
from deckwright.render.plotly import plotly_view
from deckwright.render.webhtml import NotOffline, offline_html

COLOUR = r"(?:\x1b\[[0-9;]*m)*"
FRAME_PLACE = re.compile(rf"Cell{COLOUR} {COLOUR}In\[\d+\]{COLOUR}, ")
RULE_LINE = re.compile(rf"^{COLOUR}-{{20,}}{COLOUR}\n", re.MULTILINE)
SVG_SIDE = re.compile(r"""\s(?P<side>width|height)=["'](?P<number>[\d.]+)(?P<unit>pt|px|in|)["']""")
ARTIST = re.compile(r"<matplotlib\.|<Axes|<BarContainer|^Text\(")
CSS_PIXELS = {"pt": 96 / 72, "px": 1.0, "": 1.0, "in": 96.0}
INCHES_PER_METRE = 39.3701


@dataclass(frozen=True, slots=True)
class View:
    """One output for the template `output.html`: which macro, and what it shows."""

    kind: str
    html: str = ""
    src: str = ""
    width: int = 0
    height: int = 0
    alt: str = ""


@dataclass(frozen=True)
class Scene:
    """What showing an output needs: where it stands, where files go, how Markdown is converted."""

    cell: Cell
    slide: Slide
    alt: str
    size: tuple[int, int]  # of its figures, CSS pixels
    assets: Assets
    markdown: Callable[[str, Slide], str]
    warn: Callable[[str], None]


class GiveWay(Exception):
    """This form cannot be shown offline; the text says why."""


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
            return [View("error", html=terminal_html(without_counts("\n".join(output["traceback"]))))]
        case _:
            return bundle_view(output["data"], scene)


def stream_view(output: Output, scene: Scene) -> list[View]:
    """Printed text; `asis` makes it Markdown, and `warning: false` hides stderr."""
    text = output["text"]
    if output["name"] == "stderr":
        return [View("stderr", html=terminal_html(text))] if scene.cell.options.warning else []
    if scene.cell.options.output == "asis":
        return [View("html", html=scene.markdown(text, scene.slide))]
    return [View("stdout", html=terminal_html(text))]


def bundle_view(data: Mapping[str, Any], scene: Scene) -> list[View]:
    """The first form of FORMS that the bundle has and that needs no network."""
    for mime, form in FORMS.items():
        if mime not in data:
            continue
        try:
            return [form(data[mime], scene)]
        except GiveWay as reason:
            place = scene.cell.place
            scene.warn(f"{place}: cell {scene.cell.label}: {reason}; its static form is shown instead")
    return []


def svg(text: str, scene: Scene) -> View:
    """A vector figure, as a file."""
    tag = text[text.find("<svg") : text.find(">", text.find("<svg"))]
    sides = {found["side"]: float(found["number"]) * CSS_PIXELS[found["unit"]] for found in SVG_SIDE.finditer(tag)}
    src = scene.assets.add(text.encode(), scene.cell.label, ".svg")
    return View(
        "figure", src=src, width=round(sides.get("width", 0)), height=round(sides.get("height", 0)), alt=scene.alt
    )


def png(text: str, scene: Scene) -> View:
    """A picture, as a file."""
    content = base64.b64decode(text)
    width, height = png_size(content)
    return View(
        "figure", src=scene.assets.add(content, scene.cell.label, ".png"), width=width, height=height, alt=scene.alt
    )


def png_size(content: bytes) -> tuple[int, int]:
    """CSS pixels: as many as the file's, unless it says how many of them make a metre."""
    width, height = struct.unpack(">II", content[16:24])
    at = content.find(b"pHYs", 0, 4096)
    per_metre = struct.unpack(">I", content[at + 4 : at + 8])[0] if at > 0 else 0
    scale = 96 * INCHES_PER_METRE / per_metre if per_metre else 1.0
    return round(width * scale), round(height * scale)


def jpeg(text: str, scene: Scene) -> View:
    """A picture, as a file of its own pixels."""
    return View("figure", src=scene.assets.add(base64.b64decode(text), scene.cell.label, ".jpg"), alt=scene.alt)


def web_html(text: str, scene: Scene) -> View:
    """HTML with its scripts, where they work offline."""
    try:
        return View("html", html=offline_html(text, scene.cell.label, scene.assets))
    except NotOffline as reason:
        raise GiveWay(str(reason)) from reason


def plotly(bundle: Mapping[str, Any], scene: Scene) -> View:
    """An interactive figure."""
    try:
        return View("plotly", html=plotly_view(bundle, scene.cell.label, scene.size, scene.assets), alt=scene.alt)
    except NotOffline as reason:
        raise GiveWay(str(reason)) from reason


def latex(text: str, scene: Scene) -> View:
    """A formula."""
    tex = re.sub(r"^\\[\[(]|^\$+|\$+$|\\[\])]$", "", text.strip()).strip()
    return View("html", html=formula_html(Formula(tex, True, scene.cell.place)))


FORMS: dict[str, Callable[[Any, Scene], View]] = {  # richest first
    "application/vnd.plotly.v1+json": plotly,
    "image/svg+xml": svg,
    "image/png": png,
    "image/jpeg": jpeg,
    "text/html": web_html,
    "text/markdown": lambda text, scene: View("html", html=scene.markdown(text, scene.slide)),
    "text/latex": latex,
    "text/plain": lambda text, scene: View("result", html=terminal_html(text)),
}


def inline_html(outputs: Iterable[Output], scene_markdown: Callable[[str], str]) -> str:
    """The value of an inline expression, as HTML that may stand in a sentence."""
    data = next((output["data"] for output in outputs if "data" in output), {"text/plain": ""})
    if "text/markdown" in data:
        return scene_markdown(data["text/markdown"])
    if "text/html" in data:
        return str(data["text/html"])
    return escape(data["text/plain"])


def terminal_html(text: str) -> str:
    """Text of a terminal: colours as spans, the last state of an overwritten line."""
    text = re.sub(r"[^\n]*\r(?=[^\n\r])", "", text).replace("\r", "").rstrip("\n")
    if "\x1b" not in text:
        return escape(text, quote=False)
    from nbconvert.filters import ansi2html  # slow to import, so only where colours are

    return str(ansi2html(text))


def without_counts(traceback: str) -> str:
    """A traceback without its rule and without `Cell In[3]`, which would change when a cell is added above."""
    return RULE_LINE.sub("", FRAME_PLACE.sub("", traceback))
