"""What deckwright does inside the kernel: seeds, inline values, the end. Imports nothing heavy.

numpy, torch and matplotlib are set up at the moment a cell imports them, so that a deck which
does not use them never pays for them.
"""

import random
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from io import StringIO
from typing import Any

from deckwright.execute import drawing


class AfterImport(MetaPathFinder):
    """Runs an action once, right after a module has been imported."""

    def __init__(self, actions: dict[str, Callable[[], None]]) -> None:
        self.actions = actions

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname not in self.actions:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            run_module = spec.loader.exec_module

            def run_then_act(module: Any) -> None:
                run_module(module)
                self.actions.pop(fullname, lambda: None)()  # a mere look-up may have come before

            spec.loader.exec_module = run_then_act  # type: ignore[method-assign]
        return spec


def start(seed: int, width: float, height: float, file_format: str, dpi: int) -> None:
    """Seed everything random, and draw figures at this size (inches) unless told otherwise."""
    random.seed(seed)
    actions = {
        "numpy": lambda: sys.modules["numpy"].random.seed(seed),
        "torch": lambda: sys.modules["torch"].manual_seed(seed),
        "matplotlib": drawing.set_defaults,
        "matplotlib_inline.backend_inline": drawing.set_format,
    }
    sys.meta_path.insert(0, AfterImport(actions))
    figure(width, height, file_format, dpi)


def figure(width: float, height: float, file_format: str, dpi: int) -> None:
    """Draw the next cells' figures at this size (inches), in this format."""
    drawing.use(width, height, file_format, dpi)


def show(value: Any) -> None:
    """Display an inline expression's value: its rich forms, and str() for its plain one."""
    from IPython import get_ipython
    from IPython.display import display

    forms, metadata = get_ipython().display_formatter.format(value)
    display({**forms, "text/plain": str(value)}, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]


def goodbye() -> None:
    """Prepare for the end of the kernel.

    ipykernel stops the thread that sends output and may then wait for it, ten seconds long, before it ends.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush_timeout = 0.01  # type: ignore[union-attr] # ipykernel's own streams have it
    sys.__stderr__ = StringIO()  # type: ignore # where it would say so
