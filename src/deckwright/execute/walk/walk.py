"""Go through a deck's steps in order: use what is known of each, run what is not. The heart of the engine.

Before each step the walk knows the state without having it, as a Scope. A step whose trace says that its inputs are
what they were is not run: its outputs are taken and its effects applied. For one that must run the kernel is started
and given exactly what the step can read.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from deckwright.execute.kernel.repeat import labelled
from deckwright.execute.scope import Scope
from deckwright.execute.store.store import Store
from deckwright.execute.trace import Trace, from_json
from deckwright.execute.walk.past import LANGUAGE, LastGood
from deckwright.execute.walk.present import Present
from deckwright.execute.watch import Watcher
from deckwright.model import Deck, Output, Results, is_never_kept, steps

if TYPE_CHECKING:  # a build that runs nothing does without
    from deckwright.execute.walk.runner import Runner

    R = TypeVar("R", bound=Runner)

PATIENCE = 8  # walks, before all is run in one go


class Walk:
    """One build's walk through one deck."""

    def __init__(
        self,
        deck: Deck,
        store: Store,
        watcher: Watcher,
        boot: Callable[[], AbstractContextManager[Any]],
        *,
        fresh: bool = False,
    ) -> None:
        """`boot` starts a kernel, if one is needed. Whoever makes a walk ends its `kernels`."""
        self.deck, self.store, self.watcher, self.boot, self.fresh = deck, store, watcher, boot, fresh
        self.steps = list(steps(deck))
        self.present = Present(deck, self.steps, store)
        self.past = LastGood(self.present, store)
        self.scopes: list[Scope] = []  # before each step
        self.traces: list[Trace] = []  # of the steps so far
        self.rows: dict[int, int | None] = {}  # of the store, by step
        self.shown: dict[str, list[Output]] = {}  # outputs by address
        self.contents: dict[str, bytes] = {}  # the same as the store has them
        self.ran: dict[int, list[tuple[int | None, Trace]]] = {}  # what this build ran
        self.kernels = ExitStack()
        self.straight = 0  # run every step before this one, one after the other
        self.language: dict[str, Any] = {}  # what the kernel says of it

    @cached_property
    def runner(self) -> "Runner":
        """Runs steps; made when the first one must run, with the kernel."""
        from deckwright.execute.walk.runner import Runner

        return self.made(Runner)

    def made(self, kind: "type[R]") -> "R":
        """A runner of this kind for this walk."""
        given = (self.present, self.past, self.scopes, self.traces, self.watcher, self.boot, self.kernels)
        runner = kind(*given, fresh=self.fresh)
        self.ran, self.shown = runner.ran, runner.shown
        return runner

    def run(self) -> Results:
        """Bring every step up to date. Raises DeckError where one fails; those before it are kept."""
        self.watcher.begin(len(self.steps))
        for _ in range(PATIENCE):
            if self.through():
                break
            self.begin_anew(self.runner.straight)
        else:  # what cells give differs from run to run: one straight run settles it
            self.begin_anew(len(self.steps))
            self.through()
        self.present.put_files_back(self.scopes[-1])
        if "runner" in self.__dict__:
            self.language = self.runner.language
            self.runner.end()
        self.keep()
        return self.results()

    def begin_anew(self, straight: int) -> None:
        """Take it that every step before this one has to run, one after the other."""
        self.straight, self.runner.straight = straight, 0
        if straight:
            self.runner.new_kernel()

    def through(self) -> bool:
        """Walk from the first step to the last; False if it has to be done anew."""
        self.scopes.clear()
        self.traces.clear()
        scope = Scope()
        for index, step in enumerate(self.steps):
            self.scopes.append(scope)
            trace = self.known(index)
            if trace:
                self.watcher.cached(step, trace)
            elif (trace := self.executed(index)) is None:
                return False
            self.traces.append(trace)
            scope = trace.after(scope, index)
        self.scopes.append(scope)
        return True

    def executed(self, index: int) -> Trace | None:
        """The trace of a step that has run now; None if the walk has to be done anew."""
        if not self.runner.execute(index):
            return None
        self.rows[index], trace = self.ran[index][0]
        return trace

    def known(self, index: int) -> Trace | None:
        """A trace of this step whose inputs are what they are now."""
        for row, trace in self.candidates(index):
            if self.holds(trace, index) and self.has_outputs(trace):
                self.rows[index] = row
                return trace
        return None

    def has_outputs(self, trace: Trace) -> bool:
        """Whether a trace's outputs are there and whole; read now, since later nothing could run any more."""
        if trace.shown in self.shown or trace.shown in self.contents:
            return True
        content = self.store.get(trace.shown)
        if content is not None:
            self.contents[trace.shown] = content
        return content is not None

    def candidates(self, index: int) -> Iterator[tuple[int | None, Trace]]:
        """Traces that may hold for a step, the last used first."""
        if index < self.straight:
            return
        yield from self.ran.get(index, ())
        if not self.fresh and not is_never_kept(self.steps[index]):
            for row, content in self.store.traces(self.present.codes[index]):
                yield row, from_json(content)

    def holds(self, trace: Trace, index: int) -> bool:
        """Whether all inputs of a trace are what they were."""
        scope = self.scopes[index]
        if scope.entangled and "past" not in trace.inputs:
            return False
        return all(self.present.now(key, scope, index) == value for key, value in trace.inputs.items())

    def keep(self) -> None:
        """Tell the store which traces this build used, for the next one and for those who ask why."""
        self.store.used([row for row in self.rows.values() if row is not None], self.deck.name)
        self.past.keep(self.rows)
        self.present.remember()

    def results(self) -> Results:
        """The outputs of every step; each is parsed when it is asked for."""
        language = self.language or json.loads(self.store.noted(LANGUAGE) or b"{}")
        shown = {step.label: trace.shown for step, trace in zip(self.steps, self.traces, strict=True)}
        return Results(Shown(shown, self.read), language, shown)

    def read(self, address: str) -> list[Output]:
        """Outputs by address."""
        if address not in self.shown:
            self.shown[address] = json.loads(self.contents[address])
        return self.shown[address]


class Shown(Mapping[str, tuple[Output, ...]]):
    """Outputs by label, parsed when they are asked for."""

    def __init__(self, addresses: Mapping[str, str], read: Callable[[str], list[Output]]) -> None:
        self.addresses, self.read = addresses, read

    def __getitem__(self, label: str) -> tuple[Output, ...]:
        return tuple(labelled(output, label) for output in self.read(self.addresses[label]))

    def __iter__(self) -> Iterator[str]:
        return iter(self.addresses)

    def __len__(self) -> int:
        return len(self.addresses)
