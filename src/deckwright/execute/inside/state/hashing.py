"""Look at a value: its canonical hash, the mutable objects it is made of, and what of the deck it refers to."""

import sys
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from marshal import dumps
from operator import ne
from types import FunctionType
from typing import Any

from xxhash import xxh3_128_hexdigest

from deckwright.execute.analysis.names import code_names
from deckwright.execute.inside.state import Unstorable
from deckwright.execute.inside.state.anatomy import REFUSALS, Context, Parts, Reference
from deckwright.execute.inside.state.classes import is_deck
from deckwright.execute.inside.state.libraries import block_parts
from deckwright.execute.inside.state.memory import Memories, Memory, address
from deckwright.execute.inside.state.ordinary import reduced
from deckwright.execute.inside.state.parts import ATOMS, DEFINABLE, is_definition, kind_of
from deckwright.execute.inside.state.reach import code_of, identities, reach
from deckwright.execute.inside.state.writing import NAN, PLAIN, WRITERS

DEPTH = 20_000  # frames, so that linked lists can be looked at
BUILTIN = (int, float, complex, str, bytes, tuple, frozenset)


@dataclass(slots=True)
class Look:
    """What one look at the value of a name found."""

    digest: str = ""  # equal between processes for equal structure
    objects: list[Hashable] = field(default_factory=list)  # identities of mutable objects, in canonical order
    definitions: list[Any] = field(default_factory=list)  # classes and functions of the deck, in order of meeting
    reads: set[str] = field(default_factory=set)  # global names that functions within can read
    modules: set[tuple[str, str]] = field(default_factory=set)  # (local module, attribute or "*")
    opaque: str = ""  # why the value can be neither hashed nor stored
    held: list[Any] = field(default_factory=list)  # what it reaches then: it may let go of that, and ids change hands
    size: int = 0  # bytes, roughly


def look(
    value: Any, namespace: dict[str, Any], is_local: Callable[[str], bool], memory: dict[Any, Any] | None = None
) -> Look:
    """Look at the value of a name. Looks that share `memory` hash each stretch of memory once."""
    memories = Memories() if memory is None else memory.setdefault(Memories, Memories())
    return Looking(Context(namespace, memories=memories), is_local).at(value)


def look_into(definition: Any, namespace: dict[str, Any], is_local: Callable[[str], bool]) -> Look:
    """Look at the content of a class or function of the deck."""
    return Looking(Context(namespace, root=definition), is_local).at(definition)


