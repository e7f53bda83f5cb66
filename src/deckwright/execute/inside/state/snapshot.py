"""Snapshots of values: joint, so that what they share stays shared; with memory as it is, and definitions by key."""

import io
import pickle
from collections.abc import Callable, Mapping
from importlib import import_module
from itertools import accumulate, pairwise
from struct import pack, unpack_from
from typing import Any

from deckwright.execute.inside.state import Unstorable, memory
from deckwright.execute.inside.state.anatomy import REFUSALS, Context, Globals, Parts, imported
from deckwright.execute.inside.state.ordinary import reduced
from deckwright.execute.inside.state.parts import is_definition, kind_of
from deckwright.execute.inside.state.sets import filled, has_order, recipe

__all__ = ["Unstorable", "dump", "dump_definition", "load", "load_definition"]

Key = Callable[[Any], str]
Definitions = Callable[[str], Any]


def dump(values: Mapping[str, Any], namespace: Mapping[str, Any], key_of: Key) -> bytes:
    """A snapshot of the values of several names. Raises Unstorable."""
    return written(dict(values), Context(namespace), key_of)


def dump_definition(definition: Any, namespace: Mapping[str, Any], key_of: Key) -> bytes:
    """A snapshot of the content of a class or function of the deck. Raises Unstorable."""
    return written(definition, Context(namespace, root=definition), key_of)


def load(content: bytes, namespace: dict[str, Any], definition_of: Definitions) -> dict[str, Any]:
    """The values of a snapshot, by name."""
    values: dict[str, Any] = load_definition(content, namespace, definition_of)
    return values


def load_definition(content: bytes, namespace: dict[str, Any], definition_of: Definitions) -> Any:
    """The class or function of a snapshot."""
    whole = memoryview(content)
    (count,) = unpack_from("<Q", whole)
    sizes = unpack_from(f"<{count}Q", whole, 8)
    bounds = accumulate(sizes, initial=8 + 8 * count)
    text, *buffers = [whole[start:stop] for start, stop in pairwise(bounds)]
    reader = Reader(bytes(text), buffers, namespace, definition_of)
    value = reader.load()
    for elements, order, size in reader.load():
        elements.clear()
        filled(elements, order, size)
    return value


def written(value: Any, context: Context, key_of: Key) -> bytes:
    """A snapshot of one value: the sizes of its pieces, a pickle, and the memory of its arrays."""
    writer = Writer(context, key_of)
    writer.write(value)
    if wholes := memory.joined(context.memories.known.values()):  # seldom, and known only now
        writer = Writer(context, key_of, wholes)
        writer.write(value)
    pieces = [writer.file.getbuffer(), *(buffer.raw() for buffer in writer.buffers)]
    return b"".join([pack(f"<{1 + len(pieces)}Q", len(pieces), *(len(piece) for piece in pieces)), *pieces])


class Writer(pickle.Pickler):
    """Pickles what `parts.py` says of a value, and leaves the rest to pickle."""

    def __init__(
        self, context: Context, key_of: Key, wholes: Mapping[memory.Memory, memory.Memory] | None = None
    ) -> None:
        self.file = io.BytesIO()
        self.buffers: list[pickle.PickleBuffer] = []
        super().__init__(self.file, 5, buffer_callback=self.buffers.append)
        self.context, self.key_of = context, key_of
        self.wholes = wholes or {}  # memory that holds other memory

    def write(self, value: Any) -> None:
        """Pickle one value. Raises Unstorable."""
        try:
            self.dump(value)
            self.dump(self.orders())
        except RecursionError as error:
            raise Unstorable("a value that is nested too deeply") from error
        except REFUSALS as error:
            raise Unstorable(f"a value that pickle refuses: {error}") from error

    def reducer_override(self, obj: Any) -> Any:
        """How an object is pickled. Called by pickle for all but plain values and containers."""
        context = self.context
        if isinstance(obj, memory.Memory):
            return self.stretch(obj)
        if isinstance(obj, Globals):
            return globals_of, tuple(obj)
        if obj is not context.root and id(obj) not in context.owned and is_definition(obj, context.namespace, context):
            return definition, (self.key_of(obj),)
        if id(obj) in context.world:
            return imported, tuple(context.world[id(obj)])
        kind = kind_of(type(obj), context)
        if kind.parts is reduced:
            return NotImplemented
        parts = kind.parts(obj, context)
        if isinstance(parts, Parts):
            if isinstance(obj, type) and has_hook(obj):
                raise Unstorable(f"the class {obj.__qualname__}, which runs code of the deck when it is made")
            return tuple(parts)
        if parts.name == "*":
            return import_module, (parts.module,)
        own = (getattr(obj, "__module__", None), getattr(obj, "__qualname__", None))
        return own[1] if own == tuple(parts) else (imported, tuple(parts))

    def orders(self) -> list[tuple[set[Any], list[Any], int]]:
        """The sets that pickle would bring back with their elements in another order, and how to set that right."""
        found = []
        for _, obj in self.memo.copy().values():
            if type(obj) is set and len(obj) > 1 and has_order(obj):
                way = recipe(obj)
                if not way:
                    raise Unstorable("a set whose order cannot be had again")
                if way != (list(obj), 0):
                    found.append((obj, *way))
        return found

    def stretch(self, of: memory.Memory) -> tuple[Any, ...]:
        """Memory by its content, or as a part of other memory."""
        whole = self.wholes.get(of)
        if whole:
            return memory.make_part, (whole, of.start - whole.start, of.size)
        return memory.make_memory, (pickle.PickleBuffer(memory.content(of)), *memory.kind_of_owner(of))


def has_hook(cls: type) -> bool:
    """Whether a class of the deck has a say in how others that derive from it are made."""
    bases = [base for base in cls.__mro__[1:] if base.__module__ == "__main__"]
    return any("__init_subclass__" in vars(base) for base in bases)


class Reader(pickle.Unpickler):
    """Unpickles what `Writer` wrote, for this namespace."""

    def __init__(self, text: bytes, buffers: list[Any], namespace: dict[str, Any], definition_of: Definitions) -> None:
        super().__init__(io.BytesIO(text), buffers=buffers)
        self.namespace, self.definition_of = namespace, definition_of

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the snapshot stands for."""
        if module == __name__ and name == definition.__name__:
            return self.definition_of
        if module == __name__ and name == globals_of.__name__:
            return self.globals_of
        if module == "__main__":
            raise Unstorable(f"a reference to {name}")
        return super().find_class(module, name)

    def globals_of(self, module: str) -> dict[str, Any]:
        """The globals of a function."""
        return vars(import_module(module)) if module else self.namespace


def definition(key: str) -> Any:
    """Stands in snapshots for a definition; `Reader` knows which."""
    raise NotImplementedError(key)


def globals_of(module: str) -> dict[str, Any]:
    """Stands in snapshots for a function's globals; `Reader` knows which."""
    raise NotImplementedError(module)
