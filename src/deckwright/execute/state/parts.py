"""The table of what values are made of, one for hashes and snapshots; and which of the deck's code is a definition."""

import copyreg
import dataclasses
import functools
import gc
import types
import typing
import weakref
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from deckwright.execute.state import arrays, classes, libraries
from deckwright.execute.state.anatomy import (
    REFUSALS,
    Context,
    Kind,
    Parts,
    Reference,
    Unstorable,
    module_parts,
    reference,
)

ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes, type(...)})
DEFINABLE = (FunctionType, type)
GENERATED = "<"  # how the file names of code begin that a library wrote


def reduced(obj: Any, _: Context) -> Parts | Reference:
    """Whatever the value's own type says."""
    cls = type(obj)
    reduce = copyreg.dispatch_table.get(cls)
    try:
        made = reduce(obj) if reduce else obj.__reduce_ex__(4)
    except REFUSALS as error:
        raise Unstorable(f"a value of type {cls.__qualname__}") from error
    if isinstance(made, str):
        if getattr(obj, "__module__", None) == "__main__":
            raise Unstorable(f"a value of type {cls.__qualname__}")
        return Reference(f"{cls.__module__}.{cls.__qualname__}", made)
    return Parts(*made)


def method_parts(method: types.MethodType, _: Context) -> Parts:
    """A method that is bound to an instance."""
    name = getattr(method.__func__, "__name__", "")
    if getattr(method.__self__, name, None) == method:
        return Parts(getattr, (method.__self__, name))
    return Parts(types.MethodType, (method.__func__, method.__self__))


def builtin_parts(function: types.BuiltinFunctionType, context: Context) -> Parts | Reference:
    """A function that is written in C."""
    if isinstance(function.__self__, types.ModuleType):
        return Reference(function.__self__.__name__, function.__qualname__)
    return reference(function) or reduced(function, context)


def property_parts(its: property, _: Context) -> Parts:
    return Parts(type(its), (its.fget, its.fset, its.fdel, its.__doc__))


def wrapped_parts(method: Any, _: Context) -> Parts:
    return Parts(type(method), (method.__func__,))


def cached_property_parts(its: Any, _: Context) -> Parts:
    return Parts(type(its), (its.func,), {"attrname": its.attrname, "__doc__": its.__doc__})


def proxy_parts(proxy: Any, _: Context) -> Parts:
    return Parts(types.MappingProxyType, (gc.get_referents(proxy)[0],))


def exception_parts(error: BaseException, _: Context) -> Parts:
    """An exception without its traceback. Its constructor, which may want other arguments, is not called."""
    return Parts(copyreg.__newobj__, (type(error), *error.args), vars(error) or None)  # type: ignore[attr-defined]


def weakref_parts(ref: Any, _: Context) -> Parts:
    """A weak reference to what the snapshot itself keeps alive."""
    if type(ref) is not weakref.ref or ref.__callback__ or ref() is None:
        raise Unstorable("a weak reference")
    return Parts(weakref.ref, (ref(),))


def sentinel_parts(obj: Any, _: Context) -> Parts:
    """One of the marks that dataclasses compares by identity."""
    name = next(name for name, value in vars(dataclasses).items() if value is obj)
    return Parts(getattr, (dataclasses, name))


def type_variable_parts(variable: Any, context: Context) -> Parts | Reference:
    """A TypeVar, which is as good as another of the same definition."""
    if known := reference(variable):
        return known
    made = (variable.__name__, variable.__constraints__, variable.__bound__)
    return Parts(make_type_variable, (*made, variable.__covariant__, variable.__contravariant__))


def make_type_variable(name: str, constraints: Any, bound: Any, covariant: bool, contravariant: bool) -> Any:
    """A TypeVar of the deck."""
    made: Any = typing.TypeVar(name, *constraints, bound=bound, covariant=covariant, contravariant=contravariant)  # type: ignore[misc]
    made.__module__ = "__main__"
    return made