class Looking:
    """One look: a walk through a value, depth first, that writes down what it is made of."""

    def __init__(self, context: Context, is_local: Callable[[str], bool], alone: bool = False) -> None:
        self.context, self.is_local = context, is_local
        self.alone = alone  # an element of a set is looked at to find its place among the others
        self.found = Look()
        self.out: list[bytes] = []
        self.numbers: dict[Hashable, int] = {}  # of the mutable objects met
        self.definitions: dict[int, int] = {}  # numbers, by id
        self.memories: dict[tuple[int, int], Memory] = {}
        self.copying = False  # within a copy of a table's columns
        self.silenced: list[Any] = []  # what is no part of the digest
        self.hidden: list[Any] = []  # objects that do not tell what they are made of

    def at(self, value: Any) -> Look:
        """Look at the whole of a value."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEPTH))
        try:
            self.visit(value)
            text = b"".join(self.out)
            while self.silenced:
                self.visit(self.silenced.pop(0))
        except RecursionError:
            text, self.found.opaque = b"", "a value that is nested too deeply"
        finally:
            sys.setrecursionlimit(limit)
        self.found.digest = xxh3_128_hexdigest(text)
        self.found.size += len(text)
        self.note_hidden()
        return self.found

    def note_hidden(self) -> None:
        """Add what cannot be seen from the value: memory that it shares, and what opaque objects can reach."""
        # One for each copy, even of the same memory: after a restore each has its own.
        self.found.objects += [of.token for of in self.context.copied]
        tokens: list[Hashable] = []
        for of in self.memories.values():
            tokens += self.context.memories.overlapping(of)
        self.found.held = reach(self.hidden, self.context)
        for obj in self.found.held:
            tokens += identities(obj, self.context)
            self.note_code(obj)
        for token in tokens:
            if token not in self.numbers:
                self.numbers[token] = len(self.numbers)
                self.found.objects.append(token)

    def note_code(self, obj: Any) -> None:
        """Add the code that an opaque object can run: it may read further names."""
        code = code_of(obj, self.context)
        self.found.reads |= code_names(code) if code else frozenset()
        if self.is_definition(type(obj)):
            self.definition(type(obj))

    def digest_alone(self, value: Any) -> str:
        """The digest that a value has in itself, wherever it occurs."""
        return Looking(self.context, self.is_local, alone=True).at(value).digest

    def visit(self, obj: Any) -> None:
        """Write down one value and all its parts."""
        write = WRITERS.get(type(obj))
        if write:
            write(self, obj)
        else:
            self.made(obj)

    def met(self, token: Hashable, lasting: bool = True) -> bool:
        """Whether this mutable object was met before; if so, its number is all there is to say.

        One that does not last was made for this look, and its identity may soon be that of another.
        """
        number = self.numbers.get(token)
        if number is not None:
            self.out.append(b"!^%d;" % number)
            return True
        self.numbers[token] = len(self.numbers)
        if lasting and token not in self.context.fresh:
            self.found.objects.append(token)
        return False

    def made(self, obj: Any) -> None:
        """Write down a value by how it can be made again."""
        context = self.context
        if isinstance(obj, DEFINABLE) and self.is_definition(obj):
            self.definition(obj)
            return
        if id(obj) in self.numbers:
            self.met(id(obj))
            return
        if id(obj) in context.world:
            self.refer(context.world[id(obj)])
            return
        kind = kind_of(type(obj), context)
        try:
            parts = kind.parts(obj, context)
        except (Unstorable, *REFUSALS) as error:
            self.opaque(
                obj, f"{error}" if isinstance(error, Unstorable) else f"a value of type {type(obj).__qualname__}"
            )
            return
        context.kept.append(parts)
        if isinstance(parts, Reference):
            self.refer(parts)
            return
        if kind.identity or (isinstance(obj, BUILTIN) and getattr(obj, "__dict__", None)):
            self.met(id(obj), lasting=not (self.copying and hasattr(obj, "dtype")))
        if kind.parts is reduced and is_special(type(obj)):
            self.compare(parts, kind.parts(obj, context))
        if type(obj) is FunctionType and is_deck(obj, context):
            self.found.reads |= code_names(obj.__code__)
        copying, self.copying = self.copying, self.copying or kind.parts is block_parts
        self.parts(parts, kind.silent)
        self.copying = copying

    def is_definition(self, obj: Any) -> bool:
        """Whether something counts as a definition here: not the one that is looked into, nor its methods."""
        context = self.context
        if obj is context.root or id(obj) in context.owned:
            return False
        return is_definition(obj, context.namespace, context)

    def definition(self, obj: Any) -> None:
        """Write down that a class or function of the deck stands here."""
        number = self.definitions.setdefault(id(obj), len(self.definitions))
        if number == len(self.found.definitions):
            self.found.definitions.append(obj)
        self.out.append(b"!D" + dumps((number, obj.__qualname__ if self.alone else ""), PLAIN))

    def refer(self, to: Reference) -> None:
        """Write down that something can be imported."""
        self.out.append(b"!R" + dumps(tuple(to), PLAIN))
        if self.is_local(to.module):
            self.found.modules.add((to.module, to.name.partition(".")[0]))

    def opaque(self, obj: Any, reason: str) -> None:
        """Write down that this does not tell what it is made of."""
        self.met(id(obj))
        self.found.opaque = self.found.opaque or reason
        self.out.append(b"!?" + dumps(type(obj).__qualname__, PLAIN))
        self.hidden.append(obj)

    def parts(self, parts: Parts, unheard: Iterable[str]) -> None:
        """Write down how something is made."""
        self.out.append(b"!O")
        self.visit(parts.make)
        self.visit(parts.args)
        if parts.state is not None:
            self.state(parts.state, unheard)
        if parts.items is not None:
            self.sequence(b"!I", list(parts.items))
        if parts.pairs is not None:
            self.mapping(dict(parts.pairs))
        self.out.append(b"!.")

    def state(self, state: Any, unheard: Iterable[str]) -> None:
        """Write down attributes: a dict, or that and a dict of slots, which are not objects of their own."""
        if type(state) is dict:
            if unheard:
                self.silenced += [value for name, value in state.items() if name in unheard]
                state = {name: value for name, value in state.items() if name not in unheard}
            self.mapping(state)
        elif type(state) is tuple and any(type(part) is dict for part in state):
            for part in state:
                self.state(part, unheard)
        else:
            self.visit(state)

    def mapping(self, pairs: dict[Any, Any]) -> None:
        """Write down keys and values in their order, which can be seen."""
        if self.atoms(b"!d", [*pairs, *pairs.values()]):
            return
        self.out.append(b"!{%d;" % len(pairs))
        for key, value in pairs.items():
            self.visit(key)
            self.visit(value)

    def sequence(self, tag: bytes, elements: Any) -> None:
        """Write down elements in their order."""
        if self.atoms(tag + b"a", elements):
            return
        self.out.append(b"%b%d;" % (tag, len(elements)))
        for element in elements:
            self.visit(element)

    def atoms(self, tag: bytes, elements: Any) -> bool:
        """Write down elements at once if all are plain values. A nan may have more than one form, but it is one."""
        kinds = set(map(type, elements))
        if not kinds <= ATOMS:
            return False
        if float in kinds and any(map(ne, elements, elements)):
            elements = [NAN if element != element else element for element in elements]
        self.out.append(tag + dumps(list(elements), PLAIN))
        return True

    def compare(self, first: Any, second: Any) -> None:
        """Find objects that were made for this look: those that are others when the same question is asked again."""
        self.context.kept.append(second)
        pending = [(list(first), list(second))]
        while pending:
            one, other = pending.pop()
            if one is other or type(one) is not type(other) or type(one) in ATOMS:
                continue
            self.context.fresh.add(id(one))
            if isinstance(one, list | tuple) and len(one) == len(other):
                pending += zip(one, other, strict=True)
            elif isinstance(one, dict) and len(one) == len(other):
                pending += zip(one.values(), other.values(), strict=True)
            elif hasattr(one, "__array_interface__") and address(one) != address(other):
                self.context.fresh.add(("memory", address(one)))


def is_special(cls: Any) -> bool:
    """Whether a type has its own way of being pickled, which may make parts up."""
    plain = cls.__reduce_ex__ is object.__reduce_ex__ and cls.__reduce__ is object.__reduce__
    return not plain or cls.__getstate__ is not object.__getstate__
