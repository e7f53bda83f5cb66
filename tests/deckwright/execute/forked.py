"""A kernel for tests that is there in a few milliseconds: a fork of a process that has everything loaded.

The shell, the agent, the snapshots and the store are the real ones; only Jupyter's transport is left out.
The process that is forked has imported libraries, but hides them: what a cell imports looks newly imported.
"""

import atexit
import gc
import importlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from functools import cache, partial
from importlib.machinery import ModuleSpec, PathFinder
from io import TextIOBase
from multiprocessing.connection import Client, Connection, Listener, wait
from pathlib import Path
from types import ModuleType
from typing import Any

import deckwright
from deckwright.errors import DeckError
from deckwright.execute.analysis.libraries import installed, odd_names
from deckwright.execute.kernel.protocol import CALL, REPORT
from deckwright.execute.kernel.repeat import joined, repeatable
from deckwright.execute.kernel.session import source_of
from deckwright.execute.kernel.traceback import cell_error
from deckwright.execute.watch import Step, Watcher
from deckwright.model import Cell, Deck, Output
from deckwright.settings import CellOptions, FigureSize, figure_of

LANGUAGE = {"name": "python"}
MEMORY = 4 << 30  # bytes that a kernel may have
PATIENCE = 60  # seconds that one cell may take
ROOT = Path(__file__).parents[3]
SOURCE = Path(deckwright.__file__).parents[1]


# In the test's process


class ForkedKernel:
    """Like deckwright.execute.kernel.kernel.Kernel."""

    def __init__(self, server: str, root: Path) -> None:
        self.connection = Client(server, family="AF_UNIX")
        self.root = root

    def connect(
        self, deck: Deck, steps: Sequence[Step], watcher: Watcher, blobs: Path, roots: Sequence[Path]
    ) -> dict[str, Any]:
        self.deck, self.steps, self.watcher = deck, steps, watcher
        self.numbered = dict(enumerate((step for step in steps if isinstance(step, Cell)), 1))  # as tracebacks have it
        self.usual = self.figure = figure_of(deck.settings, CellOptions())
        environment = dict(os.environ) | {"PYTHONHASHSEED": "0"}
        self.ask(str(self.root), environment)
        seed = deck.settings.seed
        self.tell("start", str(deck.root), str(blobs), seed, [str(root) for root in roots], astuple(self.figure))
        return dict(LANGUAGE)

    def ask(self, *request: object) -> Any:
        self.connection.send(request)
        if not self.connection.poll(PATIENCE):
            raise TimeoutError("the kernel does not answer")
        return self.connection.recv()

    def run(self, code: str, *, store_history: bool) -> tuple[list[dict[str, Any]], Mapping[str, Any] | None]:
        """Run some code; give its outputs and the agent's report."""
        outputs = self.ask(code, store_history)
        reports = [output["data"][REPORT] for output in outputs if REPORT in output.get("data", ())]
        shown = [output for output in outputs if REPORT not in output.get("data", ())]
        return shown, reports[-1] if reports else None

    def tell(self, function: str, *arguments: object) -> Mapping[str, Any]:
        outputs, report = self.run(f"{CALL}.{function}{arguments!r}", store_history=False)
        if error := error_in(outputs):
            raise AgentError("\n".join(error["traceback"]))
        return report or {}

    def prepare(self, plan: Mapping[str, Any]) -> list[str] | None:
        try:
            return list(self.tell("prepare", plan)["differing"])
        except AgentError:
            return None

    def step(self, index: int, figure: FigureSize) -> tuple[list[Output], Mapping[str, Any]]:
        step = self.steps[index]
        if figure != self.figure:
            self.figure = figure
            self.tell("figure", *astuple(figure), figure != self.usual)
        is_cell = isinstance(step, Cell)
        outputs, report = self.run(source_of(step), store_history=is_cell)
        error = error_in(outputs)
        if error and not (is_cell and step.options.error):
            raise cell_error(step, error, self.numbered, self.deck.root)
        if is_cell and step.options.error and not error:
            raise DeckError(f"cell {step.label} has `error: true` but raised nothing", step.place)
        if report is None:
            raise RuntimeError(f"no report of {step.label}: {outputs}")
        return [repeatable(output) for output in joined(outputs)], report

    def end_session(self) -> None: ...


class AgentError(Exception):
    """The agent raised."""


def error_in(outputs: Sequence[Output]) -> Any:
    return next((output for output in reversed(outputs) if output["output_type"] == "error"), None)


@cache
def server(libraries: tuple[str, ...]) -> str:
    """Start a process to be forked, for as long as this one lives; give its address."""
    address = str(Path(tempfile.mkdtemp(prefix="deckwright-forked-")) / "socket")
    environment = dict(os.environ) | {"PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", f"from {__name__} import serve; serve({address!r}, {libraries!r})"]
    if not __name__.startswith("tests."):
        command[2] = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.deckwright.execute.forked import serve; serve({address!r}, {libraries!r})"
        )
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE)
    atexit.register(process.kill)
    while not Path(address).exists():
        if process.poll() is not None:
            raise RuntimeError("the process to be forked has ended")
        time.sleep(0.01)
    return address