def refuse(reason: str) -> Kind:
    def parts(_: Any, __: Context) -> Parts:
        raise Unstorable(reason)

    return Kind(parts)


OBJECT = Kind(reduced)
VALUE = Kind(reduced, identity=False)
ITERATOR = refuse("an iterator")
SENTINEL = Kind(sentinel_parts, identity=False)
BOUND = Kind(method_parts, identity=False)
VALUES = """
    builtins.int builtins.float builtins.complex builtins.str builtins.bytes builtins.tuple builtins.frozenset
    builtins.range builtins.slice builtins.method_descriptor builtins.wrapper_descriptor builtins.method-wrapper
    builtins.classmethod_descriptor builtins.getset_descriptor builtins.member_descriptor
    builtins.NoneType builtins.NotImplementedType builtins.ellipsis
    datetime.date datetime.time datetime.timedelta datetime.tzinfo decimal.Decimal fractions.Fraction uuid.UUID
    pathlib.PurePath pathlib._local.PurePath re.Pattern types.GenericAlias types.UnionType typing._Final
    typing.Union logging.Logger
    numpy.generic numpy.dtype numpy.ufunc torch.device torch.dtype torch.layout torch.memory_format
"""
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(VALUES.split(), VALUE),
    "builtins.function": Kind(classes.function_parts),
    "builtins.type": Kind(classes.class_parts),
    "builtins.cell": Kind(classes.cell_parts),
    "builtins.code": Kind(classes.code_parts, identity=False),
    "builtins.module": Kind(module_parts, identity=False),
    "builtins.method": BOUND,
    "builtins.builtin_function_or_method": Kind(builtin_parts, identity=False),
    "builtins.property": Kind(property_parts, identity=False),
    "builtins.staticmethod": Kind(wrapped_parts, identity=False),
    "builtins.classmethod": Kind(wrapped_parts, identity=False),
    "functools.cached_property": Kind(cached_property_parts, identity=False),
    "builtins.mappingproxy": Kind(proxy_parts, identity=False),
    "builtins.BaseException": Kind(exception_parts),
    "enum.Enum": Kind(classes.enum_parts, identity=False),
    "typing.TypeVar": Kind(type_variable_parts, identity=False),
    "weakref.ReferenceType": Kind(weakref_parts, identity=False),
    "dataclasses._MISSING_TYPE": SENTINEL,
    "dataclasses._KW_ONLY_TYPE": SENTINEL,
    "dataclasses._FIELD_BASE": SENTINEL,
    "dataclasses._HAS_DEFAULT_FACTORY_CLASS": SENTINEL,
    "builtins.generator": refuse("a generator"),
    "builtins.coroutine": refuse("a coroutine"),
    "builtins.async_generator": refuse("a generator"),
    "_io._IOBase": refuse("an open file"),
    "_thread.lock": refuse("a lock"),
    "_thread.RLock": refuse("a lock"),
    "_thread._local": refuse("what belongs to a thread"),
    "threading.Thread": refuse("a thread"),
    "builtins.frame": refuse("a frame"),
    "builtins.traceback": refuse("a traceback"),
    "builtins.memoryview": refuse("a view of memory"),
    "numpy.ndarray": Kind(arrays.array_parts),
    "numpy.memmap": refuse("an array in a file"),
    "numpy.void": refuse("a record that views an array"),
    "torch.Tensor": Kind(arrays.tensor_parts),
    "torch._C.Generator": Kind(libraries.generator_parts),
    "torch.optim.optimizer.Optimizer": Kind(libraries.optimizer_parts),
    "matplotlib.figure.Figure": Kind(libraries.figure_parts),
    "pandas._libs.internals.Block": Kind(libraries.block_parts),
}


