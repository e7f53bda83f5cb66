"""Kernels for the builds of a server: each comes from a process that booted ahead, and is used for one build alone.

It may have been given what the last build's kernel was given first, and the libraries that the cell then imported at
its top. If the next build asks for the very same plan, which says all that a blank kernel gets, and for a cell that
begins with the same imports, it is there; if for anything else, another blank kernel is started. So a build never
finds a state that it would not have made itself.
"""

import ast
from asyncio import CancelledError
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, cast

from deckwright import installed
from deckwright.errors import DeckError
from deckwright.execute.analysis import libraries
from deckwright.execute.analysis.modules import Modules
from deckwright.execute.kernel.kernel import Kernel, booting_kernel
from deckwright.execute.watch import Step, Watcher
from deckwright.model import Deck, Output
from deckwright.settings import CellOptions, FigureSize, figure_of

Plan = Mapping[str, Any]


class Start(NamedTuple):
    """What a kernel is connected with."""

    deck: Deck
    steps: Sequence[Step]
    watcher: Watcher
    blobs: Path
    roots: Sequence[Path]

    @property
    def state(self) -> object:
        """All of it that a kernel's state depends on."""
        settings = self.deck.settings
        return self.deck.root, settings.seed, figure_of(settings, CellOptions()), self.blobs, tuple(self.roots)


class Given(NamedTuple):
    """What a kernel got, or is to get, ahead of its first step."""

    plan: Plan | None = None
    imports: tuple[str, ...] = ()


BLANK = Given()


class Ahead:
    """A Kernel that may have been started, and been given something, before a build asks for it."""

    def __init__(self, root: Path) -> None:
        self.root, self.ending = root, ExitStack()
        self.start: Start | None = None
        self.given = BLANK
        self.asked: Given | None = None  # by the build, before and with its first step
        self.plan: Plan | None = None  # that it asked for, but that has not come to a step
        self.packages = packages()
        self.cancelled = False
        self.boot()

    def boot(self) -> None:
        self.kernel = self.ending.enter_context(booting_kernel(self.root))

    def renew(self) -> None:
        """Begin afresh."""
        self.ending.close()
        self.boot()
        self.given = BLANK
        if self.start:
            self.connect_kernel(self.start)

    def connect_kernel(self, start: Start) -> dict[str, Any]:
        """Connect the kernel. Raises CancelledError if `cancel` came while there was none to be cancelled."""
        language = self.kernel.connect(*start)
        if self.cancelled:
            raise CancelledError
        return language

    def go_ahead(self, start: Start, given: Given) -> None:
        """Be ready for a build that starts so and asks for this. Raises DeckError if there is no kernel."""
        self.start = start
        self.connect_kernel(start)
        if given.plan is not None and self.kernel.prepare(given.plan) != []:
            return self.renew()
        self.kernel.load(given.imports)
        self.given = given

    def connect(
        self, deck: Deck, steps: Sequence[Step], watcher: Watcher, blobs: Path, roots: Sequence[Path]
    ) -> dict[str, Any]:
        """As a Kernel does, for a build."""
        before, self.start = self.start, Start(deck, steps, watcher, blobs, roots)
        if before is None:
            return self.connect_kernel(self.start)
        if before.state != self.start.state or self.packages != packages():
            self.renew()
        self.kernel.session.use(deck, steps, watcher)
        return self.kernel.session.language

    def prepare(self, plan: Plan) -> list[str] | None:
        """As a Kernel does, unless it has been done."""
        if self.asked is None:
            self.plan = plan
            if plan == self.given.plan and self.has_present_modules():
                return []
            if self.given != BLANK:
                self.renew()
        return self.kernel.prepare(plan)

    def step(self, index: int, figure: FigureSize) -> tuple[list[Output], Mapping[str, Any]]:
        """As a Kernel does. Raises DeckError where the step fails."""
        if self.asked is None and self.start:
            imports = leading_imports(self.start.steps[index].code, Modules(self.start.roots))
            self.asked = Given(self.plan, imports)
            if self.given.plan != self.plan or self.given.imports != imports[: len(self.given.imports)]:
                self.give_anew(index)
        return self.kernel.step(index, figure)

    def give_anew(self, index: int) -> None:
        """Give a blank kernel what the build asked for."""
        if self.given == BLANK or not self.start:
            return
        self.renew()
        if self.plan is not None and self.kernel.prepare(self.plan) != []:
            problem = "something that this cell needs has vanished from .deckwright"
            raise DeckError(problem, self.start.steps[index].place, "Save again.")

    def has_present_modules(self) -> bool:
        """Whether the author's modules that were loaded ahead are as they are now."""
        now = Modules(self.start.roots if self.start else [])
        return all(now.content(name) == content for name, content in self.kernel.session.modules.items())

    def end_session(self) -> None:
        self.kernel.end_session()

    def cancel(self) -> None:
        """Make whoever uses it in another thread end there, with CancelledError."""
        self.cancelled = True
        self.kernel.cancel()

    def close(self) -> None:
        self.ending.close()


