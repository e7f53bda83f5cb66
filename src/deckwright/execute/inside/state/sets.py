"""The order in which a set gives its elements: which sets have one that can be had again, and how.

Kernels hash words alike, so that the order of a set of words is the same in each run. It depends on how the set has
grown, though: to add the elements in that order to an empty set may give another one.
"""

import ctypes
import sys
from collections.abc import Iterator
from typing import Any

HASHED_ALIKE = frozenset({bool, int, float, complex, str, bytes})
EMPTY = 8  # slots of a small set's table
ENTRY = 16  # bytes
NEIGHBOURS = 9  # slots that are tried one after the other; as in CPython's setobject.c


class Guest:
    """Takes a slot for a while, as an element did that was removed."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return self.number


Recipe = tuple[list[Any], int]  # elements in the order to add them, and the size of the table to begin with


def has_order(elements: Any) -> bool:
    """Whether these elements are in the same order in each run."""
    return not sys.flags.hash_randomization and all(map(hashed_alike, elements))


def hashed_alike(element: Any) -> bool:
    """Whether an element's hash is the same in each run; that of a nan is its address."""
    if type(element) is tuple:
        return all(map(hashed_alike, element))
    return type(element) in HASHED_ALIKE and element == element


def recipe(elements: set[Any]) -> Recipe | None:
    """How to make a set with this order and as large a table; nothing if there is no way known."""
    for order in orders(elements):
        for size in (0, size_of(elements)):
            again = filled(set(), order, size)
            if list(again) == list(elements) and size_of(again) == size_of(elements):
                return order, size
    return None


def filled(empty: set[Any], order: list[Any], size: int) -> set[Any]:
    """A set with these elements added, one by one; or as many as possible at once, so that its table has a size."""
    first = order[: max(0, size // 2 - 1)]
    last = [Guest(number) for number in range(size // 4 - len(first))]
    empty.update(dict.fromkeys([*first, *last]))
    empty.update(order[len(first) :])
    for element in [*order, *last]:
        if type(element) is Guest:
            empty.discard(element)
    return empty


def size_of(elements: set[Any]) -> int:
    """How many slots a set's table has."""
    return (sys.getsizeof(elements) - sys.getsizeof(set())) // ENTRY or EMPTY


def orders(elements: set[Any]) -> Iterator[list[Any]]:
    """Orders to try: as they come; and each after those that stand where it would have stood otherwise."""
    yield list(elements)
    slots = table(elements)
    size = size_of(elements)
    settled = [element for slot, element in slots.items() if hash(element) & (size - 1) == slot]
    placed = dict.fromkeys(settled)
    for slot, element in list(slots.items()):
        place(element, slot, slots, size, placed)
    yield list(placed)


def place(element: Any, slot: int, slots: dict[int, Any], size: int, placed: dict[Any, None]) -> None:
    """Add an element after those in its way."""
    if element in placed:
        return
    for tried in path(hash(element), size):
        if tried == slot:
            break
        place(slots.setdefault(tried, Guest(tried)), tried, slots, size, placed)
    placed[element] = None


def path(number: int, size: int) -> Iterator[int]:
    """The slots of a table that are tried for a hash, as in CPython's setobject.c."""
    rest, slot = number % (1 << 64), number % size
    while True:
        yield from range(slot, slot + NEIGHBOURS + 1) if slot + NEIGHBOURS < size else (slot,)
        rest >>= 5
        slot = (slot * 5 + 1 + rest) % size


def table(elements: set[Any]) -> dict[int, Any]:
    """Which element is in which slot; nothing if this Python lays sets out in another way."""
    head = (ctypes.c_ssize_t * 4).from_address(id(elements) + object.__basicsize__)
    _, used, mask, start = head
    if used != len(elements) or mask + 1 != size_of(elements):
        return {}
    addresses = {id(element): element for element in elements}
    words = (ctypes.c_ssize_t * (2 * (mask + 1))).from_address(start)
    return {slot: addresses[word] for slot, word in enumerate(words[::2]) if word in addresses}
