"""Find what an opaque object, such as a generator, can reach and change."""

import gc
import sys
from collections.abc import Hashable, Iterable, Iterator
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, FunctionType, GeneratorType, ModuleType
from typing import Any

from deckwright.execute.inside.state import Unstorable, arrays
from deckwright.execute.inside.state.anatomy import Context
from deckwright.execute.inside.state.classes import is_deck
from deckwright.execute.inside.state.memory import Memory

MOST = 10_000  # objects
KERNEL = frozenset("IPython ipykernel jupyter_client traitlets zmq tornado asyncio deckwright".split())
CLOSED = (ModuleType, type, CodeType, FrameType, str, bytes, int, float, complex, type(None))


def reach(objects: Iterable[Any], context: Context) -> list[Any]:
    """All objects that these can reach, themselves included."""
    pending = list(objects)
    seen = {id(obj) for obj in pending}
    for obj in pending:  # which grows
        for inner in inside(obj, context):
            if id(inner) not in seen and len(pending) < MOST:
                seen.add(id(inner))
                pending.append(inner)
    return pending


def inside(obj: Any, context: Context) -> list[Any]:
    """What an object refers to, but for code and the globals of modules."""
    if isinstance(obj, FunctionType):
        return [part for part in (obj.__closure__, obj.__defaults__, obj.__kwdefaults__, obj.__dict__) if part]
    if isinstance(obj, dict) and is_globals(obj, context):
        return []
    torch = sys.modules.get("torch")
    if torch and isinstance(obj, torch.Tensor):
        parts = [obj.grad_fn, obj.grad if obj.is_leaf else None, obj._base, *vars(obj).values()]
    elif torch and isinstance(obj, torch.autograd.graph.Node):
        parts = [getattr(obj, "variable", None), *(node for node, _ in obj.next_functions)]
    else:
        parts = gc.get_referents(obj)
    return [part for part in parts if not isinstance(part, CLOSED) and not is_of_kernel(part)]


def is_of_kernel(obj: Any) -> bool:
    """Whether an object is part of what runs the cells, from where everything can be reached."""
    return type(obj).__module__.partition(".")[0] in KERNEL


def code_of(obj: Any, context: Context) -> CodeType | None:
    """The code that runs when this goes on, if it is the deck's."""
    if isinstance(obj, FunctionType):
        return obj.__code__ if is_deck(obj, context) else None
    if isinstance(obj, GeneratorType):
        return obj.gi_code
    if isinstance(obj, CoroutineType):
        return obj.cr_code
    return obj.ag_code if isinstance(obj, AsyncGeneratorType) else None


def is_globals(names: dict[Any, Any], context: Context) -> bool:
    """Whether this is the namespace of the deck or of a module."""
    if names is context.namespace:
        return True
    name = names.get("__name__")
    return isinstance(name, str) and getattr(sys.modules.get(name), "__dict__", None) is names


def identities(obj: Any, context: Context) -> Iterator[Hashable]:
    """The identity of one object, and that of its memory if it has any."""
    if isinstance(obj, (tuple, FunctionType, *CLOSED)) or (isinstance(obj, dict) and is_globals(obj, context)):
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
