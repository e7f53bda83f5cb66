"""What deckwright does inside the kernel: prepare a step, watch it, report what it used and did."""

import random
import sys
import threading
import time
import warnings
from collections.abc import Mapping, Sequence, Set
from io import StringIO
from pathlib import Path
from typing import Any

from deckwright.execute.analysis.libraries import distributions
from deckwright.execute.analysis.modules import Modules
from deckwright.execute.analysis.names import names_of
from deckwright.execute.inside import ambients, arrivals, drawing
from deckwright.execute.inside.filters import watch_warnings
from deckwright.execute.inside.holdings import Holdings
from deckwright.execute.inside.ledger import Known, Ledger
from deckwright.execute.inside.loggers import watch_logging
from deckwright.execute.inside.meddling import Meddling
from deckwright.execute.inside.observe import Observer
from deckwright.execute.inside.used import ALWAYS_USED, RESET, USED
from deckwright.execute.kernel.protocol import CALL, END, REPORT, SHOW
from deckwright.execute.scope import Definition
from deckwright.execute.store import blobs
from deckwright.execute.store.files import FOLDER, file_address
from deckwright.execute.trace import tuples

LARGE_FILE = 64 << 20  # bytes: a larger file that a cell writes is not kept


class Agent:
    """Watches the steps of one kernel."""

    def __init__(self, root: Path, folder: Path, seed: int, import_roots: list[Path]) -> None:
        from IPython import get_ipython

        self.root, self.seed = root, seed
        self.shell = get_ipython()
        self.shell.automagic = False  # a line is Python unless it begins with a sign, so that its names can be told
        self.modules = Modules(import_roots)
        self.folder = folder  # of the store's blobs
        self.full = False  # nothing more can be kept
        self.pending: dict[str, str] = {}  # ambients of libraries that are not loaded yet
        self.ledger = Ledger(self.shell.user_ns, self.modules.is_local, self.put)
        self.observer = Observer(root, self.modules.is_local, self.put)
        self.meddling = Meddling(self.shell.user_ns, self.modules.is_local)
        self.holdings = Holdings(self.modules.is_local, self.ledger.digest)
        self.defaults: dict[str, Known] = {}
        self.code = ""
        self.began = 0.0
        self.loaded: set[str] = set()  # modules that were there when the step began
        self.threads: set[int | None] = set()
        self.step: Any = None  # what IPython tells of the step in progress; none while it runs what is ours
        self.ahead = False  # the next step's imports have been done
        self.shell.events.register("pre_run_cell", self.before_step)
        self.shell.events.register("post_run_cell", self.after_step)
        ambients.START.update(ambients.raw_environment())
        watch_warnings(lambda name: name == "__main__" or self.modules.is_local(name))
        random.seed(seed)
        ambients.watch_random(random)
        watch_logging(self.observer.is_set_by_step)
        self.default(*(name for name, ambient in ambients.AMBIENTS.items() if not ambient.library))
        arrivals.watch(seed, self.default)

    def put(self, content: bytes) -> str:
        """Keep some content; give its address, or nothing if there is no place for it."""
        if self.full:
            return ""
        try:
            return blobs.put(self.folder, content)
        except OSError:
            self.full = True
            return ""

    def default(self, *names: str) -> None:
        """Take the present value of ambients for their default."""
        values = {name: ambients.AMBIENTS[name].read() for name in names}
        self.defaults |= self.ledger.look_at_settings(values)
        self.ledger.known |= {name: self.defaults[name] for name in names}
        for name in names:
            if self.pending.get(name):
                self.ledger.restore(self.content(self.pending.pop(name)), [name])
            if name in ambients.RANDOM.values():
                ambients.BEFORE[name] = self.ledger.known[name].value

    def before_step(self, info: Any) -> None:
        """IPython is about to run some code: a step, or a part of one, as for %%capture."""
        ours = info.raw_cell.startswith(CALL) and not info.raw_cell.startswith(SHOW)
        if ours or self.step:
            return
        self.step = info
        self.code = info.raw_cell
        if self.code.startswith(SHOW):
            self.code = self.code.removeprefix(SHOW).removesuffix(END)
        names = names_of(self.code)
        self.ledger.begin(names.reads, names.everything)
        self.meddling.begin(self.code, self.ledger.reading)
        self.ledger.withhold(names.binds)
        forget_warnings()
        if not self.ahead:
            USED.clear()
        RESET.clear()
        for name in ambients.RANDOM.values():
            if name in self.ledger.known:
                self.set_random(name, self.ledger.known[name].value)
        self.loaded = set(sys.modules)
        self.threads = {thread.ident for thread in threading.enumerate()}
        if self.ahead:
            self.observer.watching, self.ahead = True, False
        else:
            self.observer.begin()
        self.began = time.perf_counter()

    def set_random(self, name: str, state: Any) -> None:
        """Have a random state be what the last step left: what the kernel does in between may draw, too."""
        ambients.BEFORE[name] = state
        if ambients.AMBIENTS[name].read() != state:
            ambients.AMBIENTS[name].write(state)

    def after_step(self, result: Any) -> None:
        """IPython has run it: report."""
        if result.info is not self.step:
            return
        seconds = time.perf_counter() - self.began
        self.observer.end()
        self.step = None
        with warnings.catch_warnings():
            warnings.showwarning = lambda *_, **__: None  # a filter of ours would disturb the deck's
            report = self.report(seconds)
        report["watched"] = time.perf_counter() - self.began - seconds
        publish(report)

    def report(self, seconds: float) -> dict[str, Any]:
        """All that the step used and did."""
        self.observer.large_files()
        used = USED | ALWAYS_USED  # before values are looked at, which may use some, too
        found = self.ledger.end(RESET)
        found["stored"] = self.ledger.store([name for name, value in found["values"].items() if value], seconds)
        used |= {name for name in found["values"] if name[0] == "~" and name not in RESET}
        observer = self.observer
        found |= {
            "seconds": seconds,
            "used": sorted(used),
            "modules": self.local_modules(self.loaded),
            "libraries": distributions(),
            "files": {self.shown(path): address for path, address in observer.files.items()},
            "folders": {self.shown(path): digest for path, digest in observer.folders.items()},
            "kinds": {self.shown(path): kind for path, kind in observer.kinds.items()},
            "place": observer.place,
            "environment": dict(observer.environment),
            "written": {self.shown(path): self.put_file(path) for path in sorted(observer.written)},
            "flags": sorted(observer.flags),
            "entangled": (
                self.holdings.found() or found["entangled"] or self.meddling.found() or self.running_threads()
            ),
        }
        return found

    def local_modules(self, before: Set[str]) -> dict[str, str]:
        """The author's own modules that have been loaded since then: their source."""
        new = sorted(name for name in sys.modules.keys() - before if self.modules.is_local(name))
        return {name: self.modules.content(name) for name in new}

    def shown(self, path: str) -> str:
        """A path as traces have it: from the project's root where it lies in it."""
        inside = Path(path).is_relative_to(self.root)
        return Path(path).relative_to(self.root).as_posix() if inside else path

    def put_file(self, path: str) -> str:
        """Keep a file that the step wrote; give its address, or nothing if it is gone. A folder is only named."""
        file = Path(path)
        if file.is_dir():
            return FOLDER
        if not file.is_file():
            return ""
        size = file.stat().st_size
        address = self.put(file.read_bytes()) if size <= LARGE_FILE else ""
        return f"{address or file_address(path)} {size}"

    def running_threads(self) -> str:
        """Whether the deck's own code goes on in a thread that the step began."""
        for thread in threading.enumerate():
            code = getattr(thread, "_target", None) or type(thread)
            if thread.ident not in self.threads and self.is_deck(getattr(code, "__module__", "")):
                return f"the thread {thread.name} goes on running"
        return ""

    def is_deck(self, module: str) -> bool:
        return module == "__main__" or self.modules.is_local(module)

    def prepare(self, plan: Mapping[str, Any]) -> None:
        """Bring about the state that a step needs; report the names whose restored values are not as expected."""
        ledger, loaded = self.ledger, set(sys.modules)
        self.shell.execution_count = plan["count"]
        for number, code in enumerate(plan["cells"], 1):
            self.shell.compile.cache(self.shell.transform_cell(code), number, code)
        ledger.definitions.taken = set(plan["taken"])
        ledger.drop(plan["drop"])
        for name in plan["modules"]:
            __import__(name)
        ledger.known |= {name: known for name, known in ledger.look_at_modules().items() if name not in ledger.known}
        records = {key: Definition(*tuples(record)) for key, record in plan["definitions"].items()}
        ledger.definitions.restore(records, self.content)
        differing: list[str] = []
        for address, expected in plan["groups"]:
            found = ledger.restore(self.content(address), expected) if address else ledger.known
            differing += [name for name, digest in expected.items() if found[name].look.digest != digest]
        for name, address in plan["ambients"].items():
            self.set_ambient(name, address)
        publish({"differing": differing, "modules": self.local_modules(loaded)})

    def load(self, names: Sequence[str]) -> None:
        """Import libraries, which the next step begins by doing: what they read is read by it."""
        USED.clear()
        self.observer.begin()
        for name in names:
            __import__(name)
        self.observer.end()
        self.ahead = True

    def set_ambient(self, name: str, address: str) -> None:
        """Make a setting what it was, once its library is loaded; without an address, what it is by default."""
        library = ambients.AMBIENTS[name].library
        if library and library not in sys.modules:
            self.pending[name] = address
        elif address:
            self.ledger.restore(self.content(address), [name])
        else:
            self.ledger.bind(name, self.defaults[name].value)
            self.ledger.known[name] = self.defaults[name]

    def content(self, address: str) -> bytes:
        """Some content of the store, which is what its address says."""
        content = blobs.get(self.folder, address)
        if content is None:
            raise FileNotFoundError(f"{address} is gone")
        return content


