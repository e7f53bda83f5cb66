"""The words in which values are taken apart: parts, references, and what one pass over values knows."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pickle import PickleError
from types import ModuleType
from typing import Any, NamedTuple

# What `__reduce_ex__`, `__getstate__` and the like raise when they refuse.
REFUSALS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ImportError,
    LookupError,
    OSError,
    PickleError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Unstorable(Exception):
    """A value that can be neither hashed nor stored; says what it is, as in "a generator"."""


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


@dataclass(slots=True, eq=False)
class Memory:
    """A stretch of memory that arrays and tensors look into."""

    start: int
    size: int  # bytes
    device: str  # empty: the processor's own
    owner: Any  # held, so that the address stays its own
    root: Any = None  # the numpy array that owns it
    torch: bool = False
    digest: bytes = b""

    @property
    def token(self) -> tuple[str, int]:
        """Its identity."""
        return ("memory", self.start)


class Kind(NamedTuple):
    """How values of a type are taken apart."""

    parts: Callable[[Any, "Context"], Parts | Reference]
    identity: bool = True  # two of the same content are two


@dataclass(slots=True, eq=False)
class Context:
    """What one pass over some values knows."""

    namespace: Mapping[str, Any]
    root: Any = None  # the definition whose content is wanted
    memories: dict[Any, Any] = field(default_factory=dict)
    kinds: dict[type, Kind] = field(default_factory=dict)
    verdicts: dict[int, bool] = field(default_factory=dict)  # whether the function or class with this id is a definition
    owned: set[int] = field(default_factory=set)  # ids of functions that belong to a class that is taken apart
    fresh: set[Any] = field(default_factory=set)  # ids of objects, and memory, that were made for this pass only
    kept: list[Any] = field(default_factory=list)  # … and they themselves, lest an id be used again
    copied: list[Memory] = field(default_factory=list)  # memory that was copied, as who owns it looks after sharing


def found(module: str, name: str) -> Any:
    """What an import would give, if its module is loaded."""
    here: Any = sys.modules.get(module)
    for part in name.split("."):
        here = getattr(here, part, None)
    return here


def reference(obj: Any) -> Reference | None:
    """Where a function or class can be imported from; nothing for those of the deck."""
    module = getattr(obj, "__module__", None)
    if not isinstance(module, str) or module == "__main__":
        return None
    for name in (getattr(obj, "__qualname__", None), getattr(obj, "__name__", None)):
        if isinstance(name, str) and "<" not in name and found(module, name) is obj:
            return Reference(module, name)
    return None


def module_parts(module: ModuleType, _: Context) -> Parts | Reference:
    """Any module but those made by hand."""
    if sys.modules.get(module.__name__) is not module:
        raise Unstorable("a module made by hand")
    return Reference(module.__name__, "*")
