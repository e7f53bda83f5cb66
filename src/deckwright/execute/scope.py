"""What is known of the kernel's state without having it: each name's value by digest, and what it shares.

A scope is a frozen value; applying a trace gives the next one. Names that begin with `~` are settings of the
process (inside/ambients.py), names that begin with `module ` the state of the author's own modules.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain
from typing import Protocol

Run = tuple[str, int, int]  # mutable objects: who made them, the number of the first, how many
Share = tuple[str, int, int]  # the same in terms of a name's own objects; no name: new ones
ABSENT = ""


class Reader(Protocol):
    """Something whose functions can read further names."""

    @property
    def reads(self) -> Iterable[str]:
        """Names that it can read."""

    @property
    def links(self) -> Iterable[str]:
        """Keys of the definitions that it refers to."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or function of the deck, which values refer to instead of holding it."""

    reads: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    modules: tuple[tuple[str, str], ...] = ()
    blob: str = ""  # its snapshot; empty: it cannot be stored


@dataclass(frozen=True, slots=True)
class Value:
    """The value of one name. `runs` are its mutable objects: two names share what their runs have in common."""

    digest: str
    runs: tuple[Run, ...] = ()
    links: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    modules: tuple[tuple[str, str], ...] = ()
    opaque: str = ""  # why it can be neither hashed nor stored
    size: int = 0  # bytes

    @property
    def fingerprint(self) -> str:
        """What an input records of it."""
        return digest_of(self.digest, *self.links) if self.links else self.digest


@dataclass(frozen=True, slots=True)
class Scope:
    """The state between two steps."""

    values: Mapping[str, Value] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # as cells left them: address of the content, empty if gone
    writers: Mapping[str, int] = field(default_factory=dict)  # of names and files: the step that wrote them last
    past: str = ""  # digest of everything that ran
    entangled: str = ""  # why later cells may depend on all before them, in ways that cannot be seen

    def fingerprint(self, name: str) -> str:
        """What an input records of a name."""
        value = self.values.get(name)
        return value.fingerprint if value else ABSENT

    def group(self, name: str) -> frozenset[str]:
        """The names that share mutable objects with this one, directly or by others; itself included."""
        found, pending = {name}, [name]
        by_owner = self.by_owner()
        while pending:
            value = self.values.get(pending.pop())
            for owner, start, length in value.runs if value else ():
                for other, first, count in by_owner[owner]:
                    if other not in found and first < start + length and start < first + count:
                        found.add(other)
                        pending.append(other)
        return frozenset(found)

    def writers_of(self, names: Iterable[str]) -> list[int]:
        """The steps that wrote these names last."""
        return sorted({self.writers[name] for name in names if name in self.writers})

    def by_owner(self) -> Mapping[str, list[tuple[str, int, int]]]:
        """All runs, by who made them."""
        found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        for name, value in self.values.items():
            for owner, start, length in value.runs:
                found[owner].append((name, start, length))
        return found

    def classes_in_use(self, content: str) -> str:
        """Which classes with the same content, but created apart, values refer to."""
        keys = all_links(self.values.values(), self.definitions)
        return " ".join(sorted(key for key in keys if key.partition(".")[0] == content))

    def state(self, names: Iterable[str]) -> str:
        """What these names are, and how they share objects."""
        return digest_of(self.sharing(names), *(f"{name} {self.fingerprint(name)}" for name in sorted(names)))

    def sharing(self, names: Iterable[str]) -> str:
        """How these names share objects, whatever other names do; empty if they do not."""
        known = [(name, self.values[name]) for name in sorted(names) if name in self.values]
        values = [(name, value) for name, value in known if not value.opaque]  # those are named by how they came about
        owners = Counter(owner for _, value in values for owner in {run[0] for run in value.runs})
        contested = {owner for owner, count in owners.items() if count > 1}
        if not contested:
            return ""
        tokens = {
            name: [
                (position + offset, (owner, start + offset))
                for position, (owner, start, length) in positions(value.runs)
                if owner in contested
                for offset in range(length)
            ]
            for name, value in values
        }
        holders = Counter(token for found in tokens.values() for token in {token for _, token in found})
        numbers: dict[tuple[str, int], int] = {}
        parts = []
        for name, found in tokens.items():
            shared = [(at, numbers.setdefault(token, len(numbers))) for at, token in found if holders[token] > 1]
            parts += [f"{name} {at} {number}" for at, number in shared]
        return digest_of(*parts) if parts else ""

    def modules(self, names: Iterable[str]) -> frozenset[tuple[str, str]]:
        """What of the author's modules these names' values refer to."""
        values = [self.values[name] for name in names if name in self.values]
        found = set(chain.from_iterable(value.modules for value in values))
        found.update(*(self.definitions[key].modules for key in all_links(values, self.definitions)))
        return frozenset(found)


def positions(runs: Iterable[Run]) -> Iterable[tuple[int, Run]]:
    """Each run with the number of its first object within the value."""
    position = 0
    for run in runs:
        yield position, run
        position += run[2]


def all_links(readers: Iterable[Reader], definitions: Mapping[str, Definition]) -> frozenset[str]:
    """Keys of all definitions that these refer to, directly or by others."""
    pending = list(chain.from_iterable(reader.links for reader in readers))
    found: set[str] = set()
    while pending:
        key = pending.pop()
        if key not in found:
            found.add(key)
            pending += definitions[key].links
    return frozenset(found)


def reach(names: Iterable[str], values: Mapping[str, Reader], definitions: Mapping[str, Definition]) -> frozenset[str]:
    """These names, and all that functions among their values can read in turn."""
    found: set[str] = set()
    seen: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        if name in values:
            pending += values[name].reads
            for key in all_links([values[name]], definitions) - seen:
                seen.add(key)
                pending += definitions[key].reads
    return frozenset(found)


def digest_of(*parts: str) -> str:
    """One digest of several texts."""
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def translated(shares: Iterable[Share], values: Mapping[str, Value], owner: str) -> tuple[Run, ...]:
    """A value's objects as runs: those of other names by whoever made them, new ones by `owner`."""
    found: list[Run] = []
    for name, start, length in shares:
        if not name:
            found.append((owner, start, length))
            continue
        for position, (maker, first, count) in positions(values[name].runs):
            low, high = max(start, position), min(start + length, position + count)
            if low < high:
                found.append((maker, first + low - position, high - low))
    return tuple(found)
