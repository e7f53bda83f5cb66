"""The table of what values are made of, one for hashes and snapshots; and which of the deck's code is a definition."""

from collections.abc import Mapping
from types import FunctionType
from typing import Any

from deckwright.execute.inside.state import Unstorable, arrays, classes, libraries, ordinary
from deckwright.execute.inside.state.anatomy import Context, Kind, Parts, Reference, module_parts, reference
from deckwright.execute.inside.state.ordinary import reduced

ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes, type(...)})
DEFINABLE = (FunctionType, type)
GENERATED = "<"  # how the file names of code begin that a library wrote


def refuse(reason: str) -> Kind:
    """What cannot be taken apart."""

    def parts(_: Any, __: Context) -> Parts:
        raise Unstorable(reason)

    return Kind(parts)


OBJECT = Kind(reduced)
VALUE = Kind(reduced, identity=False)
SLOTTED = Kind(ordinary.slotted_parts, identity=False)
ITERATOR = refuse("an iterator")
SENTINEL = Kind(ordinary.sentinel_parts, identity=False)
BOUND = Kind(ordinary.method_parts, identity=False)
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
    "builtins.builtin_function_or_method": Kind(ordinary.builtin_parts, identity=False),
    "builtins.property": Kind(ordinary.property_parts, identity=False),
    "builtins.staticmethod": Kind(ordinary.wrapped_parts, identity=False),
    "builtins.classmethod": Kind(ordinary.wrapped_parts, identity=False),
    "functools.cached_property": Kind(ordinary.cached_property_parts, identity=False),
    "builtins.mappingproxy": Kind(ordinary.proxy_parts, identity=False),
    "builtins.BaseException": Kind(ordinary.exception_parts),
    "enum.Enum": Kind(classes.enum_parts, identity=False),
    "typing.NewType": Kind(ordinary.new_type_parts, identity=False),
    "typing.TypeVar": Kind(ordinary.type_variable_parts, identity=False),
    "weakref.ReferenceType": Kind(ordinary.weakref_parts, identity=False),
    "dataclasses._MISSING_TYPE": SENTINEL,
    "dataclasses._KW_ONLY_TYPE": SENTINEL,
    "dataclasses._FIELD_BASE": SENTINEL,
    "dataclasses._HAS_DEFAULT_FACTORY_CLASS": SENTINEL,
    "builtins.generator": refuse("a generator"),
    "builtins.coroutine": refuse("a coroutine"),
    "builtins.async_generator": refuse("a generator"),
    "_io.BytesIO": OBJECT,
    "_io.StringIO": OBJECT,
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
        known = context.kinds[cls] = known._replace(silent=silent(cls))
    return known


def other_kind(cls: Any) -> Kind:
    """How values of a type that the table does not name are taken apart."""
    if cls.__module__ in ("builtins", "itertools") and hasattr(cls, "__next__"):
        return ITERATOR
    parameters = getattr(cls, "__dataclass_params__", None)
    if not parameters or not parameters.frozen:
        return OBJECT
    # What dataclass itself gives to such classes is a list that does not tell which field is which.
    return SLOTTED if getattr(cls.__getstate__, "__module__", "") == "dataclasses" else VALUE


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
    """Whether nothing that a function holds besides its cells can change."""
    held = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *function.__dict__.values())
    return all(is_plain(value, context) for value in held)


def is_plain_class(cls: Any, context: Context) -> bool:
    """Whether a class is the deck's own, and it and its bases hold nothing that can change."""
    if cls.__module__ != "__main__":
        return False
    bases = (*cls.__bases__, type(cls))
    if not all(base.__module__ != "__main__" or is_definition(base, context.namespace, context) for base in bases):
        return False
    internal = classes.INTERNAL | classes.made_in(cls)
    own = [value for name, value in vars(cls).items() if name not in internal]
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


def silent(cls: Any) -> frozenset[str]:
    """Attributes that are no part of a value's digest."""
    names = [f"{base.__module__}.{base.__qualname__}" for base in cls.__mro__]
    return frozenset[str]().union(*(libraries.SILENT.get(name, ()) for name in names))
