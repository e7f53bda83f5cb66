"""How values of single types are written into a digest. What they have in common is in hashing.py."""

from __future__ import annotations

from marshal import dumps
from types import CodeType
from typing import TYPE_CHECKING, Any

from xxhash import xxh3_128_digest

from deckwright.execute.inside.state.anatomy import Globals, Reference
from deckwright.execute.inside.state.memory import Memory, content
from deckwright.execute.inside.state.parts import ATOMS
from deckwright.execute.inside.state.reach import is_globals
from deckwright.execute.inside.state.sets import has_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deckwright.execute.inside.state.hashing import Looking

PLAIN = 2  # the version of marshal's format that knows neither interning nor references
NAN = float("nan")


def write_atom(looking: Looking, atom: Any) -> None:
    """A plain value."""
    looking.out.append(dumps(atom, PLAIN))


def write_float(looking: Looking, number: float) -> None:
    """A number; any nan is the same."""
    looking.out.append(dumps(number if number == number else NAN, PLAIN))


def write_tuple(looking: Looking, elements: tuple[Any, ...]) -> None:
    """A tuple has no identity of its own."""
    looking.sequence(b"!(", elements)


def write_list(looking: Looking, elements: list[Any]) -> None:
    """A list."""
    if id(elements) in looking.context.world:
        looking.opaque(elements, "a list of Python's own")
    elif not looking.met(id(elements)):
        looking.sequence(b"![", elements)


def write_dict(looking: Looking, pairs: dict[Any, Any]) -> None:
    """A dict, unless it is where a module keeps its names."""
    if is_globals(pairs, looking.context) or id(pairs) in looking.context.world:
        looking.opaque(pairs, "the globals of a module")
    elif not looking.met(id(pairs)):
        looking.mapping(pairs)


def write_set(looking: Looking, elements: set[Any]) -> None:
    """A set: its order is a part of it where it is the same in each run."""
    if looking.met(id(elements)):
        return
    looking.out.append(b"!s")
    if has_order(elements):
        looking.sequence(b"!<", list(elements))
    else:
        write_frozenset(looking, elements)


def write_frozenset(looking: Looking, elements: Iterable[Any]) -> None:
    """Elements in the order of their digests, as their own differs between processes."""
    looking.sequence(b"!<", sorted(elements, key=looking.digest_alone))


def write_bytearray(looking: Looking, changing: bytearray) -> None:
    """Bytes that can change."""
    if not looking.met(id(changing)):
        looking.out.append(b"!b" + dumps(bytes(changing), PLAIN))


def write_code(looking: Looking, code: CodeType) -> None:
    """Code without the places where it was written."""
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_name, code.co_qualname)
    looking.visit((*counts, *names, code.co_code, code.co_exceptiontable, code.co_consts))


def write_globals(looking: Looking, its: Globals) -> None:
    """The globals of a function, by the name of their module."""
    looking.refer(Reference(its.module, "*"))


def write_memory(looking: Looking, of: Memory) -> None:
    """Memory by its content; what overlaps says so."""
    looking.out.append(b"!M%d;" % of.size)
    known = looking.memories.get((of.start, of.size))
    if not of.size or (looking.met(of.token, lasting=not looking.copying) and known):
        return
    looking.memories[of.start, of.size] = of
    if not of.digest:
        of.digest = xxh3_128_digest(content(of))
    looking.found.size += of.size
    over = [token for token in looking.context.memories.overlapping(of) if token in looking.numbers]
    shared = [(looking.numbers[token], of.start - token[1]) for token in over]
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
