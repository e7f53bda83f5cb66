"""Run the steps that must run, each in a kernel that holds exactly what it can read, and keep what they did."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any

from deckwright.execute.scope import Scope
from deckwright.execute.store.blobs import address_of
from deckwright.execute.trace import Cause, Trace
from deckwright.execute.walk.past import LANGUAGE, LastGood
from deckwright.execute.walk.present import Present, import_roots
from deckwright.execute.walk.reasons import VARIES, Reasons, told
from deckwright.execute.walk.record import recorded
from deckwright.execute.walk.supply import Supply
from deckwright.execute.watch import Watcher, name_of
from deckwright.model import Cell, Output
from deckwright.settings import CellOptions, figure_of
from deckwright.words import seconds

COSTLY = 2.0  # seconds that a step takes
Boot = Callable[[], AbstractContextManager[Any]]


class Again(Exception):
    """A step that ran again did something else than its trace says: the walk begins anew, with its new trace."""


class Runner:
    """The runs of one walk. `scopes` before each step and `traces` of the steps so far grow as the walk goes on."""

    def __init__(
        self,
        present: Present,
        past: LastGood,
        scopes: Sequence[Scope],
        traces: Sequence[Trace],
        watcher: Watcher,
        boot: Boot,
        kernels: ExitStack,
        *,
        fresh: bool,
    ) -> None:
        """`kernels` ends what `boot` starts."""
        self.present, self.past, self.scopes, self.traces = present, past, scopes, traces
        self.watcher, self.boot, self.kernels, self.fresh = watcher, boot, kernels, fresh
        self.store, self.steps = present.store, present.steps
        self.supply = Supply(present, scopes, traces)
        self.reasons = Reasons(present, past)
        self.restored = 0  # bytes, for the next step
        self.ran: dict[int, list[tuple[int | None, Trace]]] = {}  # rows of the store and traces, the newest first
        self.shown: dict[str, list[Output]] = {}  # outputs by address
        self.tried: set[int] = (
            set()
        )  # steps before which all was run again, to find that something had come out otherwise
        self.straight = 0  # such a step for the second time: the walk shall run all before it
        self.start_kernel()

    def execute(self, index: int) -> bool:
        """Run a step; its trace is then the first in `ran`. False: the walk must begin anew. Raises DeckError."""
        try:
            self.supply_and_perform(index)
        except Again:
            return False
        return True

    def supply_and_perform(self, index: int) -> None:
        causes = self.reasons.of(index, self.scopes[index], fresh=self.fresh)
        self.watcher.started(self.steps[index], told(causes))
        if self.supply.needs_all_before(index):
            self.run_all_before(index)
        else:
            if self.past.changed_values(index):
                self.supply.whole.add(index)
            if self.past.quoted_code(index):
                self.supply.quoting.add(index)
            if missing := self.supply.missing(index):
                self.replay(sorted(missing), index)
        self.prepare(index)
        self.perform(index, causes)
        self.advise(index)

    def advise(self, index: int) -> None:
        """Tell the author which costly steps will run again with this one, as it reads what cannot be stored."""
        step, scope = self.steps[index], self.scopes[index]
        for name in sorted(set().union(*self.supply.needs(index))):
            opaque, trace = scope.values[name].opaque, self.traces[scope.writers[name]]
            if opaque and trace.seconds >= COSTLY:
                again = f"whenever it is edited, {trace.label} runs again ({seconds(trace.seconds)})"
                remedy = "keep what it needs of that under a name of its own"
                self.watcher.warn(
                    f"{step.place}: {name_of(step)} reads {name}, {opaque}, which cannot be stored: {again}; {remedy}"
                )

    def start_kernel(self) -> None:
        deck = self.present.deck
        self.kernel = self.kernels.enter_context(self.boot())
        language = self.kernel.connect(deck, self.steps, self.watcher, self.store.blobs, import_roots(deck.root))
        self.language: dict[str, Any] = language
        self.store.note(LANGUAGE, json.dumps(language).encode())
        self.supply.new_kernel()

    def new_kernel(self) -> None:
        """Go on with an empty kernel: what cells and imports did to the old one cannot be undone."""
        self.kernels.close()
        self.start_kernel()

    def end(self) -> None:
        """Ask the kernel to end."""
        self.kernel.end_session()

    def run_all_before(self, index: int) -> None:
        """See to it that this very kernel has run every step before this one, in order."""
        if self.supply.executed == list(range(index)):
            return
        if self.supply.executed:
            self.new_kernel()
        self.straight = index if index in self.tried else 0
        self.tried.add(index)
        self.undo_from(0)
        for before in range(index):
            self.again(before, index)
        self.straight = 0

    def replay(self, missing: Sequence[int], reader: int) -> None:
        """Run steps again, in an empty kernel, for values that cannot be restored."""
        if self.supply.live:
            self.new_kernel()
        self.undo_from(missing[0])
        for index in missing:
            self.prepare(index)
            self.again(index, reader)

    def undo_from(self, first: int) -> None:
        """Undo what the steps from this one on did to files: those that run again find them as they were."""
        for trace in reversed(self.traces[first:]):
            self.present.put_inputs_back(trace)

    def again(self, index: int, reader: int) -> None:
        """Run a step whose trace is known, for values that a later one needs. Raises Again if they are others."""
        cause = self.supply.cause(index, reader)
        self.watcher.started(self.steps[index], told([cause]))
        before = self.traces[index]
        trace = self.perform(index, (cause, *(once for once in before.causes if not once.again)))
        if trace.meaning != before.meaning:
            raise Again
        self.supply.replayed(before.after(self.scopes[index], index), before, trace.unseen)

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
            self.new_kernel()
            raise Again

    def perform(self, index: int, causes: tuple[Cause, ...]) -> Trace:
        """Run a step in the kernel as it is, and keep what it did."""
        step, settings = self.steps[index], self.present.deck.settings
        own = figure_of(settings, step.options, step.width) if isinstance(step, Cell) else None
        outputs, report = self.kernel.step(index, own or figure_of(settings, CellOptions()))
        if self.supply.lacks(index, report["mutated"]):
            self.supply.whole.add(index)
            self.new_kernel()
            raise Again
        trace = recorded(index, self.scopes[index], report, outputs, self.present)
        content = json.dumps(outputs, sort_keys=True).encode()
        same = not self.fresh and not causes[0].again and self.past.gave_the_same(index, trace)
        trace = replace(
            trace,
            shown=address_of(content),
            label=step.label,
            reason=told(causes),
            causes=causes,
            same=same,
            restored=self.restored,
            flags=(*trace.flags, VARIES) if trace.code in self.past.varying else trace.flags,
        )
        self.restored = 0
        self.shown[trace.shown] = outputs
        self.ran.setdefault(index, []).insert(0, (self.keep(index, trace, content, report), trace))
        self.supply.ran(index, trace.after(self.scopes[index], index), trace)
        self.watcher.finished(step, trace)
        return trace

    def keep(self, index: int, trace: Trace, shown: bytes, report: Mapping[str, Any]) -> int | None:
        """Keep a trace for later builds, unless a source file has changed since this build read it."""
        if any(self.present.modules.content(name) != content for name, content in report["modules"].items()):
            return None
        self.store.put(shown)
        return self.store.add(self.present.codes[index], trace.to_json(), self.kept(trace), trace.seconds)

    def kept(self, trace: Trace) -> list[str]:
        """What a trace needs of the store and the store has: a file may be too large for it."""
        return [address for address in trace.blobs if self.store.has(address)]
