"""Go through a deck's steps in order: use what is known of each, run what is not. The heart of the engine.

Before each step the walk knows the state without having it, as a Scope. A step whose trace says that its inputs are
what they were is not run: its outputs are taken and its effects applied. For one that must run the kernel is started
and given exactly what the step can read.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any

from deckwright.errors import DeckError
from deckwright.execute.blobs import address_of
from deckwright.execute.names import names_of
from deckwright.execute.past import LastGood
from deckwright.execute.present import Present, import_roots
from deckwright.execute.reasons import Reasons, told
from deckwright.execute.record import recorded
from deckwright.execute.repeat import labelled
from deckwright.execute.scope import Scope
from deckwright.execute.store import Store
from deckwright.execute.supply import Supply
from deckwright.execute.trace import Cause, Trace, from_json
from deckwright.execute.watch import Watcher
from deckwright.model import Cell, Deck, Output, Results, steps
from deckwright.settings import CellOptions, figure_of

LANGUAGE = "language"  # the store's note of what the kernel says of its language
NEEDED = (Cause("what it gives is needed and not stored"),)
Boot = Callable[[], AbstractContextManager[Any]]


class Again(Exception):
    """A step that ran again did something else than its trace says: the walk begins anew, with its new trace."""


class Walk:
    """One build's walk through one deck."""

    def __init__(
        self,
        deck: Deck,
        store: Store,
        watcher: Watcher,
        boot: Boot,
        *,
        meanwhile: Callable[[], object] = lambda: None,
        fresh: bool = False,
    ) -> None:
        """`meanwhile` is done while a kernel boots. Whoever makes a walk ends its `kernels`."""
        self.deck, self.store, self.watcher, self.fresh = deck, store, watcher, fresh
        self.boot, self.meanwhile = boot, meanwhile
        self.steps = list(steps(deck))
        self.present = Present(deck, self.steps, store)
        self.supply = Supply(self.present)
        self.past = LastGood(self.present, store)
        self.reasons = Reasons(self.present, self.past)
        self.restored = 0  # bytes, for the next step
        self.scopes: list[Scope] = []  # before each step
        self.traces: list[Trace] = []  # of the steps so far
        self.ran: dict[int, list[tuple[int | None, Trace]]] = {}  # in this build, the newest first
        self.rows: dict[int, int | None] = {}  # of the store, by step
        self.shown: dict[str, list[Output]] = {}  # outputs of this build, by address
        self.kernel: Any = None
        self.kernels = ExitStack()
        self.language: dict[str, Any] = {}

    def run(self) -> Results:
        """Bring every step up to date. Raises DeckError where one fails; those before it are kept."""
        self.watcher.begin(len(self.steps))
        while not self.through():
            pass
        if self.kernel:
            self.language = self.kernel.end_session()
        self.present.put_files_back(self.scopes[-1])
        self.keep()
        return self.results()

    def through(self) -> bool:
        """Walk from the first step to the last; False if it has to be done anew."""
        self.scopes, self.traces = [], []
        self.supply.scopes, self.supply.traces = self.scopes, self.traces
        scope = Scope()
        for index, step in enumerate(self.steps):
            self.scopes.append(scope)
            trace = self.known(index)
            if trace is None:
                try:
                    trace = self.execute(index)
                except Again:
                    return False
            else:
                self.watcher.cached(step, trace)
            self.traces.append(trace)
            scope = trace.after(scope, index)
        self.scopes.append(scope)
        return True

    def known(self, index: int) -> Trace | None:
        """A trace of this step whose inputs are what they are now."""
        for row, trace in self.candidates(index):
            if self.holds(trace, index) and (trace.shown in self.shown or self.store.has(trace.shown)):
                self.rows[index] = row
                return trace
        return None

    def candidates(self, index: int) -> Iterator[tuple[int | None, Trace]]:
        """Traces that may hold for a step, the last used first."""
        step = self.steps[index]
        yield from self.ran.get(index, ())
        if not self.fresh and not (isinstance(step, Cell) and step.options.cache == "never"):
            for row, content in self.store.traces(self.present.codes[index]):
                yield row, from_json(content)

    def holds(self, trace: Trace, index: int) -> bool:
        """Whether all inputs of a trace are what they were."""
        scope = self.scopes[index]
        if scope.entangled and "past" not in trace.inputs:
            return False
        return all(self.present.now(key, scope, index) == value for key, value in trace.inputs.items())

    def execute(self, index: int) -> Trace:
        """Run a step, in a kernel that holds what it needs."""
        causes = self.reasons.of(index, self.scopes[index], fresh=self.fresh)
        self.watcher.started(self.steps[index], told(causes))
        if self.kernel is None:
            self.start_kernel()
        if self.needs_all_before(index):
            self.run_all_before(index)
        else:
            if self.past.changed_values(index):
                self.supply.whole.add(index)
            if missing := self.supply.missing(index):
                self.replay(sorted(missing))
        self.prepare(index)
        return self.perform(index, causes)

    def start_kernel(self) -> None:
        self.kernel = self.kernels.enter_context(self.boot())
        self.meanwhile()
        self.kernel.connect(self.deck, self.steps, self.watcher, self.store.blobs, import_roots(self.deck.root))
        self.supply.new_kernel()

    def needs_all_before(self, index: int) -> bool:
        """Whether a step depends on those before it in ways that cannot be told."""
        return bool(self.scopes[index].entangled) or names_of(self.steps[index].code).history

    def run_all_before(self, index: int) -> None:
        """See to it that this very kernel has run every step before this one, in order."""
        if self.supply.executed == list(range(index)):
            return
        if self.supply.executed:
            self.new_kernel()
        for before in range(index):
            self.again(before)

    def replay(self, missing: Sequence[int]) -> None:
        """Run steps again, in an empty kernel, for values that cannot be restored."""
        if self.supply.live:
            self.new_kernel()
        for index in missing:
            self.prepare(index)
            self.again(index)

    def new_kernel(self) -> None:
        """Go on with an empty kernel: what cells and imports did to the old one cannot be undone."""
        self.kernels.close()
        self.start_kernel()

    def again(self, index: int) -> None:
        """Run a step whose trace is known, for its values. Raises Again if they are others."""
        self.watcher.started(self.steps[index], told(NEEDED))
        before = self.traces[index]
        trace = self.perform(index, NEEDED + tuple(cause for cause in before.causes if cause not in NEEDED))
        if trace.meaning != before.meaning:
            raise Again

    def prepare(self, index: int) -> None:
        """Have the agent bring about what a step needs."""
        self.present.put_files_back(self.scopes[index])
        plan = self.supply.plan(index)
        if plan is None:
            return
        differing = self.kernel.prepare(plan)
        self.supply.supplied(index, plan)
        self.restored = self.supply.size(index, plan)
        if differing or differing is None:
            self.supply.condemn(index, plan, differing)
            raise Again

    def perform(self, index: int, causes: tuple[Cause, ...]) -> Trace:
        """Run a step in the kernel as it is, and keep what it did."""
        step = self.steps[index]
        own = figure_of(self.deck.settings, step.options, step.width) if isinstance(step, Cell) else None
        outputs, report = self.kernel.step(index, own or figure_of(self.deck.settings, CellOptions()))
        if self.supply.lacks(index, report["mutated"]):
            self.supply.whole.add(index)
            self.new_kernel()
            raise Again
        trace = recorded(index, self.scopes[index], report, outputs, self.present)
        content = json.dumps(outputs, sort_keys=True).encode()
        same = not self.fresh and causes[0] not in NEEDED and self.past.gave_the_same(index, trace)
        why = {"reason": told(causes), "causes": causes, "same": same, "restored": self.restored}
        trace = replace(trace, shown=address_of(content), label=step.label, **why)
        self.restored = 0
        self.shown[trace.shown] = outputs
        self.rows[index] = self.add(index, trace, content, report)
        self.ran.setdefault(index, []).insert(0, (self.rows[index], trace))
        self.supply.ran(index, trace.after(self.scopes[index], index), trace)
        self.watcher.finished(step, trace)
        return trace

    def add(self, index: int, trace: Trace, shown: bytes, report: Mapping[str, Any]) -> int | None:
        """Keep a trace for later builds, unless a source file has changed since this build read it."""
        if any(self.present.modules.content(name) != content for name, content in report["modules"].items()):
            return None
        self.store.put(shown)
        return self.store.add(self.present.codes[index], trace.to_json(), trace.blobs, trace.seconds)

    def keep(self) -> None:
        """Tell the store which traces this build used, for the next one and for those who ask why."""
        self.store.used([row for row in self.rows.values() if row is not None], self.deck.name)
        self.past.keep(self.rows)
        self.present.remember()
        if self.language:
            self.store.note(LANGUAGE, json.dumps(self.language).encode())

    def results(self) -> Results:
        """The outputs of every step; each is read from the store when it is asked for."""
        language = self.language or json.loads(self.store.noted(LANGUAGE) or b"{}")
        shown = {step.label: trace.shown for step, trace in zip(self.steps, self.traces, strict=True)}
        return Results(Shown(shown, self.read), language, shown)

    def read(self, address: str) -> list[Output]:
        """Outputs by address."""
        if address not in self.shown:
            content = self.store.get(address)
            if content is None:
                raise DeckError(
                    "outputs have vanished from .deckwright while building", self.deck.place, "Build again."
                )
            self.shown[address] = json.loads(content)
        return self.shown[address]


class Shown(Mapping[str, tuple[Output, ...]]):
    """Outputs by label, read when they are asked for."""

    def __init__(self, addresses: Mapping[str, str], read: Callable[[str], list[Output]]) -> None:
        self.addresses, self.read = addresses, read

    def __getitem__(self, label: str) -> tuple[Output, ...]:
        return tuple(labelled(output, label) for output in self.read(self.addresses[label]))

    def __iter__(self) -> Iterator[str]:
        return iter(self.addresses)

    def __len__(self) -> int:
        return len(self.addresses)
