"""What the inputs of a step are now, told without running anything. Equal to a trace's, they say that it holds."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple
from functools import cached_property
from pathlib import Path
from stat import S_ISREG

from deckwright.execute.analysis.libraries import installed
from deckwright.execute.analysis.modules import Modules
from deckwright.execute.kernel.variables import variable
from deckwright.execute.scope import Scope, digest_of
from deckwright.execute.store.blobs import address_of
from deckwright.execute.store.files import FOLDER, STAT, file_address, kind_of
from deckwright.execute.store.store import Store
from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import Cell, Deck
from deckwright.settings import CellOptions, figure_of

RACY = 2.0  # seconds: a file changed so shortly ago may change again without its time showing it
CODES = "codes"  # … of digests of code by the code as written
SLICES = "slices"  # … of digests of source
FILES = "files"  # the store's note of contents by size and time
COMPUTING = ("CUDA_", "OMP_", "MKL_", "OPENBLAS_", "TORCH", "PYTORCH_", "NVIDIA_", "MPLBACKEND", "TZ", "LANG", "LC_")


class Present:
    """The world as this build finds it. Files are read once."""

    def __init__(self, deck: Deck, steps: Sequence[Step], store: Store) -> None:
        self.deck, self.steps, self.store = deck, steps, store
        self.slices: dict[str, str] = json.loads(store.noted(SLICES) or b"{}")
        self.modules = Modules(import_roots(deck.root), self.slices)
        self.known: dict[str, list[object]] = json.loads(store.noted(FILES) or b"{}")
        self.libraries: dict[str, str] = {}
        self.build = str(time.time_ns())  # no other build has it
        self.kinds: dict[str, Callable[[str, Scope, int], str]] = {
            "value": lambda key, scope, index: scope.fingerprint(key),
            "sharing": lambda key, scope, index: scope.sharing(key.split("\t")),
            "group": lambda key, scope, index: digest_of(*sorted(scope.group(key))),
            "file": lambda key, scope, index: self.file(key, scope),
            "kind": lambda key, scope, index: self.kind(key, scope),
            "folder": lambda key, scope, index: self.folder(key, scope),
            "files": lambda key, scope, index: self.matching(key, scope),
            "variable": lambda key, scope, index: variable(key),
            "module": lambda key, scope, index: self.modules.digest(*key.split("#")),
            "libraries": lambda key, scope, index: self.versions(key),
            "place": lambda key, scope, index: str(self.deck.root),
            "platform": lambda key, scope, index: self.platform,
            "figure": lambda key, scope, index: self.figure(index),
            "seed": lambda key, scope, index: str(self.deck.settings.seed),
            "text": lambda key, scope, index: self.text(key.split("\t"), scope, index),
            "class": lambda key, scope, index: scope.classes_in_use(key),
            "names": lambda key, scope, index: digest_of(*sorted(name for name in scope.values if name[0] != "~")),
            "past": lambda key, scope, index: scope.past,
        }

    def now(self, key: str, scope: Scope, index: int) -> str:
        """What an input of the `index`th step is now."""
        kind, _, rest = key.partition(" ")
        return self.kinds[kind](rest, scope, index)

    @cached_property
    def codes(self) -> list[str]:
        """What traces of each step are filed under. Raises DeckError for a step that is not Python."""
        known: dict[str, str] = json.loads(self.store.noted(CODES) or b"{}")
        texts = [f"{type(step).__name__}\0{raises(step)}\0{step.code}" for step in self.steps]
        keys = {text: known.get(digest_of(text)) or code_of(step) for text, step in zip(texts, self.steps, strict=True)}
        self.store.note(CODES, json.dumps({digest_of(text): key for text, key in keys.items()}).encode())
        return [keys[text] for text in texts]

    def declared(self, index: int) -> tuple[str, ...]:
        """The patterns of files that the author says a step reads."""
        step = self.steps[index]
        return (*self.deck.settings.depends, *(step.options.depends if isinstance(step, Cell) else ()))

    def text(self, names: Iterable[str], scope: Scope, index: int) -> str:
        """The code of a step as written, and of the steps that wrote these names: tracebacks quote them."""
        return digest_of(self.steps[index].code, *(self.steps[writer].code for writer in scope.writers_of(names)))

    @cached_property
    def platform(self) -> str:
        """The Python, the kind of machine, and what steers how libraries compute."""
        steering = [f"{key}={value}" for key, value in sorted(os.environ.items()) if key.startswith(COMPUTING)]
        cards = [
            path.read_text("utf-8", "replace")
            for path in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
        ]
        return digest_of(sys.version, sys.platform, platform.machine(), str(os.cpu_count()), *steering, *cards)

    def figure(self, index: int) -> str:
        """The size that figures of a step get."""
        step, settings = self.steps[index], self.deck.settings
        size = (
            figure_of(settings, step.options, step.width)
            if isinstance(step, Cell)
            else figure_of(settings, CellOptions())
        )
        return " ".join(map(str, astuple(size)))

    def versions(self, address: str) -> str:
        """The installed versions of the distributions listed in this content."""
        if address not in self.libraries:
            content = self.store.get(address)
            if content is None:  # it may yet come
                return ""
            listed = json.loads(content)
            self.libraries[address] = address_of(libraries_content(self.installed_versions(listed)))
        return self.libraries[address]

    def installed_versions(self, names: Iterable[str]) -> dict[str, str]:
        """The versions of these distributions that are installed now."""
        return {name: installed().get(name, "") for name in names}

    def on_disk(self, path: str) -> str:
        """The address of a file's content, remembered while its size and time stay; empty if it is not there."""
        place = self.deck.root / path
        try:
            found = STAT(place)
        except OSError:
            return ""
        if not S_ISREG(found.st_mode):
            return ""  # no end to some
        mark = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
        before = self.known.get(path)
        if before and before[:4] == mark:
            return str(before[4])
        address = file_address(place)
        if abs(time.time() - found.st_mtime) > RACY:
            self.known[path] = [*mark, address]
        else:
            self.known.pop(path, None)
        return address

    def file(self, path: str, scope: Scope) -> str:
        left = scope.files.get(path)
        if left == FOLDER:
            return ""
        return self.on_disk(path) if left is None else left.partition(" ")[0]

    def kind(self, path: str, scope: Scope) -> str:
        left = scope.files.get(path)
        if left is None:
            return kind_of(self.deck.root / path)
        if left == FOLDER:
            return FOLDER
        return f"file {left.partition(' ')[2]}" if left else ""

    def folder(self, path: str, scope: Scope) -> str:
        names = self.names_in(path, scope)
        return "" if names is None else address_of("\0".join(sorted(names)).encode())

    def is_lost(self, path: str, left: str) -> bool:
        """Whether a file that a cell left is neither as it was nor stored, as it may be too large for that."""
        address = left.partition(" ")[0]
        return left != FOLDER and bool(address) and self.on_disk(path) != address and not self.store.has(address)

    def names_in(self, path: str, scope: Scope) -> set[str] | None:
        """What lies in a folder, if there is one."""
        place = self.deck.root / path
        names = set(os.listdir(place)) if place.is_dir() else set()
        for left, content in scope.files.items():
            if (self.deck.root / left).parent == place:
                names = names | {Path(left).name} if content else names - {Path(left).name}
        return names if names or place.is_dir() else None

    def matching(self, pattern: str, scope: Scope) -> str:
        """The files that a glob finds, with their contents."""
        return digest_of(*(f"{path} {self.file(path, scope)}" for path in self.matched(pattern)))

    def matched(self, pattern: str) -> list[str]:
        """The files that a glob finds."""
        found = (path for path in self.deck.root.glob(pattern) if path.is_file())
        return sorted(path.relative_to(self.deck.root).as_posix() for path in found)

    def put_files_back(self, scope: Scope) -> None:
        """Make the files that cells wrote what they are in this scope, where their content is stored."""
        for path, left in scope.files.items():
            address, place = left.partition(" ")[0], self.deck.root / path
            if left == FOLDER:
                if not place.exists():
                    place.mkdir(parents=True)
                continue
            if self.on_disk(path) == address:
                continue
            content = self.store.get(address) if address else None
            if content is not None:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            elif not address and place.is_file():
                place.unlink()

    def put_inputs_back(self, trace: Trace) -> None:
        """Undo what a step did to the files that it had read, or had made."""
        for path, left in trace.files.items():
            before, place = trace.inputs.get(f"file {path}", ""), self.deck.root / path
            content = self.store.get(before) if before else None
            if self.on_disk(path) != left.partition(" ")[0]:
                continue
            if content is not None:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            elif trace.inputs.get(f"kind {path}") == "":
                place.unlink(missing_ok=True)

    def remember(self) -> None:
        """Keep what is known of files for the next build."""
        for name, known in ((FILES, self.known), (SLICES, self.slices)):
            self.store.note(name, json.dumps(known, sort_keys=True).encode())


def code_of(step: Step) -> str:
    """A digest of what a step runs: its code without layout, and what its options change of how it runs.

    Raises DeckError for what is not Python, before anything runs.
    """
    from deckwright.execute.analysis.names import names_of  # slow to load, and known of code that did not change

    names = names_of(step.code)
    if names.mistake and not raises(step):
        from deckwright.execute.kernel.traceback import mistake_error

        raise mistake_error(step, names.mistake)
    return digest_of(type(step).__name__, names.key, str(raises(step)))


def raises(step: Step) -> bool:
    """Whether a step is meant to raise."""
    return isinstance(step, Cell) and step.options.error


def libraries_content(versions: Mapping[str, str]) -> bytes:
    """A list of distributions and their versions, as content of the store."""
    return json.dumps(versions, sort_keys=True).encode()


def import_roots(root: Path) -> list[Path]:
    """Where the kernel looks for the author's own modules."""
    paths = [Path(part) for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    return list(dict.fromkeys([root / "src", *paths, root]))