class Kernels:
    """Gives kernels to builds, one at a time, and has the next one booted meanwhile."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.current: Ahead | None = None
        self.last = BLANK  # what the last build that ran anything asked for first
        self.thread = ThreadPoolExecutor(1)  # one and the same: a kernel ends with the thread that started it
        self.next: Future[Ahead] | None = None
        self.readied: Ahead | None = None  # the one of `next`
        self.ended = False

    @contextmanager
    def boot(self, root: Path) -> Iterator[Kernel]:
        """A kernel for a build."""
        ahead, self.next = self.next, None
        kernel = ahead.result() if ahead and not ahead.exception() else Ahead(root)
        with ExitStack() as ending:
            ending.callback(kernel.close)
            self.current = kernel
            try:
                yield cast(Kernel, kernel)
            finally:
                with self.lock:
                    self.current = None
                self.last = kernel.asked or self.last

    def think_ahead(self, start: Start) -> None:
        """Boot a kernel for the next build, and give it what the last one asked for."""
        if self.next is None:
            self.next = self.thread.submit(self.ready, start, self.last)

    def ready(self, start: Start, given: Given) -> Ahead:
        """A kernel that is ready for a build. Raises DeckError if there is none."""
        kernel = Ahead(start.deck.root)
        with ExitStack() as undoing:
            undoing.callback(kernel.close)
            with self.lock:
                self.readied = kernel
                if self.ended:
                    kernel.cancel()
            kernel.go_ahead(start, given)
            undoing.pop_all()
        return kernel

    def cancel(self) -> None:
        """End what runs now."""
        with self.lock:
            if self.current:
                self.current.cancel()

    def close(self) -> None:
        """Leave no kernel behind."""
        with self.lock:
            self.ended = True
            if self.next and not self.next.done() and self.readied:
                self.readied.cancel()
        if self.next and not self.next.exception():
            self.next.result().close()
        self.thread.shutdown()


def leading_imports(code: str, modules: Modules) -> tuple[str, ...]:
    """The libraries that code imports before it does anything else."""
    try:
        body = ast.parse(code).body
    except SyntaxError:  # a magic
        return ()
    found: list[str] = []
    for statement in body:
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            names = [statement.module]
        else:
            break
        if "__future__" in names or any(modules.is_local(name) for name in names):
            break
        found += names
    return tuple(found)


def packages() -> list[tuple[str, int]]:
    """Another list once a package was installed or removed; what is known of their versions is then forgotten."""
    found = installed.packages()
    if found != SEEN:
        SEEN[:] = found
        for known in (libraries.installed, libraries.odd_names, libraries.distribution_of):
            known.cache_clear()
    return found


SEEN: list[tuple[str, int]] = []
