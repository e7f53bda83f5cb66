"""The deck's functions and classes by value. Values of other types are in parts.py."""

import _abc  # type: ignore[import-not-found]  # what ABCMeta itself uses
import marshal
import os
import re
import sys
import types
from abc import ABCMeta
from collections import namedtuple
from collections.abc import Iterable, Mapping
from enum import Enum, EnumMeta
from functools import cached_property
from types import CellType, CodeType, FunctionType
from typing import Any

from deckwright.execute.inside.state import Unstorable
from deckwright.execute.inside.state.anatomy import Context, Globals, Parts, Reference, reference

PROCESS = re.compile(r"ipykernel_\d+")
Shape = Iterable[tuple[str, Any]]
TYPES = {id(kind): name for name, kind in vars(types).items() if isinstance(kind, type)}
# What Python itself writes into a class, and makes again.
MADE = frozenset(
    "__dict__ __weakref__ __module__ __qualname__ __slots__ __slotnames__ __orig_bases__ __doc__ _abc_impl "
    "__firstlineno__ __static_attributes__ __annotations_cache__".split()
)
SHAPE = ("__module__", "__qualname__", "__doc__", "__slots__", "__orig_bases__")
MADE_IN_ENUM = frozenset(
    "__new__ _generate_next_value_ _new_member_ _use_args_ _member_names_ _member_map_ _value2member_map_ "
    "_member_type_ _value_repr_ _unhashable_values_ _unhashable_values_map_ _hashable_values_ "
    "_flag_mask_ _singles_mask_ _all_bits_ _boundary_ _inverted_".split()
)
MADE_IN_TUPLE = frozenset(
    "__new__ _make _replace __replace__ __repr__ _asdict __getnewargs__ _fields _field_defaults __match_args__".split()
)
# What is mutable in a class without being the author's own state.
INTERNAL = frozenset(
    "__annotations__ __dataclass_fields__ __dataclass_params__ __parameters__ __protocol_attrs__ "
    "__non_callable_proto_members__ __annotate_func__ __abstractmethods__".split()
)


class Empty:
    """What stands for the content of a closure cell that has none yet."""


# Functions


def is_deck(function: FunctionType, context: Context) -> bool:
    """Whether a function reads the deck's globals."""
    its = function.__globals__
    return its is context.namespace or its.get("__name__") == "__main__"


def function_parts(function: FunctionType, context: Context) -> Parts | Reference:
    """A function that cannot be imported. Its cells come empty, as their contents may lead back to it."""
    if known := reference(function):
        return known
    module = "" if is_deck(function, context) else str(function.__globals__.get("__name__"))
    if module and getattr(sys.modules.get(module), "__dict__", None) is not function.__globals__:
        raise Unstorable("a function with globals of its own")
    cells = function.__closure__ or ()
    state = {
        "__module__": function.__module__,
        "__qualname__": function.__qualname__,
        "__defaults__": function.__defaults__,
        "__kwdefaults__": function.__kwdefaults__,
        "__doc__": function.__doc__,
        **annotations_of(function),
    }
    contents = tuple(content(cell) for cell in cells)
    attributes = function.__dict__ or None
    args = (Globals(module), function.__code__, function.__name__, cells)
    return Parts(make_function, args, (state, attributes, contents), setter=set_function)


def annotations_of(function: FunctionType) -> dict[str, Any]:
    """A function's annotations, or the function that makes them where Python makes them late."""
    if sys.version_info >= (3, 14):
        return {"__annotate__": function.__annotate__}
    variables = getattr(function, "__type_params__", ())
    return {"__annotations__": function.__annotations__ or None, "__type_params__": variables}


def content(cell: CellType) -> Any:
    """What a closure cell holds."""
    try:
        return cell.cell_contents
    except ValueError:
        return Empty


def make_cell() -> CellType:
    """An empty closure cell."""
    return CellType()


def cell_parts(_: CellType, __: Context) -> Parts:
    """A cell; the functions that have it fill it."""
    return Parts(make_cell, ())


def make_function(its_globals: dict[str, Any], code: CodeType, name: str, cells: tuple[CellType, ...]) -> FunctionType:
    """A function that lacks all but its code."""
    return FunctionType(code, its_globals, name, None, cells)


def set_function(function: FunctionType, state: tuple[dict[str, Any], dict[str, Any] | None, tuple[Any, ...]]) -> None:
    """Complete what `make_function` began."""
    own, attributes, contents = state
    function.__dict__.update(attributes or {})
    for name, value in own.items():
        if value is not None and (name != "__type_params__" or value):
            setattr(function, name, value)
    for cell, value in zip(function.__closure__ or (), contents, strict=True):
        if value is not Empty:
            cell.cell_contents = value


def code_parts(code: CodeType, _: Context) -> Parts:
    """Compiled code, as its snapshot has it; hashes leave places out."""
    return Parts(load_code, (marshal.dumps(code),))


def load_code(content: bytes) -> CodeType:
    """Compiled code, whose cells ipykernel knows by names with this process's number in them."""
    code: CodeType = marshal.loads(content)
    return placed(code, f"ipykernel_{os.getpid()}")


