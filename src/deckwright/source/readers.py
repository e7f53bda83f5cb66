"""Readers: what front matter and cell options may hold, and how it becomes typed values."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from deckwright.errors import nearest
from deckwright.settings import Author, CellOptions, Figure, Link, Logo, Settings

SEXAGESIMAL = 60  # from here on a whole number may be what YAML makes of a ratio: 16:9 is 16 minutes and 9 seconds


class BadValue(ValueError):
    """A value of the wrong kind; the text says what was wanted. The caller adds the place."""


Reader = Callable[[Any], Any]


def text(value: Any) -> str:
    """Read a string, a number or a date."""
    if isinstance(value, dict | list) or value is None:
        raise BadValue(f"wants text, not {value!r}")
    return str(value).strip()


def yes_no(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise BadValue(f"wants true or false, not {value!r}")
    return value


def positive(value: Any) -> float:
    """Read a number above zero."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise BadValue(f"wants a number above 0, not {value!r}")
    return float(value)


def whole(low: int, high: int) -> Reader:
    """Make a reader for an integer in a range."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadValue(f"wants a whole number from {low} to {high}, not {value!r}")
        return value

    return read


def one_of(*choices: str) -> Reader:
    """Make a reader for a word out of a list; YAML's true and false count as words."""

    def read(value: Any) -> str:
        word = str(value).lower() if isinstance(value, bool) else str(value)
        if word not in choices:
            raise BadValue(f"wants one of {', '.join(choices)}, not {word!r}")
        return word

    return read


def words(value: Any) -> tuple[str, ...]:
    """Read a list of words, or one string of words parted by blanks."""
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise BadValue(f"wants a list of words, not {value!r}")


def line_numbers(value: Any) -> str:
    """Read `true`, `false`, a line, or steps such as `1|3-5`; the code decides which lines exist."""
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value).replace(" ", "")


def size(value: Any) -> tuple[int, int]:
    """Read `1280x720`, pixels."""
    if isinstance(value, int) and value > SEXAGESIMAL:
        raise BadValue("wants WIDTHxHEIGHT in pixels, such as 1280x720, not a ratio such as 16:9")
    sides = str(value).lower().split("x")
    if len(sides) != 2 or not all(side.strip().isdecimal() and int(side) > 0 for side in sides):
        raise BadValue(f"wants WIDTHxHEIGHT in pixels, such as 1280x720, not {value!r}")
    return int(sides[0]), int(sides[1])


def reveal_options(value: Any) -> dict[str, Any]:
    """Read what Reveal is to be told; dates become text, as in JSON."""
    options: dict[str, Any] = json.loads(json.dumps(mapping(value), default=str))
    if "plugins" in options:
        raise BadValue("cannot name plugins: they are scripts, not options")
    return options


def mapping(value: Any) -> dict[str, Any]:
    """Read a mapping."""
    if not isinstance(value, dict):
        raise BadValue(f"wants `key: value` lines, not {value!r}")
    return {str(key): item for key, item in value.items()}


class UnknownName(KeyError):
    """A name that no reader knows; `known` are those that it could have meant."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name, self.known = name, known


class WrongValue(ValueError):
    """The value of `name` cannot be read; the text says why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name, self.why = name, why


def read_fields(readers: Mapping[str, Reader], values: Mapping[str, Any]) -> dict[str, Any]:
    """Read each value by the reader of its name, into keyword arguments.

    Raises UnknownName or WrongValue, so that the caller can say where.
    """
    read = {}
    for name, value in values.items():
        if name not in readers:
            raise UnknownName(name, tuple(readers))
        try:
            read[name.replace("-", "_")] = readers[name](value)
        except BadValue as error:
            raise WrongValue(name, str(error)) from error
    return read


def record(kind: type, readers: Mapping[str, Reader], shorthand: str) -> Reader:
    """Make a reader for a small mapping; a bare string stands for its `shorthand` field."""

    def read(value: Any) -> Any:
        values = {shorthand: value} if isinstance(value, str) else mapping(value)
        try:
            return kind(**read_fields(readers, values))
        except UnknownName as error:
            raise BadValue(f"does not know {error.name!r}. {nearest(error.name, error.known)}") from error
        except WrongValue as error:
            raise BadValue(f"{error.name} {error.why}") from error
        except TypeError as error:
            raise BadValue(f"lacks {str(error).rpartition(':')[2].strip()}") from error

    return read


CELL_READERS: dict[str, Reader] = {
    "label": text,
    "echo": yes_no,
    "eval": yes_no,
    "include": yes_no,
    "warning": yes_no,
    "error": yes_no,
    "output": one_of("true", "false", "asis"),
    "output-location": one_of("below", "fragment", "slide", "column", "column-fragment"),
    "code-line-numbers": line_numbers,
    "code-fold": yes_no,
    "fig-cap": text,
    "fig-alt": text,
    "fig-width": positive,
    "fig-height": positive,
    "fig-format": one_of("svg", "png"),
    "file": text,
    "timeout": positive,
    "cache": one_of("auto", "never"),
    "depends": words,
    "classes": words,
}

AUTHOR = record(Author, dict.fromkeys(("name", "email", "affiliation", "url"), text), "name")


def authors(value: Any) -> tuple[Author, ...]:
    """Read one author, or a list of them."""
    return tuple(AUTHOR(item) for item in (value if isinstance(value, list) else [value]))


def cell_defaults(value: Any) -> CellOptions:
    """Read the front matter's `execute`; a label or a file cannot be shared by all cells."""
    readers = {name: read for name, read in CELL_READERS.items() if name not in ("label", "file")}
    read: CellOptions = record(CellOptions, readers, "")(mapping(value))
    return read


SETTINGS_READERS: dict[str, Reader] = {
    "title": text,
    "subtitle": text,
    "author": authors,
    "date": text,
    "description": text,
    "duration": whole(1, 24 * 60),
    "lang": text,
    "theme": text,
    "scheme": one_of("light", "dark", "auto"),
    "logo": record(Logo, dict.fromkeys(("src", "alt", "href"), text), "src"),
    "footer": text,
    "backlink": record(Link, dict.fromkeys(("href", "text"), text), "href"),
    "size": size,
    "slide-level": whole(1, 6),
    "reveal": reveal_options,
    "execute": cell_defaults,
    "figure": record(
        Figure,
        {
            "width": positive,
            "height": positive,
            "format": one_of("svg", "png"),
            "dpi": whole(30, 1200),
            "scheme": one_of("both", "light"),
        },
        "format",
    ),
    "seed": whole(0, 2**32 - 1),
    "depends": words,
}


def read_settings(values: Mapping[str, Any]) -> Settings:
    """Read front matter. Raises UnknownName, WrongValue."""
    read = read_fields(SETTINGS_READERS, values)  # first, as `titel` is a title misspelt
    if "title" not in values:
        raise WrongValue("title", "is missing")
    return Settings(**read)


def read_cell_options(values: Mapping[str, Any], defaults: CellOptions) -> CellOptions:
    """Read a cell's own options over the deck's. Raises UnknownName, WrongValue."""
    return replace(defaults, **read_fields(CELL_READERS, values))
