"""A file that slides take code from."""

from dataclasses import dataclass


def double(x: int) -> int:
    """Twice as much."""
    return 2 * x


@dataclass
class Point:
    """Somewhere."""

    x: int
    y: int


# region steps
first = double(1)
second = double(first)
# endregion
