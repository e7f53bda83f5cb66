"""Numbers as people say them."""

import re

WORTH_TELLING = 100_000  # bytes that are restored
UNITS = ("bytes", "kB", "MB", "GB")
SIZE = re.compile(r"([\d.]+)\s*([kMGT]?)i?B?(?:ytes)?", re.IGNORECASE)


def size(count: int) -> str:
    """Bytes in a unit that suits them."""
    power = min(max((len(str(count)) - 1) // 3, 0), len(UNITS) - 1)
    scaled = count / 1000**power
    return f"{scaled:.0f} {UNITS[power]}" if scaled >= 10 or not power else f"{scaled:.1f} {UNITS[power]}"


def bytes_of(text: str) -> int:
    """The bytes that someone means by `500 MB` or `1G`. Raises ValueError."""
    found = SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"not a size: {text!r}")
    return int(float(found[1]) * 1000 ** " kmgt".index(found[2].lower() or " "))


def seconds(count: float) -> str:
    """A time, as exact as anyone wants it."""
    if count < 100:
        return f"{count:.1f} s"
    minutes, rest = divmod(round(count), 60)
    return f"{minutes} min {rest} s"


def counted(count: int, noun: str, nouns: str = "") -> str:
    """So many of something."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"
