"""The author's own modules: where they are, and which of their source a cell depends on. Imports none of them."""

import json
import os
import sys
from collections.abc import Sequence
from hashlib import blake2b
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
)
from importlib.util import decode_source
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded when some source has to be understood anew
    from deckwright.execute.analysis.statements import Source

LOADERS = ((ExtensionFileLoader, EXTENSION_SUFFIXES), (SourceFileLoader, SOURCE_SUFFIXES))
STANDARD = Path(os.__file__).parent
NEVER = {*sys.builtin_module_names, "__main__", "deckwright"}
VALUES = "="  # of a module: in place of a name
SEEN = f"seen by version 2 under Python {sys.version_info[:2]}"  # raise it when slices or digests are made otherwise


class Modules:
    """The modules in some folders, as one build finds them: each file is read once."""

    def __init__(self, paths: Sequence[Path], memo: dict[str, str] | None = None) -> None:
        """`memo`: for this class alone to fill; what it holds saves work while all files stay as they were."""
        self.finders = [FileFinder(str(path), *LOADERS) for path in paths]
        self.roots = {str(path) for path in paths}
        self.specs: dict[str, ModuleSpec | None] = {}
        self.raw: dict[str, bytes | None] = {}
        self.sources: dict[str, Source | None] = {}
        self.memo = {} if memo is None else memo
        seen = json.loads(self.memo.get(SEEN, "{}"))
        if any(self.state(name) != state for name, state in seen.items()) or not seen:
            self.memo.clear()

    def is_local(self, name: str) -> bool:
        """Whether a module is the author's: in the folders, and neither Python's nor installed."""
        if name in self.specs:
            return self.specs[name] is not None
        parent = name.rpartition(".")[0]
        return (not parent or self.is_package(parent)) and self.spec(name) is not None

    def is_package(self, name: str) -> bool:
        """Whether it is local and can hold modules."""
        return self.is_local(name) and bool(places(self.spec(name)))

    def file(self, module: str) -> Path | None:
        """Where a local module's source is; nothing for a folder without `__init__.py`."""
        spec = self.spec(module)
        return Path(spec.origin) if spec and spec.origin else None

    def content(self, module: str) -> str:
        """A digest of a local module's file as it was when first asked for; empty if there is none."""
        raw = self.bytes_of(module)
        return "" if raw is None else blake2b(raw, digest_size=16).hexdigest()

    def digest(self, module: str, attribute: str) -> str:
        """What `attribute` of a module depends on ("*": all of the module, VALUES: all that is no code), by digest.

        Empty if it is not local.
        """
        return self.sliced(module, attribute)[0]

    def closure(self, module: str, attribute: str) -> frozenset[str]:
        """The local modules that importing and using it loads, itself included."""
        return frozenset(self.sliced(module, attribute)[1])

    def sliced(self, module: str, attribute: str) -> tuple[str, list[str]]:
        """Both, from the memo or anew."""
        if not self.is_local(module):
            return "", []
        key = f"{module}#{attribute}"
        if key not in self.memo:
            from deckwright.execute.analysis.slices import Slice

            found = Slice(self)
            found.demand_values(module) if attribute == VALUES else found.demand(module, attribute)
            self.memo[key] = json.dumps([found.digest(), sorted(found.loaded)])
            self.memo[SEEN] = json.dumps({name: self.state(name) for name in sorted(self.specs)})
        digest, closure = json.loads(self.memo[key])
        return digest, closure

    def state(self, name: str) -> str:
        """What a result may depend on of a module: where it is, if anywhere, and its content."""
        return f"{self.file(name)} {self.content(name)}" if self.is_local(name) else ""

    def spec(self, name: str) -> ModuleSpec | None:
        """Where Python would find a local module."""
        if name not in self.specs:
            self.specs[name] = self.found(name)
        return self.specs[name]

    def found(self, name: str) -> ModuleSpec | None:
        parent, _, last = name.rpartition(".")
        if not last.isidentifier() or name.startswith(".") or name in NEVER:
            return None
        finders = self.finders
        if parent:
            finders = [FileFinder(place, *LOADERS) for place in places(self.spec(parent))]
        folder = None
        for finder in finders:
            spec = finder.find_spec(name)
            if spec and spec.loader:
                return None if is_installed(Path(spec.origin or "")) else spec
            if spec and folder:  # a package in several folders
                spec.submodule_search_locations = [*places(folder), *places(spec)]
            folder = spec or folder
        return folder if folder and (parent or not self.is_elsewhere(name)) else None

    def is_elsewhere(self, name: str) -> bool:
        """Whether a real module hides folders of this name."""
        if name in sys.stdlib_module_names:
            return True
        spec = PathFinder.find_spec(name, [path for path in sys.path if path and path not in self.roots])
        return spec is not None and spec.loader is not None and spec.origin is not None

    def bytes_of(self, name: str) -> bytes | None:
        """A module's file, read once."""
        if name not in self.raw:
            file = self.file(name) if self.is_local(name) else None
            try:
                self.raw[name] = file.read_bytes() if file else None
            except OSError:  # gone, or not for us to read
                self.raw[name] = None
        return self.raw[name]

    def source(self, name: str) -> "Source | None":
        """A local module's source, understood; nothing if there is none or it is not Python."""
        if name not in self.sources:
            from deckwright.execute.analysis.statements import source_of

            raw = self.bytes_of(name)
            package = name if self.is_package(name) else name.rpartition(".")[0]
            self.sources[name] = None if raw is None else source_of(decoded(raw), package)
        return self.sources[name]


def places(spec: ModuleSpec | None) -> list[str]:
    """The folders in which a package's modules are."""
    return (spec and spec.submodule_search_locations) or []


def decoded(raw: bytes) -> str:
    """The text of a source file; something that is not Python if it is none."""
    try:
        return decode_source(raw)
    except (SyntaxError, UnicodeDecodeError):
        return "\0"


def is_installed(file: Path) -> bool:
    """Whether a file is Python's own or that of an installed package."""
    return not {"site-packages", "dist-packages"}.isdisjoint(file.parts) or file.is_relative_to(STANDARD)