def forget_warnings() -> None:
    """Let each step show its warnings, whichever steps ran before it in this process."""
    mutated = getattr(warnings, "_filters_mutated", None) or warnings._filters_mutated_lock_held  # type: ignore[attr-defined]
    mutated()


def publish(report: Mapping[str, Any]) -> None:
    """Send a report, which the session takes out of the outputs."""
    from IPython.display import publish_display_data

    publish_display_data({REPORT: dict(report)})  # type: ignore[no-untyped-call]


AGENTS: list[Agent] = []  # the one of this kernel


def start(root: str, folder: str, seed: int, import_roots: list[str], figure_size: tuple[Any, ...]) -> None:
    """Seed everything random, draw figures at this size (inches) unless told otherwise, and begin to watch."""
    figure(*figure_size)
    AGENTS.append(Agent(Path(root), Path(folder), seed, [Path(part) for part in import_roots]))


def figure(width: float, height: float, file_format: str, dpi: int, own: bool = False) -> None:
    """Draw the next cells' figures at this size (inches), in this format."""
    drawing.use(width, height, file_format, dpi, own)


def prepare(plan: Mapping[str, Any]) -> None:
    """Bring about the state that a step needs."""
    AGENTS[0].prepare(plan)


def load(names: Sequence[str]) -> None:
    """Import libraries that the next step begins by importing."""
    AGENTS[0].load(names)


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
