"""How values of Python's own types are taken apart, and those of all types that need nothing special."""

import copyreg
import dataclasses
import gc
import types
import typing
import weakref
from collections.abc import Mapping
from typing import Any

from deckwright.execute.inside.state import Unstorable
from deckwright.execute.inside.state.anatomy import REFUSALS, Context, Parts, Reference, method_reference, reference


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


def method_parts(method: types.MethodType, _: Context) -> Parts | Reference:
    """A method that is bound to an instance."""
    name = getattr(method.__func__, "__name__", "")
    if getattr(method.__self__, name, None) == method:
        return method_reference(method) or Parts(getattr, (method.__self__, name))
    return Parts(types.MethodType, (method.__func__, method.__self__))


def builtin_parts(function: types.BuiltinFunctionType, context: Context) -> Parts | Reference:
    """A function that is written in C."""
    if isinstance(function.__self__, types.ModuleType):
        return Reference(function.__self__.__name__, function.__qualname__)
    return reference(function) or method_reference(function) or reduced(function, context)


def property_parts(its: property, _: Context) -> Parts:
    """A property of a class."""
    return Parts(type(its), (its.fget, its.fset, its.fdel, its.__doc__))


def wrapped_parts(method: Any, _: Context) -> Parts:
    """A static method or a class method."""
    return Parts(type(method), (method.__func__,))


def cached_property_parts(its: Any, _: Context) -> Parts:
    """A cached property, without its lock."""
    return Parts(type(its), (its.func,), {"attrname": its.attrname, "__doc__": its.__doc__})


def proxy_parts(proxy: Any, _: Context) -> Parts:
    """A view of a dict."""
    return Parts(types.MappingProxyType, (gc.get_referents(proxy)[0],))


def exception_parts(error: BaseException, _: Context) -> Parts:
    """An exception without its traceback. Its constructor, which may want other arguments, is not called."""
    return Parts(copyreg.__newobj__, (type(error), *error.args), vars(error) or None)  # type: ignore[attr-defined]


def weakref_parts(ref: Any, _: Context) -> Parts:
    """A weak reference to what the snapshot itself keeps alive."""
    if type(ref) is not weakref.ref or ref.__callback__ is not None or ref() is None:
        raise Unstorable("a weak reference")
    return Parts(weakref.ref, (ref(),))


def slotted_parts(obj: Any, _: Context) -> Parts:
    """An instance of a frozen dataclass with slots."""
    names = [field.name for field in dataclasses.fields(obj)]
    state = {name: getattr(obj, name) for name in names if hasattr(obj, name)}
    return Parts(copyreg.__newobj__, (type(obj),), state, setter=set_slots)  # type: ignore[attr-defined]


def set_slots(obj: Any, state: Mapping[str, Any]) -> None:
    """Give an instance of a frozen dataclass its fields."""
    for name, value in state.items():
        object.__setattr__(obj, name, value)


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


def new_type_parts(kind: Any, context: Context) -> Parts | Reference:
    """What NewType made."""
    return reference(kind) or Parts(make_new_type, (kind.__name__, kind.__supertype__))


def make_new_type(name: str, supertype: Any) -> Any:
    """A NewType of the deck."""
    made: Any = typing.NewType(name, supertype)  # type: ignore[misc]
    made.__module__ = "__main__"
    return made


def make_type_variable(name: str, constraints: Any, bound: Any, covariant: bool, contravariant: bool) -> Any:
    """A TypeVar of the deck."""
    made: Any = typing.TypeVar(name, *constraints, bound=bound, covariant=covariant, contravariant=contravariant)  # type: ignore[misc]
    made.__module__ = "__main__"
    return made
