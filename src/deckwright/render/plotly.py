"""Show a plotly figure with the script of its own Python package, as files beside the page."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deckwright.render.assets import Assets
from deckwright.render.webhtml import NotOffline

STEM = "plotly.min"
# These draw with compiled shaders, which need eval, or with maps from the network.
NOT_OFFLINE = ("gl", "splom", "parcoords", "map", "mapbox", "scattergeo", "choropleth")
# Readable from the last row, on the slide's own ground; what the author sets goes before.
LAYOUT = {
    "font": {"size": 18},
    "margin": {"t": 48, "r": 24, "b": 64, "l": 72},
    "paper_bgcolor": "rgba(0,0,0,0)",
}


@cache
def plotly_script() -> bytes:
    """plotly.js as the installed package carries it."""
    spec = find_spec("plotly")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    files = [folder / "package_data" / "plotly.min.js" for folder in folders]
    found = next((file for file in files if file.is_file()), None)
    if found is None:
        raise NotOffline("the Python package plotly, which brings the figure's script, is not installed here")
    return found.read_bytes()


def plotly_view(bundle: Mapping[str, Any], label: str, size: tuple[int, int], assets: Assets) -> str:
    """The element that a figure is drawn into, CSS pixels large, and the scripts that draw it. Raises NotOffline."""
    for image in bundle.get("layout", {}).get("images", []):
        if not str(image.get("source", "")).startswith("data:"):
            raise NotOffline("a picture in a plotly figure would be fetched from the network")
    for trace in bundle.get("data", []):
        kind = str(trace.get("type", "scatter"))
        if kind.endswith(NOT_OFFLINE):
            raise NotOffline(f"a plotly trace of type {kind!r} needs eval or the network")
    layout = LAYOUT | {"width": size[0], "height": size[1]} | bundle.get("layout", {})
    config = {"displaylogo": False, **bundle.get("config", {})}
    arguments = ", ".join(json.dumps(part, sort_keys=True) for part in (bundle.get("data", []), layout, config))
    draw = f"Plotly.newPlot(document.currentScript.previousElementSibling, {arguments});\n"
    assets.add(plotly_script(), STEM, ".js")
    source = assets.add(draw.encode(), label, ".js")
    return f'<div class="plotly"></div><script src="{source}"></script>'  # the page's head loads the library
