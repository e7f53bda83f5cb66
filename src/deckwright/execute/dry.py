"""Tell what a build would run, without running anything.

What must run is taken to do what it did last. Whatever it writes may come out as something else, so a step that reads
that may have to run, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatch
from typing import Any

from deckwright.execute.names import names_of
from deckwright.execute.reasons import Reasons, listed, noun
from deckwright.execute.runner import NEEDED, needs_all_before
from deckwright.execute.scope import Scope
from deckwright.execute.store import Store
from deckwright.execute.supply import Supply
from deckwright.execute.trace import Cause, Effect, Trace
from deckwright.execute.walk import Walk
from deckwright.execute.watch import Step
from deckwright.model import Deck

FILE = "file "
NOTHING = Trace({}, {})


class Verdict(Enum):
    """What a build would do about a step."""

    KNOWN = "is as it was"
    RUNS = "would run"
    MAY_RUN = "may run"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected of one step."""

    step: Step
    verdict: Verdict
    trace: Trace | None  # of its last run; None if there was none
    causes: tuple[Cause, ...] = ()
    restored: int = 0  # bytes


class Dry(Walk):
    """A walk that runs nothing."""

    def __init__(self, deck: Deck, store: Store) -> None:
        super().__init__(deck, store, Silence(), no_kernel)
        self.reasons = Reasons(self.present, self.past)
        self.supply = Supply(self.present, self.scopes, self.traces)
        self.unsure: dict[str, int] = {}  # names, and `file …`, that may come out otherwise: by which step
        self.found: dict[int, Forecast] = {}

    def forecasts(self) -> list[Forecast]:
        """One for each step."""
        self.through()
        return [self.found[index] for index in range(len(self.steps))]

    def known(self, index: int) -> Trace | None:
        trace = super().known(index)
        if trace:
            self.found[index] = Forecast(self.steps[index], Verdict.KNOWN, trace)
        return trace

    def holds(self, trace: Trace, index: int) -> bool:
        """Whether all inputs of a trace are what they were, and will be."""
        return super().holds(trace, index) and not any(self.doubts(trace, index))

    def may_hold(self, trace: Trace, index: int) -> bool:
        """Whether all inputs that are known are what they were."""
        sure = {key: trace.inputs[key] for key in trace.inputs if next(self.doubt(key, index), None) is None}
        past = {} if "past" in sure else {key: trace.inputs[key] for key in trace.inputs if key == "past"}
        return super().holds(replace(trace, inputs=sure), index) or (bool(past) and all(
            self.present.now(key, self.scopes[index], index) == value for key, value in sure.items()
        ))

    def doubts(self, trace: Trace, index: int) -> Iterator[tuple[str, int]]:
        """What a trace has read that may come out otherwise, and by which step."""
        for key in trace.inputs:
            yield from self.doubt(key, index)

    def doubt(self, key: str, index: int) -> Iterator[tuple[str, int]]:
        """The same for one of its inputs."""
        kind, _, rest = key.partition(" ")
        match kind:
            case "value":
                names = [rest]
            case "sharing":
                names = rest.split("\t")
            case "group":
                names = sorted(self.scopes[index].group(rest))
            case "file" | "kind":
                names = [f"{FILE}{rest}"]
            case "folder":
                names = [name for name in self.unsure if name.startswith(FILE) and is_in(name, rest)]
            case "files":
                names = [name for name in self.unsure if fnmatch(name, f"{FILE}{rest}")]
            case "past" | "names":
                names = list(self.unsure)
            case _:
                names = []
        yield from ((name, self.unsure[name]) for name in names if name in self.unsure)

    def executed(self, index: int) -> Trace | None:
        """What a step is taken to do, which has no trace that holds."""
        step, scope = self.steps[index], self.scopes[index]
        hopeful = next((trace for _, trace in self.candidates(index) if self.may_hold(trace, index)), None)
        if hopeful:
            self.found[index] = Forecast(step, Verdict.MAY_RUN, hopeful, self.may_change(hopeful, index))
            trace = hopeful
        else:
            past = self.past.before.get(index)
            causes = self.reasons.of(index, scope)
            restored = self.supply_dry(index)
            self.found[index] = Forecast(step, Verdict.RUNS, past and past.trace, causes, restored)
            trace = past.trace if past else NOTHING
        trace = fitting(trace, scope)
        if not hopeful:
            self.supply.ran(index, trace.after(scope, index), trace)
        written = {*trace.effects, *(f"{FILE}{path}" for path in trace.files), *names_of(step.code).binds, *PAST}
        self.unsure |= dict.fromkeys(written, index)
        return trace

    def may_change(self, trace: Trace, index: int) -> tuple[Cause, ...]:
        """Why a step may have to run."""
        by_step: dict[int, list[str]] = {}
        for name, step in self.doubts(trace, index):
            by_step.setdefault(step, []).append(noun(name.removeprefix(FILE)))
        return tuple(
            Cause(f"{listed(list(dict.fromkeys(names)))} may change: {self.reasons.name(step)}", (self.steps[step].label,))
            for step, names in by_step.items()
        )
