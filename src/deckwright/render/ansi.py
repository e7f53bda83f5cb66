"""nbconvert's filter for the colours of terminals, without the rest of nbconvert, which loads Jupyter in 0.3 s."""

from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


@cache
def module() -> ModuleType:
    """The module that holds it: one file, which needs nothing else of its package."""
    package = find_spec("nbconvert")
    [folder] = (package and package.submodule_search_locations) or ["nbconvert"]
    spec = spec_from_file_location("nbconvert_filters_ansi", Path(folder, "filters", "ansi.py"))
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("nbconvert.filters.ansi")
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def coloured(text: str) -> str:
    """Text with terminal colours as HTML."""
    return str(module().ansi2html(text))
