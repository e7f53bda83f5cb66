"""Arrays of numpy and tensors of torch, as views of memory. Imports neither until a snapshot has them."""

import sys
from typing import Any

from deckwright.execute.inside.state import Unstorable
from deckwright.execute.inside.state.anatomy import Context, Parts
from deckwright.execute.inside.state.memory import Memory, address, bounds, flat, in_order

# numpy


def array_parts(array: Any, context: Context) -> Parts:
    """An array, as a view of the memory that it or its base owns."""
    if array.dtype.hasobject or array.dtype.kind == "T":  # their memory holds addresses
        return object_array_parts(array)
    where = memory_of_array(array, context)
    start = where.start if isinstance(where, Memory) else address(flat(where))
    whole = isinstance(where, Memory) and where.root is array
    shape = (array.shape, array.strides, address(array) - start, array.flags.writeable, whole)
    parts = Parts(make_array, (where, type(array), array.dtype, *shape))
    own = getattr(array, "__dict__", None)
    return parts._replace(state=own, setter=set_attributes) if own else parts


def owner(array: Any) -> tuple[Any, Any]:
    """The last array that an array looks into, and whose memory that has if it is not its own."""
    root, base = array, array.base
    while hasattr(base, "__array_interface__"):  # arrays, and what as_strided puts between them
        root, base = base if hasattr(base, "dtype") else root, base.base
    return root, base


def memory_of_array(array: Any, context: Context) -> Any:
    """The memory that an array looks into, or the bytes-like object that owns it."""
    root, base = owner(array)
    if base is None:
        own = root if root.flags.owndata and type(root) is sys.modules["numpy"].ndarray else None
        return context.memories.at(address(root), root.nbytes, root, root=own)
    while isinstance(base, memoryview):
        base = base.obj
    if isinstance(base, bytes | bytearray) or type(base).__module__ == "array":
        return base
    torch = sys.modules.get("torch")
    if torch and isinstance(base, torch.Tensor):
        return memory_of_tensor(base, context)
    if type(base).__module__ == "mmap":
        raise Unstorable("an array in a file")
    low, high = bounds(root)
    return context.memories.at(low, high - low, root)


def make_array(
    root: Any, cls: Any, dtype: Any, shape: Any, strides: Any, offset: int, writeable: bool, whole: bool
) -> Any:
    """An array that looks into memory that is there."""
    import numpy

    if whole and isinstance(root, numpy.ndarray) and (root.dtype, root.shape, root.strides) == (dtype, shape, strides):
        root.flags.writeable = writeable
        return root
    buffer = in_order(root) if isinstance(root, numpy.ndarray) else flat(root)
    array = numpy.ndarray.__new__(cls, shape, dtype, buffer, offset, strides)
    if array.flags.writeable != writeable:
        array.flags.writeable = writeable
    return array


def set_attributes(obj: Any, state: dict[str, Any]) -> None:
    """Give an instance its attributes, whatever its class thinks of that."""
    obj.__dict__.update(state)


def object_array_parts(array: Any) -> Parts:
    """An array of Python objects: its owner holds them, others are views of that one."""
    root, _ = owner(array)
    if root is array:
        args = (type(array), array.dtype, array.shape, array.strides)
        return Parts(make_object_array, args, (tuple(array.flat), array.flags.writeable), setter=fill_object_array)
    offset = address(array) - address(root)
    return Parts(make_object_view, (root, array.shape, array.strides, offset, array.flags.writeable))


def make_object_array(cls: Any, dtype: Any, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """An array of Python objects that lacks them."""
    return cls(shape, dtype, strides=strides)


def fill_object_array(array: Any, state: tuple[tuple[Any, ...], bool]) -> None:
    """Complete what `make_object_array` began."""
    elements, writeable = state
    for position, element in enumerate(elements):
        array.flat[position] = element
    array.flags.writeable = writeable


def make_object_view(root: Any, shape: Any, strides: Any, offset: int, writeable: bool) -> Any:
    """A view of an array of Python objects."""
    from numpy.lib.stride_tricks import as_strided

    first = in_order(root).reshape(-1)[offset // root.itemsize :]
    return as_strided(first, shape, strides, writeable=writeable)


# torch


def memory_of_tensor(tensor: Any, context: Context) -> Memory:
    """The memory that a tensor looks into: its storage."""
    storage = tensor.untyped_storage()
    device = "" if storage.device.type == "cpu" else str(storage.device)
    return context.memories.at(storage.data_ptr(), storage.nbytes(), storage, device)


def tensor_parts(tensor: Any, context: Context) -> Parts:
    """A tensor or a parameter, as a view of its storage."""
    torch = sys.modules["torch"]
    if tensor.grad_fn is not None:
        raise Unstorable("a tensor with its computation graph")
    named = any(getattr(tensor, "names", ()))  # before torch 2.13
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta or named:
        raise Unstorable("a tensor of a special layout")
    if type(tensor).__torch_dispatch__ != torch.Tensor.__torch_dispatch__:
        raise Unstorable(f"a {type(tensor).__qualname__}")
    dtype = str(tensor.dtype).removeprefix("torch.")
    shape = (tuple(tensor.shape), tensor.stride(), tensor.storage_offset())
    flags = (tensor.requires_grad, tensor.is_conj(), tensor.is_neg(), tensor.is_inference())
    parts = Parts(make_tensor, (memory_of_tensor(tensor, context), type(tensor), dtype, *shape, *flags))
    state = (tensor.grad, tensor._backward_hooks or None, tensor.__dict__ or None)
    return parts if state == (None, None, None) else parts._replace(state=state, setter=set_tensor)


def make_tensor(root: Any, cls: Any, dtype: str, size: Any, stride: Any, offset: int, *flags: bool) -> Any:
    """A tensor that looks into memory that is there."""
    import torch

    grad, conj, neg, frozen = flags
    holder = root if isinstance(root, torch.Tensor) else torch.from_numpy(flat(root))
    with torch.inference_mode(frozen):
        made = torch.empty(0, dtype=getattr(torch, dtype), device=holder.device)
        made.set_(holder.untyped_storage(), offset, size, stride)
        made = made.conj() if conj else made
        made = made._neg_view() if neg else made
    if issubclass(cls, torch.nn.Parameter):
        return cls(made, grad)
    made = made if cls is torch.Tensor else made.as_subclass(cls)
    return made.requires_grad_() if grad else made


def set_tensor(tensor: Any, state: tuple[Any, Any, dict[str, Any] | None]) -> None:
    """Give a tensor its gradient, hooks and attributes."""
    tensor.grad, hooks, own = state
    if hooks:
        tensor._backward_hooks = hooks
    tensor.__dict__.update(own or {})