def kind_of(cls: type, context: Context) -> Kind:
    """How values of this type are taken apart."""
    known = context.kinds.get(cls)
    if known is None:
        named = (KINDS.get(f"{base.__module__}.{base.__qualname__}") for base in cls.__mro__)
        known = next((kind for kind in named if kind), None) or other_kind(cls)
        context.kinds[cls] = known
    return known


def other_kind(cls: Any) -> Kind:
    if cls.__module__ in ("builtins", "itertools") and hasattr(cls, "__next__"):
        return ITERATOR
    frozen = dataclasses.is_dataclass(cls) and cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
    return VALUE if frozen else OBJECT


# Definitions


def is_definition(obj: Any, namespace: Mapping[str, Any], context: Context | None = None) -> bool:
    """Whether this is a class or function of the deck that has no mutable state of its own."""
    if not isinstance(obj, DEFINABLE):
        return False
    context = context or Context(namespace)
    known = context.verdicts.get(id(obj))
    if known is None:
        context.verdicts[id(obj)] = True  # it may refer to itself
        known = is_plain_class(obj, context) if isinstance(obj, type) else is_plain_function(obj, context)
        context.verdicts[id(obj)] = known
    return known


def is_plain_function(function: FunctionType, context: Context) -> bool:
    """Whether a function is the deck's own and holds nothing that can change."""
    if not classes.is_deck(function, context) or reference(function):
        return False
    return set(function.__code__.co_freevars) <= {"__class__"} and has_plain_state(function, context)


def has_plain_state(function: FunctionType, context: Context) -> bool:
    held = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *function.__dict__.values())
    return all(is_plain(value, context) for value in held)


def is_plain_class(cls: Any, context: Context) -> bool:
    """Whether a class is the deck's own, and it and its bases hold nothing that can change."""
    if cls.__module__ != "__main__":
        return False
    bases = (*cls.__bases__, type(cls))
    if not all(base.__module__ != "__main__" or is_definition(base, context.namespace, context) for base in bases):
        return False
    own = [value for name, value in vars(cls).items() if name not in classes.INTERNAL]
    return all(is_plain(value, context) for value in (*own, *getattr(cls, "_field_defaults", {}).values()))


def is_plain(value: Any, context: Context) -> bool:
    """Whether a value that a class or function holds can never change."""
    if type(value) in ATOMS:
        return True
    if isinstance(value, tuple | frozenset) and type(value) in (tuple, frozenset):
        return all(is_plain(element, context) for element in value)
    if isinstance(value, DEFINABLE):
        if reference(value) or is_definition(value, context.namespace, context):
            return True
        return isinstance(value, FunctionType) and is_generated(value, context)
    kind = kind_of(type(value), context)
    if kind.identity:
        return False
    try:
        parts = kind.parts(value, context)
    except Unstorable:
        return False
    if isinstance(parts, Reference):
        return True
    state = parts.state.values() if isinstance(parts.state, dict) else (parts.state,)
    return all(is_plain(part, context) for part in (parts.make, *parts.args, *state))


def is_generated(function: FunctionType, context: Context) -> bool:
    """Whether a library wrote a method, as dataclass does; what it keeps in there is its own business."""
    if classes.is_deck(function, context) and not function.__code__.co_filename.startswith(GENERATED):
        return False
    cells = [classes.content(cell) for cell in function.__closure__ or ()]
    # An empty set: where reprlib notes which values it is at.
    plain = all((type(held) is set and not held) or is_plain(held, context) for held in cells)
    return plain and has_plain_state(function, context)


@functools.cache
def silent_in_libraries(name: str) -> frozenset[str]:
    return libraries.SILENT.get(name, frozenset())


def silent(cls: type) -> frozenset[str]:
    """Attributes that are no part of a value's digest, as its author said by `compare=False`."""
    fields = getattr(cls, "__dataclass_fields__", {}).values()
    own = {field.name for field in fields if not field.compare}
    for base in cls.__mro__:
        own |= silent_in_libraries(f"{base.__module__}.{base.__qualname__}")
    return frozenset(own)