@contextmanager
def forked_kernel(
    root: Path, libraries: tuple[str, ...] = ("numpy",), kind: type[ForkedKernel] = ForkedKernel
) -> Iterator[ForkedKernel]:
    """Start a kernel; it is gone when the block ends."""
    kernel = kind(server(libraries), root)
    try:
        yield kernel
    finally:
        kernel.connection.close()


def booting(root: Path, *libraries: str) -> Callable[[], Any]:
    """What a Walk takes for its `boot`."""
    return partial(forked_kernel, root, libraries or ("numpy",))


# In the process that is forked


def serve(address: str, libraries: Sequence[str]) -> None:
    """Fork a kernel for each connection, until standard input ends."""
    shell = made_shell()
    importlib.import_module("deckwright.execute.inside.agent")
    installed()
    odd_names()
    hidden = hide(libraries)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    draft = f"{address}.new"
    listener = Listener(draft, family="AF_UNIX", backlog=16)
    os.rename(draft, address)
    # Private, but the only way to wait for two things; standard input ends when the tests do.
    while 0 not in wait([listener._listener._socket, 0]):  # type: ignore[attr-defined]
        connection = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            live(connection, shell, hidden)
        connection.close()
    os._exit(0)


def made_shell() -> Any:
    """IPython's shell as a kernel has it, with a place to send its messages to."""
    from ipykernel.compiler import XCachingCompiler
    from ipykernel.zmqshell import ZMQInteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.IPCompleter.use_jedi = False
    os.environ["IPYTHONDIR"] = tempfile.mkdtemp(prefix="deckwright-ipython-")
    return ZMQInteractiveShell.instance(config=settings, compiler_class=XCachingCompiler)


def hide(libraries: Sequence[str]) -> dict[str, dict[str, ModuleType]]:
    """Import libraries and make it look as if they had not been."""
    hidden = {}
    for name in (*libraries, *("numpy.random" for library in libraries if library == "numpy")):
        importlib.import_module(name)
    for library in libraries:
        names = [name for name in sys.modules if name == library or name.startswith(f"{library}.")]
        hidden[library] = {name: sys.modules.pop(name) for name in names}
    return hidden


def unhide_when_imported(hidden: dict[str, dict[str, ModuleType]]) -> None:
    """Have the path finder find hidden libraries, whoever asks it."""
    original = PathFinder.find_spec

    def find_spec(fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname not in hidden:
            return original(fullname, path, target)
        return ModuleSpec(fullname, Unhider(hidden[fullname], fullname), origin=hidden[fullname][fullname].__file__)

    PathFinder.find_spec = find_spec  # type: ignore[method-assign]


class Unhider:
    """Gives a hidden library back."""

    def __init__(self, modules: dict[str, ModuleType], name: str) -> None:
        self.modules, self.name = modules, name
        self.spec = modules[name].__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.modules[self.name]

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec
        if self.name != "numpy":
            importlib.import_module("numpy")  # as torch and matplotlib do
        sys.modules.update(self.modules)


class Stream(TextIOBase):
    """A standard stream whose text becomes an output."""

    def __init__(self, name: str, outputs: list[dict[str, Any]]) -> None:
        self.label, self.outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.outputs.append({"output_type": "stream", "name": self.label, "text": text})
        return len(text)


class Pretence:
    """Takes what the shell sends, in place of a session with sockets."""

    def __init__(self, outputs: list[dict[str, Any]]) -> None:
        self.outputs = outputs

    def msg(self, kind: str, content: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"kind": kind, "content": content}

    def send(self, _: Any, message: Any, content: Any = None, *__: Any, **___: Any) -> None:
        kind, content = (message, content) if isinstance(message, str) else (message["kind"], message["content"])
        content = {name: value for name, value in content.items() if name != "transient"}
        if kind in ("execute_result", "display_data", "error"):
            self.outputs.append({"output_type": kind, **content})


def live(connection: Connection, shell: Any, hidden: dict[str, dict[str, ModuleType]]) -> None:
    """Be a kernel: run what comes in until the connection closes."""
    root, environment = connection.recv()
    outputs: list[dict[str, Any]] = []
    session = Pretence(outputs)
    for part in (shell.displayhook, shell.display_pub):
        part._trait_values["session"] = session  # past the check that it is Jupyter's own
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(root)
    others = [part for part in sys.path if part and Path(part) not in (ROOT, SOURCE)]
    sys.path[:] = ["", f"{root}/src", *others, str(SOURCE)]
    sys.path_importer_cache.clear()
    sys.dont_write_bytecode = True
    unhide_when_imported(hidden)
    sys.stdin = open(os.devnull)  # noqa: SIM115
    sys.stdout, sys.stderr = Stream("stdout", outputs), Stream("stderr", outputs)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    connection.send(None)
    while True:
        try:
            code, store_history = connection.recv()
        except (EOFError, OSError):
            os._exit(0)
        outputs.clear()
        shell.run_cell(code, store_history=store_history)
        connection.send(list(outputs))
