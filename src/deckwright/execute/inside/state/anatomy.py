"""The words in which values are taken apart: parts, references, and what one pass over values knows."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pickle import PickleError
from types import ModuleType
from typing import Any, NamedTuple

from deckwright.execute.inside.state import Unstorable
from deckwright.execute.inside.state.memory import Memories, Memory

# What `__reduce_ex__`, `__getstate__` and the like raise when they refuse.
REFUSALS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    PickleError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Parts(NamedTuple):
    """How to make a value again, in the order of pickle's reduce values."""

    make: Callable[..., Any]
    args: tuple[Any, ...]
    state: Any = None
    items: Iterable[Any] | None = None
    pairs: Iterable[tuple[Any, Any]] | None = None
    setter: Callable[[Any, Any], Any] | None = None


class Reference(NamedTuple):
    """Something that an import finds again."""

    module: str
    name: str


class Globals(NamedTuple):
    """The globals of a function: those of a module, or the deck's own if it names none."""

    module: str = ""


class Kind(NamedTuple):
    """How values of a type are taken apart."""

    parts: Callable[[Any, "Context"], Parts | Reference]
    identity: bool = True  # two of the same content are two
    silent: frozenset[str] = frozenset()  # attributes that are no part of a value's digest


# Objects that a library has once, and that others refer to: a copy would be another thing.
WORLD = """
    os.environ sys.path sys.argv sys.modules sys.stdin sys.stdout sys.stderr warnings.filters logging.root random._inst
    numpy.random.mtrand._rand torch.default_generator matplotlib.rcParams matplotlib.colormaps
""".split()


def world() -> dict[int, Reference]:
    """The objects of `WORLD` that are there, by id."""
    places = [place.rpartition(".") for place in WORLD]
    here = ((found(module, name), Reference(module, name)) for module, _, name in places if module in sys.modules)
    return {id(obj): place for obj, place in here if obj is not None}


def found(module: str, name: str) -> Any:
    """What an import would give, if its module is loaded."""
    here: Any = sys.modules.get(module)
    for part in name.split("."):
        here = getattr(here, part, None)
    return here


def imported(module: str, name: str) -> Any:
    """What an import gives."""
    import_module(module)
    return found(module, name)


def method_reference(method: Any) -> Reference | None:
    """Where a method of a library's own instance is a function, as `random.random` is."""
    place = Reference(type(method.__self__).__module__, method.__name__)
    other = found(*place)
    return place if place.module != "__main__" and type(other) is type(method) and other == method else None


def reference(obj: Any) -> Reference | None:
    """Where a function or class can be imported from; nothing for those of the deck."""
    module = getattr(obj, "__module__", None)
    if not isinstance(module, str) or module == "__main__":
        return None
    for name in (getattr(obj, "__qualname__", None), getattr(obj, "__name__", None)):
        if isinstance(name, str) and "<" not in name and found(module, name) is obj:
            return Reference(module, name)
    return None


@dataclass(slots=True, eq=False)
class Context:
    """What one pass over some values knows."""

    namespace: Mapping[str, Any]
    root: Any = None  # the definition whose content is wanted
    memories: Memories = field(default_factory=Memories)
    kinds: dict[type, Kind] = field(default_factory=dict)
    verdicts: dict[int, bool] = field(default_factory=dict)  # on functions and classes, by id
    owned: set[int] = field(default_factory=set)  # ids of functions that belong to a class that is taken apart
    fresh: set[Any] = field(default_factory=set)  # ids of objects, and memory, that were made for this pass only
    kept: list[Any] = field(default_factory=list)  # … and they themselves, lest an id be used again
    copied: list[Memory] = field(default_factory=list)  # memory that was copied, as who owns it looks after sharing
    world: Mapping[int, Reference] = field(default_factory=world)


def module_parts(module: ModuleType, _: Context) -> Parts | Reference:
    """Any module but those made by hand."""
    if sys.modules.get(module.__name__) is not module:
        raise Unstorable("a module made by hand")
    return Reference(module.__name__, "*")
