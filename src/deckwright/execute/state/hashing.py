"""Look at a value: its canonical hash, the mutable objects it is made of, and what of the deck it refers to."""

import sys
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from marshal import dumps
from operator import ne
from types import CodeType, FunctionType
from typing import Any

from xxhash import xxh3_128_digest, xxh3_128_hexdigest

from deckwright.execute.names import code_names
from deckwright.execute.state import arrays
from deckwright.execute.state.anatomy import Context, Globals, Memory, Parts, Reference, Unstorable
from deckwright.execute.state.classes import is_deck
from deckwright.execute.state.parts import ATOMS, DEFINABLE, VALUE, is_definition, kind_of, reduced, silent
from deckwright.execute.state.reach import is_globals, reach

DEPTH = 20_000  # frames, so that linked lists can be looked at
PLAIN = 2  # the version of marshal's format that knows neither interning nor references
NAN = float("nan")
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
    size: int = 0  # bytes, roughly


def look(
    value: Any, namespace: dict[str, Any], is_local: Callable[[str], bool], memory: dict[Any, Any] | None = None
) -> Look:
    """Look at the value of a name. Looks that share `memory` hash each stretch of memory once."""
    context = Context(namespace, memories={} if memory is None else memory)
    return Looking(context, is_local).at(value)


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
        tokens: list[Hashable] = [of.token for of in self.context.copied if of.size]
        for of in list(self.memories.values()):
            tokens += arrays.overlapping(of, self.context)
        for token in (*tokens, *reach(self.hidden, self.context)):
            if token not in self.numbers:
                self.numbers[token] = len(self.numbers)
                self.found.objects.append(token)

    def visit(self, obj: Any) -> None:
        """Write down one value and all its parts."""
        write = WRITERS.get(type(obj))
        if write:
            write(self, obj)
        else:
            self.made(obj)

    def met(self, token: Hashable) -> bool:
        """Whether this mutable object was met before; if so, its number is all there is to say."""
        number = self.numbers.get(token)
        if number is not None:
            self.out.append(b"!^%d;" % number)
            return True
        self.numbers[token] = len(self.numbers)
        if token not in self.context.fresh:
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
        kind = kind_of(type(obj), context)
        try:
            parts = kind.parts(obj, context)
        except Unstorable as reason:
            self.opaque(obj, f"{reason}")
            return
        context.kept.append(parts)
        if isinstance(parts, Reference):
            self.refer(parts)
            return
        if kind.identity or (kind is VALUE and isinstance(obj, BUILTIN) and getattr(obj, "__dict__", None)):
            self.met(id(obj))
        if kind.parts is reduced and is_special(type(obj)):
            self.compare(parts, kind.parts(obj, context))
        if type(obj) is FunctionType and is_deck(obj, context):
            self.found.reads |= code_names(obj.__code__)
        self.parts(parts, silent(type(obj)))

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
        if ATOMS.issuperset(map(type, pairs)) and ATOMS.issuperset(map(type, pairs.values())):
            self.atoms(b"!d", [*pairs, *pairs.values()])
            return
        self.out.append(b"!{%d;" % len(pairs))
        for key, value in pairs.items():
            self.visit(key)
            self.visit(value)

    def sequence(self, tag: bytes, elements: Any) -> None:
        """Write down elements in their order."""
        if ATOMS.issuperset(map(type, elements)):
            self.atoms(tag + b"a", elements)
            return
        self.out.append(b"%b%d;" % (tag, len(elements)))
        for element in elements:
            self.visit(element)

    def atoms(self, tag: bytes, elements: Any) -> None:
        """Write down many plain values at once. A nan may have more than one form, but it is one value."""
        if float in set(map(type, elements)) and any(map(ne, elements, elements)):
            elements = [NAN if element != element else element for element in elements]
        self.out.append(tag + dumps(list(elements), PLAIN))

    def compare(self, first: Any, second: Any) -> None:
        """Find objects that were made for this look: those that are others when the same question is asked again."""
        self.context.kept.append(second)
        todo = [(list(first), list(second))]
        while todo:
            one, other = todo.pop()
            if one is other or type(one) is not type(other) or type(one) in ATOMS:
                continue
            self.context.fresh.add(id(one))
            if isinstance(one, list | tuple) and len(one) == len(other):
                todo += zip(one, other, strict=True)  # type: ignore[arg-type]
            elif isinstance(one, dict) and len(one) == len(other):
                todo += zip(one.values(), other.values(), strict=True)
            elif hasattr(one, "__array_interface__") and arrays.address(one) != arrays.address(other):
                self.context.fresh.add(("memory", arrays.address(one)))


def is_special(cls: Any) -> bool:
    """Whether a type has its own way of being pickled, which may make parts up."""
    plain = cls.__reduce_ex__ is object.__reduce_ex__ and cls.__reduce__ is object.__reduce__
    return not plain or cls.__getstate__ is not object.__getstate__


def write_atom(looking: Looking, atom: Any) -> None:
    looking.out.append(dumps(atom, PLAIN))


def write_float(looking: Looking, number: float) -> None:
    looking.out.append(dumps(number if number == number else NAN, PLAIN))


def write_tuple(looking: Looking, elements: tuple[Any, ...]) -> None:
    looking.sequence(b"!(", elements)


def write_list(looking: Looking, elements: list[Any]) -> None:
    if not looking.met(id(elements)):
        looking.sequence(b"![", elements)


def write_dict(looking: Looking, pairs: dict[Any, Any]) -> None:
    if is_globals(pairs, looking.context):
        looking.opaque(pairs, "the globals of a module")
    elif not looking.met(id(pairs)):
        looking.mapping(pairs)


def write_set(looking: Looking, elements: set[Any]) -> None:
    if not looking.met(id(elements)):
        looking.out.append(b"!s")
        write_frozenset(looking, elements)


def write_frozenset(looking: Looking, elements: Iterable[Any]) -> None:
    """Elements in the order of their digests, as their own differs between processes."""

    def digest(element: Any) -> str:
        return Looking(looking.context, looking.is_local, alone=True).at(element).digest

    looking.sequence(b"!<", sorted(elements, key=digest))


def write_bytearray(looking: Looking, content: bytearray) -> None:
    if not looking.met(id(content)):
        looking.out.append(b"!b" + dumps(bytes(content), PLAIN))


def write_code(looking: Looking, code: CodeType) -> None:
    """Code without the places where it was written."""
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_name, code.co_qualname)
    looking.visit((*counts, *names, code.co_code, code.co_exceptiontable, code.co_consts))


def write_globals(looking: Looking, its: Globals) -> None:
    looking.refer(Reference(its.module, "*"))


def write_memory(looking: Looking, of: Memory) -> None:
    looking.out.append(b"!M%d;" % of.size)
    known = looking.memories.get((of.start, of.size))
    if not of.size or (looking.met(of.token) and known):
        return
    looking.memories[of.start, of.size] = of
    if not of.digest:
        of.digest = xxh3_128_digest(arrays.content(of))
    looking.found.size += of.size
    shared = [(looking.numbers[token], of.start - token[1]) for token in arrays.overlapping(of, looking.context) if token in looking.numbers]
    looking.out.append(of.digest + dumps(shared, PLAIN))


WRITERS: dict[type, Callable[[Looking, Any], None]] = {
    **dict.fromkeys(ATOMS, write_atom),
    float: write_float,
    tuple: write_tuple,
    list: write_list,
    dict: write_dict,
    set: write_set,
    frozenset: write_frozenset,
    bytearray: write_bytearray,
    CodeType: write_code,
    Globals: write_globals,
    Memory: write_memory,
}
