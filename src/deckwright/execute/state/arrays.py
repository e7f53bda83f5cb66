"""Arrays of numpy and tensors of torch: stretches of memory, and what looks into them. Imports neither until a snapshot has them."""

import ctypes
import sys
from collections.abc import Iterable
from typing import Any
from weakref import WeakValueDictionary

from deckwright.execute.state.anatomy import Context, Memory, Parts, Reference, Unstorable

# Arrays that own memory, by address: a tensor made by `from_numpy` does not tell whose memory it looks into.
OWNERS: WeakValueDictionary[int, Any] = WeakValueDictionary()


def memory(context: Context, start: int, size: int, owner: Any, device: str = "", root: Any = None) -> Memory:
    """The one value that stands for a stretch of memory in this pass."""
    known = context.memories.get((start, size))
    if known is None:
        known = context.memories[start, size] = Memory(start, size, device, owner, root, is_storage(owner))
    if root is not None and known.root is None:
        known.root = root
    return known


def is_storage(owner: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(owner, torch.UntypedStorage)


def overlapping(of: Memory, context: Context) -> list[tuple[str, int]]:
    """Identities of other memory that shares bytes with this: tensors made from a part of an array."""
    if not of.torch:
        inner = (other for other in context.memories.values() if other.torch and of.start < other.start < of.start + of.size)
        return [other.token for other in inner]
    roots = ((start, root.nbytes) for start, root in list(OWNERS.items()))
    return [("memory", start) for start, size in roots if start < of.start < start + size]


def content(of: Memory) -> Any:
    """The bytes, without a copy if the processor can see them."""
    if of.device:
        of = memory_of_tensor(of.owner.cpu(), Context({}))
    made = (ctypes.c_char * of.size).from_address(of.start) if of.size else b""
    return memoryview(made).cast("B") if not of.device else memoryview(bytes(made))


def address(array: Any) -> int:
    start: int = array.__array_interface__["data"][0]
    return start


# numpy


def array_parts(array: Any, context: Context) -> Parts | Reference:
    """An array, as a view of the memory that it or its base owns."""
    if array.dtype.hasobject or array.dtype.kind == "T":  # their memory holds addresses
        return object_array_parts(array)
    where = memory_of_array(array, context)
    offset = address(array) - where.start if isinstance(where, Memory) else address(array) - buffer_address(where)
    whole = isinstance(where, Memory) and where.root is array
    shape = (array.shape, array.strides, offset, array.flags.writeable, whole)
    return Parts(make_array, (where, type(array), array.dtype, *shape), *attributes(array))


def attributes(array: Any) -> tuple[Any, ...]:
    """State and the rest of what an instance of a subclass holds."""
    state = getattr(array, "__dict__", None)
    return (state, None, None, set_attributes) if state else ()


def set_attributes(array: Any, state: dict[str, Any]) -> None:
    """Give an array of a subclass what it held."""
    array.__dict__.update(state)


def memory_of_array(array: Any, context: Context) -> Any:
    """The memory that an array looks into, or the bytes-like object that owns it."""
    numpy = sys.modules["numpy"]
    root, base = array, array.base
    while isinstance(base, numpy.ndarray):
        root, base = base, base.base
    if base is None:
        if not root.flags.owndata or type(root) is not numpy.ndarray:
            return memory(context, address(root), root.nbytes, root)
        OWNERS[address(root)] = root
        return memory(context, address(root), root.nbytes, root, root=root)
    while isinstance(base, memoryview):
        base = base.obj
    if isinstance(base, bytes | bytearray) or type(base).__module__ == "array":
        return base
    torch = sys.modules.get("torch")
    if torch and isinstance(base, torch.Tensor):
        return memory_of_tensor(base, context)
    if type(base).__module__ == "mmap":
        raise Unstorable("an array in a file")
    low, high = numpy.lib.array_utils.byte_bounds(root)
    return memory(context, low, high - low, root)


def buffer_address(buffer: Any) -> int:
    return address(sys.modules["numpy"].frombuffer(buffer, "u1")) if len(buffer) else 0


def object_array_parts(array: Any) -> Parts:
    """An array of Python objects: its owner holds them, others are views of that one."""
    root = array
    while isinstance(root.base, type(array)):
        root = root.base
    if root is array:
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        args = (type(array), array.dtype, array.shape, order)
        return Parts(make_object_array, args, (tuple(array.flat), array.flags.writeable), setter=fill_object_array)
    offset = address(array) - address(root)
    return Parts(make_object_view, (root, array.shape, array.strides, offset, array.flags.writeable))


def make_object_array(cls: Any, dtype: Any, shape: tuple[int, ...], order: str) -> Any:
    """An array of Python objects that lacks them."""
    return cls(shape, dtype, order=order)


def fill_object_array(array: Any, state: tuple[tuple[Any, ...], bool]) -> None:
    """Complete what `make_object_array` began."""
    elements, writeable = state
    for position, element in enumerate(elements):
        array.flat[position] = element
    array.flags.writeable = writeable


def make_object_view(root: Any, shape: Any, strides: Any, offset: int, writeable: bool) -> Any:
    """A view of an array of Python objects."""
    from numpy.lib.stride_tricks import as_strided

    flat = root.reshape(-1, order="A")
    return as_strided(flat[offset // flat.itemsize :], shape, strides, writeable=writeable)


def make_array(
    root: Any, cls: Any, dtype: Any, shape: Any, strides: Any, offset: int, writeable: bool, whole: bool
) -> Any:
    """An array that looks into memory that is there."""
    import numpy

    if whole and isinstance(root, numpy.ndarray) and root.shape == shape:
        root.flags.writeable = writeable
        return root
    buffer = root if isinstance(root, numpy.ndarray | bytes | bytearray) else as_array(root)
    if isinstance(buffer, numpy.ndarray) and not buffer.flags.c_contiguous:
        buffer = buffer.T
    if not offset and not len(memoryview(buffer)) and 0 in shape:
        buffer = None
    array = numpy.ndarray.__new__(cls, shape, dtype, buffer, offset, strides)
    if array.flags.writeable != writeable:
        array.flags.writeable = writeable
    return array


# torch


def memory_of_tensor(tensor: Any, context: Context) -> Memory:
    """The memory that a tensor looks into: its storage."""
    storage = tensor.untyped_storage()
    device = "" if storage.device.type == "cpu" else str(storage.device)
    return memory(context, storage.data_ptr(), storage.nbytes(), storage, device)


def tensor_parts(tensor: Any, context: Context) -> Parts | Reference:
    """A tensor or a parameter, as a view of its storage."""
    torch = sys.modules["torch"]
    if tensor.grad_fn is not None:
        raise Unstorable("a tensor with its computation graph")
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta or tensor.has_names():
        raise Unstorable("a tensor of a special layout")
    if type(tensor).__torch_dispatch__ is not torch.Tensor.__torch_dispatch__:
        raise Unstorable(f"a {type(tensor).__name__}")
    dtype = str(tensor.dtype).removeprefix("torch.")
    shape = (tuple(tensor.shape), tensor.stride(), tensor.storage_offset())
    flags = (tensor.requires_grad, tensor.is_conj(), tensor.is_neg(), tensor.is_inference())
    args = (memory_of_tensor(tensor, context), type(tensor), dtype, *shape, *flags)
    state = (tensor.grad, tensor._backward_hooks or None, tensor.__dict__ or None)
    return Parts(make_tensor, args, state, setter=set_tensor) if any(part is not None for part in state) else Parts(make_tensor, args)


def make_tensor(
    root: Any, cls: Any, dtype: str, size: Any, stride: Any, offset: int, grad: bool, conj: bool, neg: bool, frozen: bool
) -> Any:
    """A tensor that looks into memory that is there."""
    import torch

    owner = root if isinstance(root, torch.Tensor) else torch.from_numpy(flat(root))
    with torch.inference_mode(frozen):
        made = torch.empty(0, dtype=getattr(torch, dtype), device=owner.device)
        made.set_(owner.untyped_storage(), offset, size, stride)
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


# Memory


def joined(memories: Iterable[Memory]) -> dict[Memory, Memory]:
    """Which memory is a part of other memory, and of which: all that overlaps becomes one."""
    parts: dict[Memory, Memory] = {}
    whole, end, inner = None, 0, list[Memory]()
    for of in sorted(memories, key=lambda of: (of.start, -of.size)):
        if whole is None or of.start >= end or of.device != whole.device:
            whole, end, inner = of, of.start + of.size, [of]
            continue
        inner.append(of)
        if of.start + of.size > end:
            end = of.start + of.size
            whole = Memory(whole.start, end - whole.start, whole.device, [part.owner for part in inner])
        parts |= {part: whole for part in inner if part is not whole}
    return parts


def spec(of: Memory) -> tuple[Any, ...]:
    """Who owns the memory: a device, or an array of this type and shape."""
    root = of.root
    if root is None or not (root.flags.c_contiguous or root.flags.f_contiguous) or root.nbytes != of.size:
        return (of.device or "cpu",) if of.torch else ()
    return (root.dtype, root.shape, "C" if root.flags.c_contiguous else "F")


def make_memory(buffer: Any, *owner: Any) -> Any:
    """Memory with this content: an array, or a tensor of bytes."""
    if len(owner) == 1:
        import torch

        made = torch.empty(len(buffer), dtype=torch.uint8)
        fill(made.data_ptr(), buffer)
        return made if owner == ("cpu",) else on_device(made, owner[0])
    import numpy

    dtype, shape, order = owner or ("u1", len(buffer), "C")
    array = numpy.ndarray(shape, dtype, order=order)
    fill(address(array), buffer)
    return array


def on_device(tensor: Any, device: str) -> Any:
    """A tensor on a device. Raises Unstorable where there is none."""
    try:
        return tensor.to(device)
    except (RuntimeError, AssertionError) as error:  # the second: torch was built without it
        raise Unstorable(f"a tensor on {device}, which is not here") from error


def make_part(root: Any, offset: int, size: int) -> Any:
    """A part of memory that several look into."""
    return flat(root)[offset : offset + size]


def fill(start: int, buffer: Any) -> None:
    if len(buffer):
        memoryview((ctypes.c_char * len(buffer)).from_address(start)).cast("B")[:] = memoryview(buffer).cast("B")


def flat(root: Any) -> Any:
    """The bytes of memory, as an array."""
    import numpy

    if not isinstance(root, numpy.ndarray):
        return numpy.frombuffer(root, "u1") if isinstance(root, bytes | bytearray) else as_array(root)
    return numpy.ndarray((root.nbytes,), "u1", root if root.flags.c_contiguous else root.T)


def as_array(root: Any) -> Any:
    """Memory that torch owns, for numpy."""
    return root.numpy()
