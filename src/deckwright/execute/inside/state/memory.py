"""Stretches of memory that arrays and tensors look into, whichever library owns them. Knows nothing of shapes."""

import ctypes
import sys
from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

from deckwright.execute.inside.state import Unstorable

# Arrays that own memory, by address: a tensor made by `from_numpy` does not tell whose memory it looks into.
OWNERS: WeakValueDictionary[int, Any] = WeakValueDictionary()


@dataclass(slots=True, eq=False)
class Memory:
    """A stretch of memory."""

    start: int
    size: int  # bytes
    owner: Any  # held, so that the address stays its own
    device: str = ""  # empty: the processor's own
    root: Any = None  # the numpy array that owns it
    torch: bool = False  # torch owns it, or says so
    digest: bytes = b""

    @property
    def token(self) -> tuple[str, int]:
        """Its identity."""
        return ("memory", self.start)


class Memories:
    """All memory that one pass has met."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], Memory] = {}
        self.storages: list[int] = []  # where those of torch start, sorted

    @cached_property
    def owners(self) -> list[int]:
        """Where the arrays start that are known to own memory, sorted."""
        return sorted(OWNERS.keys())

    def at(self, start: int, size: int, owner: Any, device: str = "", root: Any = None) -> Memory:
        """The one value that stands for a stretch of memory."""
        found = self.known.get((start, size))
        if found is None:
            found = self.known[start, size] = Memory(start, size, owner, device, root, is_storage(owner))
            if found.torch:
                insort(self.storages, start)
        if root is not None:
            found.root = OWNERS[start] = root
        return found

    def overlapping(self, of: Memory) -> list[tuple[str, int]]:
        """Identities of other memory that shares bytes with this: tensors made from a part of an array."""
        if not of.torch:
            first, last = (bisect_left(self.storages, bound) for bound in (of.start + 1, of.start + of.size))
            return [("memory", start) for start in self.storages[first:last]]
        start = self.owners[before - 1] if (before := bisect_left(self.owners, of.start)) else of.start
        root = OWNERS.get(start)
        return [("memory", start)] if root is not None and start < of.start < start + root.nbytes else []


def is_storage(owner: Any) -> bool:
    """Whether torch owns some memory."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(owner, torch.UntypedStorage)


def address(array: Any) -> int:
    """Where the first element of an array is."""
    start: int = array.__array_interface__["data"][0]
    return start


def bounds(array: Any) -> tuple[int, int]:
    """Where an array begins and ends."""
    low, high = sys.modules["numpy"].lib.array_utils.byte_bounds(array)
    return low, high


def content(of: Memory) -> memoryview:
    """The bytes, without a copy if the processor can see them."""
    if not of.size:
        return memoryview(b"")
    if not of.device:
        return bytes_at(of.start, of.size)
    copy = of.owner.cpu()
    return memoryview(bytes(bytes_at(copy.data_ptr(), of.size)))


def bytes_at(start: int, size: int) -> memoryview:
    """A view of what is at an address."""
    return memoryview((ctypes.c_char * size).from_address(start)).cast("B")


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
            whole = Memory(whole.start, end - whole.start, [part.owner for part in inner], whole.device)
        parts |= {part: whole for part in inner if part is not whole}
    return parts


# In snapshots


def kind_of_owner(of: Memory) -> tuple[Any, ...]:
    """Who owns the memory: a device of torch, or an array of this type, shape and strides."""
    if of.root is not None and bounds(of.root) == (of.start, of.start + of.size):
        return (of.root.dtype, of.root.shape, of.root.strides)
    return (of.device or "cpu",) if of.torch else ()


def make_memory(buffer: Any, *owner: Any) -> Any:
    """Memory with this content: an array, or a tensor of bytes."""
    if len(owner) == 1:
        import torch

        made = torch.empty(len(buffer), dtype=torch.uint8)  # aligned as torch does it, which may show in results
        fill(made.data_ptr(), buffer)
        return made if owner == ("cpu",) else on_device(made, owner[0])
    import numpy

    dtype, shape, strides = owner or ("u1", len(buffer), None)
    array = numpy.ndarray(shape, dtype, strides=strides)
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
    """Copy bytes to an address."""
    if len(buffer):
        bytes_at(start, len(buffer))[:] = memoryview(buffer).cast("B")


def flat(root: Any) -> Any:
    """The bytes of memory, as an array."""
    import numpy

    if isinstance(root, numpy.ndarray):
        return numpy.ndarray((root.nbytes,), "u1", in_order(root))
    return numpy.frombuffer(root, "u1") if isinstance(root, bytes | bytearray) else root.numpy()


def in_order(root: Any) -> Any:
    """An array that owns memory, with its axes as they lie there."""
    if root.flags.c_contiguous:
        return root
    return root.transpose(sorted(range(root.ndim), key=lambda axis: -root.strides[axis]))
