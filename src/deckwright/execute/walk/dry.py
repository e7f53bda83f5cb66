"""Tell what a build would run, without running anything.

What must run is taken to do what it did last. Whatever it writes may come out as something else, so a step that reads
that may have to run, too.
"""

import ast
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from deckwright.execute.analysis.names import names_of, parse
from deckwright.execute.scope import Scope
from deckwright.execute.store.store import Store
from deckwright.execute.trace import Cause, Effect, Trace
from deckwright.execute.walk.reasons import Reasons, listed, noun
from deckwright.execute.walk.supply import Supply
from deckwright.execute.walk.walk import Walk
from deckwright.execute.watch import Silence, Step
from deckwright.model import Deck

FILE = "file "
PAST = "past"  # all that ran before
ANY = "*"  # any name
NOUNS = {PAST: "something before it", ANY: "some name"}
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
        """Whether all inputs of a trace are what they were, as far as that is sure."""
        scope = self.scopes[index]
        if scope.entangled and PAST not in trace.inputs:
            return False
        sure = (key for key in trace.inputs if not any(self.doubt(key, index)))
        return all(self.present.now(key, scope, index) == trace.inputs[key] for key in sure)

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
                names = [PAST]
            case _:
                names = []
        anything = [ANY] if kind in ("value", "sharing", "group") else []
        yield from ((name, self.unsure[name]) for name in (*names, *anything) if name in self.unsure)

    def executed(self, index: int) -> Trace | None:
        """What a step is taken to do that has no trace that holds."""
        step, scope = self.steps[index], self.scopes[index]
        hopeful = next((trace for _, trace in self.candidates(index) if self.may_hold(trace, index)), None)
        if hopeful:
            self.found[index] = Forecast(step, Verdict.MAY_RUN, hopeful, self.may_change(hopeful, index))
            trace = fitting(hopeful, scope)
        else:
            past = self.past.before.get(index)
            causes, restored = self.reasons.of(index, scope), self.restored(index)
            self.found[index] = Forecast(step, Verdict.RUNS, past.trace if past else None, causes, restored)
            trace = fitting(past.trace, scope) if past else NOTHING
            self.supply.ran(index, trace.after(scope, index), trace)
        self.unsure |= dict.fromkeys(self.unsure_after(index, trace), index)
        return trace

    def unsure_after(self, index: int, trace: Trace) -> set[str]:
        """What a step may give otherwise than its trace says; what it imports as before stays."""
        code, past = self.steps[index].code, self.past.before.get(index)
        stays = imported(code) & imported(past.content if past else code)
        files = (f"{FILE}{path}" for path in trace.files)
        return {*(trace.effects.keys() | names_of(code).binds) - stays, *files, PAST}

    def may_change(self, trace: Trace, index: int) -> tuple[Cause, ...]:
        """Why a step may have to run."""
        by_step: dict[int, dict[str, None]] = {}
        for name, step in self.doubts(trace, index):
            by_step.setdefault(step, {})[NOUNS.get(name) or noun(name.removeprefix(FILE))] = None
        return tuple(
            Cause(f"{listed(list(names))} may change: {self.reasons.name(step)}", (self.steps[step].label,))
            for step, names in by_step.items()
        )

    def restored(self, index: int) -> int:
        """Take it that a step gets what it reads; the bytes to restore for it. What must run again for it is noted."""
        if self.past.changed_values(index):
            self.supply.whole.add(index)
        if self.past.quoted_code(index):
            self.supply.quoting.add(index)
        again = self.supply.before(index)
        if again and self.supply.live:
            self.supply.new_kernel()
        for before in again:
            self.found[before] = replace(
                self.found[before], verdict=Verdict.RUNS, causes=(self.supply.cause(before, index),)
            )
            self.supply.ran(before, self.scopes[before + 1], self.traces[before])
        plan = self.supply.plan(index)
        if plan is None:
            return 0
        self.supply.supplied(index, plan)
        return self.supply.size(index, plan)


def imported(code: str) -> set[str]:
    """The names that code binds by importing."""
    tree = parse(code)
    nodes = ast.walk(tree[0]) if tree else ()
    found = (alias for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names)
    return {alias.asname or alias.name.partition(".")[0] for alias in found}


def is_in(file: str, folder: str) -> bool:
    """Whether `file …` lies in a folder."""
    return PurePosixPath(file.removeprefix(FILE)).parent == PurePosixPath(folder)


def fitting(trace: Trace, scope: Scope) -> Trace:
    """A trace for a scope in which something that it refers to may be missing."""
    known = scope.definitions.keys() | trace.definitions.keys()
    effects = {
        name: effect
        and Effect(
            replace(effect.value, links=tuple(link for link in effect.value.links if link in known)),
            tuple(share if share[0] in scope.values else ("", *share[1:]) for share in effect.objects),
        )
        for name, effect in trace.effects.items()
    }
    definitions = {
        key: replace(definition, links=tuple(link for link in definition.links if link in known))
        for key, definition in trace.definitions.items()
    }
    return replace(trace, effects=effects, definitions=definitions)


def no_kernel() -> AbstractContextManager[Any]:
    """What a dry walk never calls."""
    raise NotImplementedError
