"""See to it that the kernel holds what a step can read, in the versions that the scope names: no others.

What a snapshot holds is restored; what none holds comes about by running its producers again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from deckwright.execute.names import names_of
from deckwright.execute.present import Present
from deckwright.execute.record import readable
from deckwright.execute.scope import Scope, Value, all_links
from deckwright.execute.trace import Trace
from deckwright.model import Cell

MODULE = "module "


class Supply:
    """What one kernel holds, and how it comes to hold more."""

    def __init__(self, present: Present) -> None:
        self.present = present
        self.scopes: Sequence[Scope] = []  # before each step
        self.traces: Sequence[Trace] = []  # of the steps so far
        self.bad: set[str] = set()  # addresses of snapshots that could not be restored as they were
        self.new_kernel()

    def new_kernel(self) -> None:
        """The kernel holds nothing."""
        self.live: dict[str, Value] = {}
        self.definitions: set[str] = set()
        self.executed: list[int] = []

    def ran(self, index: int, scope: Scope, trace: Trace) -> None:
        """A step has run in the kernel; the scope is the one after it."""
        self.executed.append(index)
        for name in trace.effects:
            self.live.pop(name, None)
            if name in scope.values:
                self.live[name] = scope.values[name]
        self.definitions |= trace.definitions.keys()

    def needs(self, index: int) -> list[frozenset[str]]:
        """The groups of names that must be there before a step runs. What cannot be stored only if the step reads it."""
        scope = self.scopes[index]
        reading = readable(self.present.steps[index].code, scope, self.present) & scope.values.keys()
        settings = (frozenset([name]) for name in scope.values if name.startswith("~"))
        return [*groups(reading, scope), *settings]

    def is_live(self, group: Iterable[str], scope: Scope) -> bool:
        """Whether the kernel holds these names in the scope's version."""
        return all(self.live.get(name) == scope.values[name] for name in group)

    def snapshot(self, group: frozenset[str], index: int) -> str | None:
        """Where a group is stored as it is before a step: an address. None if nowhere."""
        scope = self.scopes[index]
        if not self.has_definitions(group, scope):
            return None
        for at in range(max(scope.writers[name] for name in group), index):
            after = self.scopes[at + 1] if at + 1 < len(self.scopes) else scope
            for names, address in self.traces[at].stored:
                if group == set(names) and address not in self.bad and self.present.store.has(address):
                    if all(after.values.get(name) == scope.values[name] for name in group):
                        return address
        return "" if len(group) == 1 and next(iter(group)).startswith(MODULE) and not self.failed(group) else None

    def failed(self, group: frozenset[str]) -> bool:
        return any(name in self.bad for name in group)

    def has_definitions(self, group: Iterable[str], scope: Scope) -> bool:
        """Whether the classes and functions that these values refer to are there or can be restored."""
        links = all_links([scope.values[name] for name in group], scope.definitions)
        return all(key in self.definitions or self.present.store.has(scope.definitions[key].blob) for key in links)

    def missing(self, index: int) -> set[int]:
        """The steps that must run again before this one can run: none if all that it needs is there or stored."""
        found: set[int] = set()
        for group in self.needs(index):
            if not self.is_live(group, self.scopes[index]) and self.snapshot(group, index) is None:
                return self.producers(index)
        return found

    def producers(self, index: int) -> set[int]:
        """The steps to run again, from an empty kernel, before this one."""
        found: set[int] = set()
        asked: set[tuple[frozenset[str], int]] = set()
        todo = [(group, index) for group in self.needs(index)]
        while todo:
            group, before = todo.pop()
            if (group, before) in asked or not group:
                continue
            asked.add((group, before))
            if self.snapshot(group, before) is not None:
                continue
            last = max(self.scopes[before].writers[name] for name in group)
            rest = [name for name in group if self.scopes[before].writers[name] != last]
            todo += [(part, last) for part in groups(rest, self.scopes[last])]
            if last not in found:
                found.add(last)
                todo += [(part, last) for part in self.needs(last)]
        return found

    def plan(self, index: int) -> dict[str, Any] | None:
        """What the agent has to do before a step; None if all is there."""
        scope = self.scopes[index]
        needs = [group for group in self.needs(index) if not next(iter(group)).startswith("~")]
        todo = [group for group in needs if not self.is_live(group, scope)]
        drop = self.outdated(index)
        settings = {name for name in {*self.live, *scope.values} if name.startswith("~")}
        stale = {name for name in settings if self.live.get(name) != scope.values.get(name)}
        if not (todo or drop or stale):
            return None
        wanted = sorted({name for group in todo for name in group})
        links = all_links([scope.values[name] for name in wanted], scope.definitions) - self.definitions
        taken = {key for value in scope.values.values() for key in all_links([value], scope.definitions)}
        return {
            "count": sum(isinstance(step, Cell) for step in self.present.steps[:index]) + 1,
            "taken": sorted(taken),
            "drop": drop,
            "modules": [name.removeprefix(MODULE) for name in wanted if name.startswith(MODULE)],
            "definitions": {key: astuple(scope.definitions[key]) for key in sorted(links)},
            "groups": [
                (self.snapshot(group, index) or "", {name: scope.values[name].digest for name in sorted(group)})
                for group in todo
            ],
            "ambients": {name: self.ambient(name, index) for name in sorted(stale)},
        }

    def outdated(self, index: int) -> list[str]:
        """Names that the step must not find as the kernel has them: those it may read, and those it may bind."""
        code, scope = self.present.steps[index].code, self.scopes[index]
        reading, binds = readable(code, scope, self.present), names_of(code).binds
        at_stake = [name for name in self.live if name in reading or name in binds or "*" in binds]
        return [name for name in at_stake if name[0] != "~" and self.live[name] != scope.values.get(name)]

    def ambient(self, name: str, index: int) -> str:
        """Where a setting's value is stored; empty for its default."""
        return (self.snapshot(frozenset([name]), index) or "") if name in self.scopes[index].values else ""

    def supplied(self, index: int, plan: Mapping[str, Any]) -> None:
        """The agent has done what the plan says."""
        scope = self.scopes[index]
        for name in plan["drop"]:
            self.live.pop(name, None)
        for _, expected in plan["groups"]:
            self.live |= {name: scope.values[name] for name in expected}
        for name in plan["ambients"]:
            self.live.pop(name, None)
            if name in scope.values:
                self.live[name] = scope.values[name]
        self.definitions |= plan["definitions"].keys()

    def condemn(self, index: int, plan: Mapping[str, Any], differing: list[str] | None) -> None:
        """Some snapshot did not give what it should: it is not used again in this build."""
        for address, expected in plan["groups"]:
            if differing is None or expected.keys() & set(differing):
                self.bad |= {address} if address else expected.keys()
        if differing is None:
            self.bad |= set(plan["ambients"].values()) | {
                self.scopes[index].definitions[key].blob for key in plan["definitions"]
            }


def groups(names: Iterable[str], scope: Scope) -> Iterator[frozenset[str]]:
    """These names with all that share objects with them, each group once. What cannot be stored only if it is named."""
    wanted, seen = set(names), set[str]()
    for name in sorted(wanted):
        if name not in seen:
            group = scope.group(name)
            seen |= group
            yield frozenset(member for member in group if member in wanted or not scope.values[member].opaque)
