"""Find what an opaque object, such as a generator, can reach and change."""

import gc
import sys
from collections.abc import Hashable, Iterable, Iterator
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from deckwright.execute.state import arrays
from deckwright.execute.state.anatomy import Context, Memory, Unstorable

MOST = 10_000  # objects
CLOSED = (ModuleType, type, BuiltinFunctionType, CodeType, FrameType, str, bytes, int, float, complex, type(None))


def reach(objects: Iterable[Any], context: Context) -> Iterator[Hashable]:
    """Identities of the mutable objects that these can reach, memory included."""
    todo = [part for obj in objects for part in inside(obj, context)]
    seen = {id(part) for part in todo}
    for part in todo:  # which grows
        yield from identities(part, context)
        for inner in inside(part, context):
            if id(inner) not in seen and not isinstance(inner, CLOSED) and len(seen) < MOST:
                seen.add(id(inner))
                todo.append(inner)


def inside(obj: Any, context: Context) -> list[Any]:
    """What an object refers to, but for code and the globals of modules."""
    if isinstance(obj, FunctionType):
        return [obj.__closure__, obj.__defaults__, obj.__kwdefaults__, obj.__dict__]
    if isinstance(obj, dict) and is_globals(obj, context):
        return []
    torch = sys.modules.get("torch")
    if torch and isinstance(obj, torch.Tensor):
        return [obj.grad_fn, obj.grad if obj.is_leaf else None, obj._base, *vars(obj).values()]
    if torch and isinstance(obj, torch.autograd.graph.Node):
        return [getattr(obj, "variable", None), *(node for node, _ in obj.next_functions)]
    return [part for part in gc.get_referents(obj) if not isinstance(part, CLOSED)]


def is_globals(names: dict[Any, Any], context: Context) -> bool:
    """Whether this is the namespace of the deck or of a module."""
    if names is context.namespace:
        return True
    name = names.get("__name__")
    return isinstance(name, str) and getattr(sys.modules.get(name), "__dict__", None) is names


def identities(obj: Any, context: Context) -> Iterator[Hashable]:
    """The identity of one object, and that of its memory if it has any."""
    if isinstance(obj, tuple | FunctionType | CLOSED) or (isinstance(obj, dict) and is_globals(obj, context)):
        return
    yield id(obj)
    if (where := memory_of(obj, context)) and where.size:
        yield where.token


def memory_of(obj: Any, context: Context) -> Memory | None:
    """The memory of an array or tensor."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    try:
        if torch and isinstance(obj, torch.Tensor):
            return arrays.memory_of_tensor(obj, context)
        where = arrays.memory_of_array(obj, context) if numpy and isinstance(obj, numpy.ndarray) else None
    except (Unstorable, RuntimeError, NotImplementedError):  # tensors without a storage
        return None
    return where if isinstance(where, Memory) else None
