"""What deckwright does inside the kernel: seeds, the size of figures, inline values. Imports nothing heavy.

numpy, torch and matplotlib are set up at the moment a cell imports them, so that a deck which
does not use them never pays for them.
"""

import gc
import random
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

FONT_SIZE = 14  # points: about 19 CSS pixels, readable from the last row
SVG_SALT = "deckwright"  # matplotlib makes ids of it instead of random ones


class AfterImport(MetaPathFinder):
    """Runs an action once, right after a module has been imported."""

    def __init__(self, actions: dict[str, Callable[[], None]]) -> None:
        self.actions = actions

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname not in self.actions:
            return None
        action = self.actions.pop(fullname)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            run_module = spec.loader.exec_module

            def run_then_act(module: Any) -> None:
                run_module(module)
                action()

            spec.loader.exec_module = run_then_act  # type: ignore[method-assign]
        return spec


def start(seed: int, width: float, height: float, file_format: str, dpi: int) -> None:
    """Seed everything random, and draw figures at this size (inches) unless told otherwise."""
    random.seed(seed)
    gc.freeze()
    actions = {
        "numpy": lambda: sys.modules["numpy"].random.seed(seed),
        "torch": lambda: sys.modules["torch"].manual_seed(seed),
        "matplotlib": start_matplotlib,
        "matplotlib.pyplot": gc.freeze,
        "matplotlib_inline.backend_inline": apply_format,
    }
    sys.meta_path.insert(0, AfterImport(actions))
    figure(width, height, file_format, dpi)


CURRENT: dict[str, Any] = {}


def figure(width: float, height: float, file_format: str, dpi: int) -> None:
    """Draw the next cells' figures at this size, in this format."""
    CURRENT.update(width=width, height=height, format=file_format, dpi=dpi)
    if "matplotlib" in sys.modules:
        apply_size()
    if "matplotlib_inline.backend_inline" in sys.modules:
        apply_format()


def start_matplotlib() -> None:
    """Set the defaults of figures, as soon as matplotlib is there."""
    parameters = {
        "font.size": FONT_SIZE,
        "svg.hashsalt": SVG_SALT,
        "figure.constrained_layout.use": True,  # the figure keeps its size, so nothing may hang over its edge
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
    }
    sys.modules["matplotlib"].rcParams.update(parameters)
    apply_size()


def apply_size() -> None:
    """Give matplotlib the current size."""
    parameters = {"figure.figsize": (CURRENT["width"], CURRENT["height"]), "figure.dpi": CURRENT["dpi"]}
    sys.modules["matplotlib"].rcParams.update(parameters)


def apply_format() -> None:
    """Give IPython's figure backend the current format."""
    backend = sys.modules["matplotlib_inline.backend_inline"]
    # A tight box would change the size; a date would change the bytes.
    metadata = {"Date": None} if CURRENT["format"] == "svg" else {}
    backend.set_matplotlib_formats(CURRENT["format"], bbox_inches=None, metadata=metadata)


def show(value: Any) -> None:
    """Display an inline expression's value: its rich forms, and str() for its plain one."""
    from IPython import get_ipython
    from IPython.display import display

    forms, metadata = get_ipython().display_formatter.format(value)
    display({**forms, "text/plain": str(value)}, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
