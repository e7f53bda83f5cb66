"""See whether a step changes what the author's modules hold in classes and functions. Runs inside the kernel.

Importing a module brings its classes and functions as its source has them. What code leaves in them later, in class
attributes, in attributes, defaults and closures of functions, is neither stored nor brought back: all that runs after
such a change depends on it.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

from deckwright.execute.inside.arrivals import spec_within
from deckwright.execute.inside.ledger import loaded_modules

Digest = Callable[[Mapping[str, Any]], str]


class Holdings(MetaPathFinder):
    """What the loaded modules held when they had been imported, and whether something else has changed it since."""

    def __init__(self, is_local: Callable[[str], bool], digest: Digest) -> None:
        self.is_local, self.digest = is_local, digest
        self.known: dict[str, str] = {}
        self.importing = 0  # how many of the author's modules are being imported, one by the other
        self.changed = ""
        sys.meta_path.insert(0, self)

    def found(self) -> str:
        """What has been changed since the last time, in words; empty if nothing was."""
        self.look()
        changed, self.changed = self.changed, ""
        return changed

    def look(self) -> None:
        """Compare what is held with what was."""
        for name, digest in self.now().items():
            if self.known.get(name, digest) != digest:
                self.changed = f"it changes what a class or function of {name} holds"
            self.known[name] = digest

    def now(self) -> dict[str, str]:
        """Digests of what the author's modules hold, by module."""
        return {name: self.digest(dict(in_module(module))) for name, module in loaded_modules(self.is_local)}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Be there when a module of the author is imported: what that changes, a later import brings again."""
        return spec_within(fullname, path, target, self.between_looks) if self.is_local(fullname) else None

    @contextmanager
    def between_looks(self) -> Iterator[None]:
        """Take what changes meanwhile for an import's doing."""
        if not self.importing:
            self.look()
        self.importing += 1
        try:
            yield
        finally:
            self.importing -= 1
            if not self.importing:
                self.known = self.now()


def in_module(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What the classes and functions that a module defines hold."""
    seen: set[int] = set()
    for name, value in list(vars(module).items()):
        if getattr(value, "__module__", "") == module.__name__:
            yield from in_definition(name, value, getattr(module, "__file__", ""), seen)


def in_definition(name: str, value: Any, file: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """What one class or function of a source file holds, and those in it."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, FunctionType) and value.__code__.co_filename != file:  # a library's, around the author's
        parts = {"__wrapped__": vars(value).get("__wrapped__")}
    elif isinstance(value, FunctionType):
        parts = {**vars(value), "()": value.__defaults__, "(*)": value.__kwdefaults__}
        cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=True)
        parts |= {f"<{free}>": content(cell) for free, cell in cells}
    elif isinstance(value, type) and not issubclass(value, Enum):
        parts = dict(vars(value))
    else:
        return
    for key, part in parts.items():
        if isinstance(part, FunctionType | type):
            yield from in_definition(f"{name}.{key}", part, file, seen)
        elif part is not None and not key.startswith(("__", "_abc_")) and not hasattr(type(part), "__get__"):
            yield f"{name}.{key}", part


def content(cell: Any) -> Any:
    """What a closure's cell holds; nothing for one that is empty."""
    try:
        return cell.cell_contents
    except ValueError:
        return None
