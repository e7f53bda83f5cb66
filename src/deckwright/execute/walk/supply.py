"""See to it that the kernel holds what a step can read, in the versions that the scope names: no others.

What a snapshot holds is restored; what none holds comes about by running its producers again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from itertools import count
from typing import Any

from deckwright.execute.analysis.names import names_of
from deckwright.execute.scope import Scope, Value, all_links, digest_of
from deckwright.execute.trace import Cause, Trace
from deckwright.execute.walk.present import Present
from deckwright.execute.walk.reading import readable
from deckwright.execute.watch import name_of
from deckwright.model import Cell

MODULE = "module "


class Supply:
    """What one kernel holds, and how it comes to hold more."""

    def __init__(self, present: Present, scopes: Sequence[Scope], traces: Sequence[Trace]) -> None:
        """`scopes` before each step and `traces` of the steps so far, which grow as the walk goes on."""
        self.present, self.scopes, self.traces = present, scopes, traces
        self.numbers = count()
        self.bad: set[str] = set()  # addresses of snapshots that could not be restored as they were
        self.whole: set[int] = set()  # steps that need whole groups
        self.roomy: set[int] = set()  # steps that get whole groups though they may not need them
        self.besides: dict[int, set[str]] = {}  # what a step that runs again must find besides what it reads
        self.unstorable: dict[int, str] = {}  # what of a step that runs again cannot be stored, in words
        self.quoting: set[int] = set()  # steps that show code: lines of what they can read must be as written now
        self.new_kernel()

    def new_kernel(self) -> None:
        """The kernel holds nothing."""
        self.live: dict[str, Value] = {}
        self.origins: dict[str, int] = {}  # of names: those of one origin share what they should, others are copies
        self.definitions: set[str] = set()
        self.executed: list[int] = []
        self.taken: list[str] = []  # definitions that names refer to which the kernel does not hold
        self.count = 1  # of the next cell, as the kernel counts

    def ran(self, index: int, scope: Scope, trace: Trace) -> None:
        """A step has run in the kernel; the scope is the one after it."""
        self.executed.append(index)
        self.count += isinstance(self.present.steps[index], Cell)
        self.replayed(scope, trace, trace.unseen)
        self.definitions |= trace.definitions.keys()

    def replayed(self, scope: Scope, trace: Trace, unseen: Collection[str]) -> None:
        """The kernel holds what a trace says, but for what changed unseen when the step ran in it."""
        for name in trace.effects:
            self.live.pop(name, None)
            if name in scope.values and name not in unseen:
                self.live[name] = scope.values[name]
        shares = [share for effect in trace.effects.values() if effect for share in effect.objects]
        joined = {self.origins[name] for name, _, _ in shares if name in self.origins}
        same = [name for name, origin in self.origins.items() if origin in joined]
        self.origins |= dict.fromkeys([*same, *trace.effects], next(self.numbers))

    def needs(self, index: int, *, whole: bool = False) -> list[frozenset[str]]:
        """The names that must be there before a step runs, in groups that share objects.

        `whole`: with all that shares objects with them, for a step that changes those. What cannot be stored is in
        only if the step reads it.
        """
        scope = self.scopes[index]
        reading = readable(self.present.steps[index].code, scope, self.present.modules) & scope.values.keys()
        reading |= self.besides.get(index, set())
        settings = (frozenset([name]) for name in scope.values if name.startswith("~"))
        return [*groups(reading, scope, whole=whole or index in self.whole | self.roomy), *settings]

    def is_live(self, group: Iterable[str], scope: Scope) -> bool:
        """Whether the kernel holds these names in the scope's version, sharing what they share there."""
        of_one_origin = len({self.origins.get(name) for name in group}) < 2
        return of_one_origin and all(self.live.get(name) == scope.values[name] for name in group)

    def snapshot(self, group: frozenset[str], index: int) -> str | None:
        """Where a group is stored as it is before a step: an address. None if nowhere."""
        scope = self.scopes[index]
        if not self.has_definitions(group, scope) or (index in self.quoting and self.is_misquoted(group, scope)):
            return None
        for at in range(max(scope.writers[name] for name in group), index):
            after = self.scopes[at + 1] if at + 1 < len(self.scopes) else scope
            same = all(after.values.get(name) == scope.values[name] for name in group)
            for names, address, state in self.traces[at].stored if same else ():
                if (
                    group <= set(names)
                    and (group <= self.traces[at].known or state == after.state(names))
                    and address not in self.bad
                    and self.present.store.has(address)
                ):
                    return address
        alone = next(iter(group)) if len(group) == 1 else ""
        return "" if alone.startswith(MODULE) and alone not in self.bad else None

    def is_misquoted(self, group: Iterable[str], scope: Scope) -> bool:
        """Whether the code that made these values is written otherwise now, with the same meaning."""
        writers = {scope.writers[name] for name in group}
        return any(self.traces[at].text != digest_of(self.present.steps[at].code) for at in writers)

    def has_definitions(self, group: Iterable[str], scope: Scope) -> bool:
        """Whether the classes and functions that these values refer to are there or can be restored."""
        links = all_links([scope.values[name] for name in group], scope.definitions)
        return all(key in self.definitions or self.present.store.has(scope.definitions[key].blob) for key in links)

    def missing(self, index: int) -> set[int]:
        """The steps that must run again before this one can run: none if all that it needs is there or stored."""
        self.roomy.discard(index)
        lost = self.writers_of_lost_files(index)
        if not lost and self.is_supplied(index, whole=True):
            self.roomy.add(index)
            return set()
        return set() if not lost and self.is_supplied(index) else self.producers(index)

    def writers_of_lost_files(self, index: int) -> set[int]:
        """The steps whose files are gone: there is no telling which files a step will read."""
        scope = self.scopes[index]
        return {scope.writers[f"file {path}"] for path, left in scope.files.items() if self.present.is_lost(path, left)}

    def before(self, index: int) -> list[int]:
        """The steps to run again, in order, before this one can run."""
        if self.needs_all_before(index):
            return [] if self.executed == list(range(index)) else list(range(index))
        return sorted(self.missing(index))

    def needs_all_before(self, index: int) -> bool:
        """Whether a step depends on those before it in ways that cannot be told."""
        return bool(self.scopes[index].entangled) or names_of(self.present.steps[index].code).history

    def is_supplied(self, index: int, *, whole: bool = False) -> bool:
        """Whether all that a step needs is in the kernel or stored."""
        scope = self.scopes[index]
        return all(
            self.is_live(group, scope) or self.snapshot(group, index) is not None
            for group in self.needs(index, whole=whole)
        )

    def lacks(self, index: int, names: Iterable[str]) -> bool:
        """Whether something shares objects with these names that a step has changed, and was not there to be seen."""
        scope = self.scopes[index]
        changed = [name for name in names if name in scope.values]
        return any(not self.is_live(group, scope) for group in groups(changed, scope, whole=True))

    def producers(self, index: int) -> set[int]:
        """The steps to run again, from an empty kernel, before this one. Sets what they must find besides.

        They get whole groups: a part that one of them needs would come beside the part of another as a copy.
        """
        found: set[int] = set()
        self.roomy.add(index)
        self.besides.clear()
        self.unstorable.clear()
        asked: set[tuple[frozenset[str], int]] = set()
        pending = [(group, index) for group in self.needs(index)]

        def run_again(step: int, besides: Collection[str] = ()) -> None:
            known = self.besides.setdefault(step, set())
            if step in found and known.issuperset(besides):
                return
            found.add(step)
            self.roomy.add(step)
            known.update(besides)
            pending.extend((part, step) for part in self.needs(step))
            for writer in self.writers_of_lost_files(step):
                run_again(writer)

        for writer in self.writers_of_lost_files(index):
            run_again(writer)
        while pending:
            group, before = pending.pop()
            if (group, before) in asked or not group:
                continue
            asked.add((group, before))
            if self.snapshot(group, before) is not None:
                continue
            last = max(self.scopes[before].writers[name] for name in group)
            effects = self.traces[last].effects
            for name in sorted(group & effects.keys()):
                if opaque := self.scopes[before].values[name].opaque:
                    self.unstorable.setdefault(last, f"{name}, {opaque}, cannot be stored")
            run_again(last, [name for name in group if not (effect := effects.get(name)) or effect.unseen])
        return found

    def cause(self, step: int, index: int) -> Cause:
        """Why a step runs again, before the `index`th."""
        why = self.unstorable.get(step, "what it gives is not stored")
        if self.needs_all_before(index):
            all_of_it = self.scopes[index].entangled or "it uses the history of cells"
            why = f"{name_of(self.present.steps[index])} depends on all before it, as {all_of_it}"
        return Cause(f"needed again: {why}", again=True)

    def plan(self, index: int) -> dict[str, Any] | None:
        """What the agent has to do before a step; None if all is there."""
        scope = self.scopes[index]
        needs = [group for group in self.needs(index) if not next(iter(group)).startswith("~")]
        pending = [group for group in needs if not self.is_live(group, scope)]
        drop = [name for name in self.live if name[0] != "~" and self.live[name] != scope.values.get(name)]
        settings = {name for name in {*self.live, *scope.values} if name.startswith("~")}
        stale = {name for name in settings if self.live.get(name) != scope.values.get(name)}
        count = sum(isinstance(step, Cell) for step in self.present.steps[:index]) + 1
        away = [value for name, value in scope.values.items() if name not in self.live and value.links]
        taken = sorted(all_links(away, scope.definitions))
        if not (pending or drop or stale or count != self.count or taken != self.taken):
            return None
        wanted = sorted({name for group in pending for name in group})
        links = all_links([scope.values[name] for name in wanted], scope.definitions) - self.definitions
        return {
            "count": count,
            "cells": [] if self.live or self.executed else self.cells_before(index),
            "taken": taken,
            "drop": drop,
            "modules": [name.removeprefix(MODULE) for name in wanted if name.startswith(MODULE)],
            "definitions": {key: astuple(scope.definitions[key]) for key in sorted(links)},
            "groups": [
                (self.snapshot(group, index) or "", {name: scope.values[name].digest for name in sorted(group)})
                for group in pending
            ],
            "ambients": {name: self.ambient(name, index) for name in sorted(stale)},
        }

    def cells_before(self, index: int) -> list[str]:
        """The code of the cells above a step, which an empty kernel has not seen: tracebacks quote it."""
        return [step.code for step in self.present.steps[:index] if isinstance(step, Cell)]

    def ambient(self, name: str, index: int) -> str:
        """Where a setting's value is stored; empty for its default."""
        return (self.snapshot(frozenset([name]), index) or "") if name in self.scopes[index].values else ""

    def supplied(self, index: int, plan: Mapping[str, Any]) -> None:
        """The agent has done what the plan says."""
        scope, self.count, self.taken = self.scopes[index], plan["count"], plan["taken"]
        for name in plan["drop"]:
            self.live.pop(name, None)
        for _, expected in plan["groups"]:
            self.live |= {name: scope.values[name] for name in expected}
            self.origins |= dict.fromkeys(expected, next(self.numbers))
        for name in plan["ambients"]:
            self.live.pop(name, None)
            if name in scope.values:
                self.live[name] = scope.values[name]
        self.definitions |= plan["definitions"].keys()

    def size(self, index: int, plan: Mapping[str, Any]) -> int:
        """The bytes of the values that a plan restores."""
        values = self.scopes[index].values
        return sum(values[name].size for address, expected in plan["groups"] if address for name in expected)

    def condemn(self, index: int, plan: Mapping[str, Any], differing: list[str] | None) -> None:
        """Some snapshot did not give what it should: it is not used again in this build."""
        for address, expected in plan["groups"]:
            if differing is None or expected.keys() & set(differing):
                self.bad |= {address} if address else expected.keys()
        if differing is None:
            self.bad |= set(plan["ambients"].values()) | {
                self.scopes[index].definitions[key].blob for key in plan["definitions"]
            }


def groups(names: Iterable[str], scope: Scope, *, whole: bool = False) -> Iterator[frozenset[str]]:
    """These names by what shares objects; `whole`: and all that shares objects with them and can be stored."""
    wanted, seen = set(names), set[str]()
    for name in sorted(wanted):
        if name not in seen:
            group = scope.group(name)
            seen |= group
            yield frozenset(
                member for member in group if member in wanted or (whole and not scope.values[member].opaque)
            )