def placed(code: CodeType, process: str) -> CodeType:
    """The same code, as if compiled in this process."""
    inner = tuple(placed(part, process) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_filename=PROCESS.sub(process, code.co_filename), co_consts=inner)


# Classes


def class_parts(cls: type, context: Context) -> Parts | Reference:
    """A class that cannot be imported."""
    if known := reference(cls):
        return known
    if id(cls) in TYPES:
        return Reference("types", TYPES[id(cls)])
    if not cls.__flags__ & 1 << 9:
        raise Unstorable(f"the class {cls.__qualname__}, which cannot be imported")
    made = made_in(cls)
    state = {name: value for name, value in vars(cls).items() if name not in made}
    if not state.get("__annotations__", True):
        del state["__annotations__"]  # made by looking for them
    context.owned.update(id(function) for value in state.values() for function in functions_in(value, cls))
    make, args = constructor(cls)
    return Parts(make, args, state, setter=set_class)


def made_in(cls: Any) -> frozenset[str]:
    """What of a class's content Python wrote, and makes again."""
    if isinstance(cls, EnumMeta):
        return MADE | MADE_IN_ENUM | cls._member_map_.keys()
    if is_named_tuple(cls):
        return MADE | MADE_IN_TUPLE | set(cls._fields)
    return MADE | {name for name, value in vars(cls).items() if isinstance(value, types.MemberDescriptorType)}


def constructor(cls: type) -> tuple[Any, tuple[Any, ...]]:
    """How to make a class that lacks all but its shape."""
    own = {"__qualname__": cls.__qualname__, **vars(cls)}
    shape = tuple((name, own[name]) for name in SHAPE if own.get(name) is not None)
    if isinstance(cls, EnumMeta):
        members: Mapping[str, Enum] = cls._member_map_
        values = tuple((name, member._value_, without_names(member)) for name, member in members.items())
        return make_enum, (type(cls), cls.__name__, cls.__bases__, shape, values, getattr(cls, "_boundary_", None))
    if is_named_tuple(cls):
        defaults = tuple(cls._field_defaults.values())  # type: ignore[attr-defined]
        return make_named_tuple, (cls.__name__, cls._fields, defaults, cls.__bases__, shape)  # type: ignore[attr-defined]
    return make_class, (type(cls), cls.__name__, cls.__bases__, shape)


def functions_in(value: Any, cls: type) -> Iterable[FunctionType]:
    """The functions that an entry of a class's body holds, if they were written there."""
    if isinstance(value, property):
        held = [value.fget, value.fset, value.fdel]
    elif isinstance(value, staticmethod | classmethod):
        held = [value.__func__]
    else:
        held = [value.func if isinstance(value, cached_property) else value]
    for function in held:
        if isinstance(function, FunctionType) and function.__qualname__.startswith(f"{cls.__qualname__}."):
            yield function
            for cell in function.__closure__ or ():  # what a decorator has wrapped
                if (inner := content(cell)) is not function:
                    yield from functions_in(inner, cls)


def is_named_tuple(cls: type) -> bool:
    """Whether `namedtuple` or `NamedTuple` made a class."""
    return issubclass(cls, tuple) and "_fields" in vars(cls) and "_make" in vars(cls)


def without_names(member: Enum) -> dict[str, Any] | None:
    """What a member's own constructor gave it."""
    own = {name: value for name, value in vars(member).items() if not (name.startswith("_") and name.endswith("_"))}
    return own or None


def make_class(meta: Any, name: str, bases: tuple[type, ...], shape: Shape) -> type:
    """A class without its methods. Its metaclass has no say: all that it once did is part of the state."""
    made: type = type.__new__(meta, name, bases, dict(shape))
    return made


def make_named_tuple(
    name: str, fields: tuple[str, ...], defaults: tuple[Any, ...], bases: tuple[type, ...], shape: Shape
) -> type:
    """A NamedTuple class without what its author added."""
    made: type = namedtuple(name, fields, defaults=defaults)  # type: ignore[misc]
    if bases != made.__bases__:
        made.__bases__ = bases
    for key, value in shape:
        setattr(made, key, value)
    return made


def make_enum(
    meta: Any, name: str, bases: tuple[type, ...], shape: Shape, values: Iterable[Any], boundary: Any
) -> type:
    """An Enum class without its methods."""
    body = meta.__prepare__(name, bases)
    body.update(shape)
    for key, value, _ in values:
        body[key] = value
    made = meta.__new__(meta, name, bases, body, **({"boundary": boundary} if boundary else {}))
    for key, _, own in values:
        vars(made._member_map_[key]).update(own or {})
    cls: type = made
    return cls


def set_class(cls: type, state: Mapping[str, Any]) -> None:
    """Complete what `make_class` began."""
    for name, value in state.items():
        if name in vars(cls):
            type.__delattr__(cls, name)  # for the order
        type.__setattr__(cls, name, value)
    if isinstance(cls, ABCMeta):
        _abc._abc_init(cls)


def enum_parts(member: Enum, _: Context) -> Parts:
    """A member of an Enum, which is one and the same wherever it occurs."""
    cls = type(member)
    if cls._member_map_.get(member._name_) is member:
        return Parts(getattr, (cls, member._name_))
    return Parts(cls, (member._value_,))
