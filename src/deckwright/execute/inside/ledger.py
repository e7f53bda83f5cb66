"""Keep account, inside the kernel, of what each name's value is made of, and report what a step has changed."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from deckwright.execute.analysis.uses import may_read_all
from deckwright.execute.inside.ambients import AMBIENTS
from deckwright.execute.inside.definitions import Definitions, Put
from deckwright.execute.inside.state.hashing import Look, look
from deckwright.execute.inside.state.snapshot import Unstorable, dump, load
from deckwright.execute.scope import Share, all_links, reach

HIDDEN = re.compile(  # what IPython and Python bind by themselves
    r"_{1,3}|_[iod]h|_i+|_i?\d+|In|Out|__(?:annotat\w+|conditional_annotations|warningregistry)__"
)
SMALL = 1 << 20  # bytes: state up to this size is always stored
WORTH = 10 << 20  # bytes of state that are worth a second of running the cell again
CODE = (ModuleType, FunctionType, BuiltinFunctionType, type)
MODULE = "module "


@dataclass(frozen=True, slots=True)
class Known:
    """A live value, as it was when it was looked at last."""

    look: Look
    links: tuple[str, ...]
    value: Any  # held, so that its objects' ids stay theirs

    @property
    def reads(self) -> Iterable[str]:
        return self.look.reads

    def same(self, other: "Known") -> bool:
        """Whether nothing has changed within the value."""
        return (self.look.digest, self.links) == (other.look.digest, other.links)


class Ledger:
    """The values of one kernel. Names as in a Scope: of the deck, of modules (`module …`) and of ambients (`~…`)."""

    def __init__(self, namespace: dict[str, Any], is_local: Callable[[str], bool], put: Put) -> None:
        self.namespace, self.is_local, self.put = namespace, is_local, put
        self.own = dict(namespace)  # the kernel's own names: the deck's once it binds them anew
        self.known: dict[str, Known] = {}
        self.definitions = Definitions(namespace, is_local, put, self.links)
        self.held: list[Known] = []  # values that names had: weak references to them stay good, as in each build
        self.before: dict[str, Any] = {}
        self.withheld: dict[str, Any] = {}
        self.reading: frozenset[str] = frozenset()

    def names(self) -> dict[str, Any]:
        """The deck's own names."""
        return {
            name: value
            for name, value in self.namespace.items()
            if self.own.get(name, self) is not value and not HIDDEN.fullmatch(name)
        }

    def modules(self) -> dict[str, dict[str, Any]]:
        """What the author's loaded modules hold besides code."""
        return {f"{MODULE}{name}": module_state(module) for name, module in loaded_modules(self.is_local)}

    def begin(self, reads: Iterable[str], everything: bool) -> None:
        """A step that can read these names begins."""
        self.definitions.created = set()
        self.before = self.names()
        self.reading = reach(reads, self.known, self.definitions.records)
        if everything or may_read_all(self.reading):
            self.reading = reach([*self.reading, *self.before, *self.known], self.known, self.definitions.records)

    def withhold(self, binds: Iterable[str]) -> None:
        """Keep from the step what it can only bind: so it shows whether it does, also if it binds the same object."""
        names = [name for name in binds if name in self.before and name not in self.reading]
        self.withheld = {name: self.namespace.pop(name) for name in names}
        self.before = {name: value for name, value in self.before.items() if name not in self.withheld}

    def end(self, settled: Iterable[str]) -> dict[str, Any]:
        """Account for what the step has done: the part of its report that tells of values.

        `settled`: settings that the step has set, be it to what they were.
        """
        after = self.names()
        self.namespace |= {name: value for name, value in self.withheld.items() if name not in after}
        bound = {name for name, value in after.items() if name not in self.before or value is not self.before[name]}
        gone = [name for name in self.before if name not in after]
        self.held += [self.known[name] for name in bound if name in self.known]  # also until all ids are compared
        # What a generator or an open file can reach changes without its showing.
        unseen = [name for name in self.reading if name in self.known and self.known[name].look.opaque]
        touched = (self.reading | bound | self.groups_of(unseen)) & after.keys()
        looked = self.look_at({name: after[name] for name in touched})
        looked |= self.look_at_modules()
        looked |= self.look_at_ambients()
        mutated = {name for name, now in looked.items() if name not in bound and not self.unchanged(name, now)}
        left = self.changed_and_left(bound.union(gone))
        mutated |= self.groups_of(mutated | left) - bound - set(gone)
        looked |= self.look_at({name: after[name] for name in mutated if name in after and name not in looked})
        looked |= {name: self.known[name] for name in settled if name not in looked}
        passed_on = {name for name in (*unseen, *settled) if name in looked}
        changed = {name: looked[name] for name in sorted(bound | mutated | passed_on) if name in looked}
        entangled = self.definitions.changed_in_place(self.links_of(looked))
        for name in gone:
            self.known.pop(name, None)
        kept = {name for name in bound - left if name in self.reading}  # their old values are as they were
        shares, hidden = self.shares(changed, [name for name in self.known if name not in changed or name in kept])
        self.known |= looked
        self.held = [known for known in self.held if known.look.size <= SMALL]
        return {
            "values": {name: self.record(known, shares[name]) for name, known in changed.items()} | dict.fromkeys(gone),
            "mutated": sorted(mutated | left),
            "definitions": {key: asdict(self.definitions.records[key]) for key in self.all_links(changed.values())},
            "classes": sorted(self.definitions.created),
            "hidden": sorted(hidden),
            "entangled": entangled or (hidden and f"a cell reaches {min(hidden)}, which it does not name") or "",
        }

    def links(self) -> set[str]:
        """Keys of the definitions that known values refer to themselves."""
        return {key for known in self.known.values() for key in known.links}

    def links_of(self, looked: Mapping[str, Known]) -> set[str]:
        """Keys of the definitions that these names' values refer to, or did before."""
        before = (self.known[name] for name in looked if name in self.known)
        return {key for known in (*looked.values(), *before) for key in known.links}

    def all_links(self, values: Iterable[Known]) -> frozenset[str]:
        """Keys of all definitions that these refer to, directly or by others."""
        return all_links(values, self.definitions.records)

    def unchanged(self, name: str, now: Known) -> bool:
        before = self.known.get(name)
        return before is not None and before.same(now)

    def changed_and_left(self, names: Iterable[str]) -> set[str]:
        """Those of names bound anew or deleted whose value was changed before: what shares objects with it changed."""
        known = {name: self.known[name] for name in names if name in self.reading and name in self.known}
        values = {name: before.value for name, before in known.items() if before.look.objects}
        return {name for name, now in self.look_at(values).items() if not self.unchanged(name, now)}

    def look_at(self, values: Mapping[str, Any]) -> dict[str, Known]:
        """Look at values now. Memory that several of them view is hashed once."""
        memory: dict[Any, Any] = {}
        found = {}
        for name in sorted(values):
            seen = look(values[name], self.namespace, self.is_local, memory)
            found[name] = Known(seen, tuple(self.definitions.key_of(part) for part in seen.definitions), values[name])
        return found

    def digest(self, values: Mapping[str, Any]) -> str:
        """Of all these together."""
        return self.look_at({"": values})[""].look.digest

    def look_at_modules(self) -> dict[str, Known]:
        """Look at what the author's loaded modules hold besides code; locks and the like count as code."""
        found = self.look_at(self.modules())
        for name in [name for name, known in found.items() if known.look.opaque]:
            state = {
                key: value
                for key, value in found[name].value.items()
                if not self.look_at({key: value})[key].look.opaque
            }
            found |= self.look_at({name: state})
        return found

    def look_at_ambients(self) -> dict[str, Known]:
        """Look at the settings of the process that exist by now."""
        values = {
            name: ambient.read() for name, ambient in AMBIENTS.items() if name in self.known
        }  # its library is loaded
        return self.look_at_settings({name: value for name, value in values.items() if not self.is_known(name, value)})

    def look_at_settings(self, values: Mapping[str, Any]) -> dict[str, Known]:
        """Look at values of ambients: copies, which share nothing."""
        found = self.look_at(values)
        for known in found.values():
            known.look.objects.clear()
        return found

    def is_known(self, name: str, value: Any) -> bool:
        """Whether an ambient is as it was: a quick comparison of plain values."""
        return name in self.known and self.known[name].value == value

    def groups_of(self, names: Iterable[str]) -> set[str]:
        """Known names that share mutable objects with these, directly or by others."""
        found, pending = set(names), {name for name in names if name in self.known}
        objects = {name: set(known.look.objects) for name, known in self.known.items()}
        while pending:
            ours = set().union(*(objects[name] for name in pending))
            pending = {name for name in objects if name not in found and objects[name] & ours}
            found |= pending
        return found

    def shares(self, changed: Mapping[str, Known], names: Iterable[str]) -> tuple[dict[str, list[Share]], set[str]]:
        """The objects of changed values in terms of what these names had before; and names that a hidden way led to."""
        places: dict[Any, tuple[str, int]] = {}
        by_way = sorted(  # what the cell reads first, then modules: an import is no hidden way
            names, key=lambda name: (name not in self.reading, not name.startswith(MODULE), name)
        )
        for name in by_way:
            for at, token in enumerate(self.known[name].look.objects):
                places.setdefault(token, (name, at))
        numbers: dict[Any, int] = {}
        found: dict[str, list[Share]] = {}
        hidden = set()
        for name, known in changed.items():
            shares = found[name] = []
            for token in known.look.objects:
                other, at = places.get(token) or ("", numbers.setdefault(token, len(numbers)))
                if other and other not in self.reading and not other.startswith(MODULE) and not known.look.opaque:
                    hidden.add(other)
                if shares and shares[-1][0] == other and shares[-1][1] + shares[-1][2] == at:
                    shares[-1] = (other, shares[-1][1], shares[-1][2] + 1)
                else:
                    shares.append((other, at, 1))
        return found, hidden

    def record(self, known: Known, shares: list[Share]) -> dict[str, Any]:
        """What a report tells of one value."""
        seen = known.look
        value = {
            "digest": seen.digest,
            "links": known.links,
            "reads": sorted(seen.reads),
            "modules": sorted(seen.modules),
            "opaque": seen.opaque,
            "size": seen.size,
        }
        return {"value": value, "objects": shares}

    def store(self, names: Iterable[str], seconds: float) -> list[tuple[list[str], str]]:
        """Keep the groups of these names where that is worth it: lists of names, and the address of each snapshot."""
        stored = []
        done: set[str] = set()
        for name in sorted(names):
            if name in done or name not in self.known:
                continue
            members = sorted(self.groups_of([name]))
            done.update(members)
            group = [member for member in members if not self.known[member].look.opaque]
            if not group:
                continue
            size = max(self.known[member].look.size for member in group)
            if size <= SMALL or size <= seconds * WORTH:
                address = self.put_group(group)
                stored += [(group, address)] if address else []
        return stored

    def put_group(self, group: list[str]) -> str:
        try:
            content = dump({name: self.known[name].value for name in group}, self.namespace, self.definitions.key_of)
        except Unstorable:
            return ""
        return self.put(content)

    def drop(self, names: Iterable[str]) -> None:
        """Remove names that the step must not find."""
        for name in names:
            self.namespace.pop(name, None)
            self.known.pop(name, None)

    def restore(self, content: bytes, names: Iterable[str]) -> dict[str, Known]:
        """Bind these names of a snapshot; give what they are now."""
        values = load(content, self.namespace, self.definitions.of)
        for name in names:
            self.bind(name, values[name])
        plain = {name: values[name] for name in names if not name.startswith((MODULE, "~"))}
        found = self.look_at(plain)
        found |= self.look_at_settings({name: values[name] for name in names if name.startswith("~")})
        found |= {name: known for name, known in self.look_at_modules().items() if name in names}
        self.known |= found
        return found

    def bind(self, name: str, value: Any) -> None:
        """Make a value that of a name."""
        if name.startswith("~"):
            AMBIENTS[name].write(value)
        elif name.startswith(MODULE):
            vars(sys.modules[name.removeprefix(MODULE)]).update(value)
        else:
            self.namespace[name] = value


def loaded_modules(is_local: Callable[[str], bool]) -> Iterator[tuple[str, ModuleType]]:
    """The author's modules that are loaded, by name."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and is_local(name):
            yield name, module


def module_state(module: ModuleType) -> dict[str, Any]:
    """A module's own values: what is neither code nor another module."""
    return {
        name: value
        for name, value in vars(module).items()
        if not isinstance(value, CODE) and not (name.startswith("__") and name.endswith("__"))
    }
