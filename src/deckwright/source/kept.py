"""A deck as JSON and back: read so, it is there in a tenth of the time that parsing its Markdown takes."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from deckwright.errors import Place
from deckwright.model import Attributes, Cell, Deck, Div, Expression, Formula, Listing, Pause, Prose, Slide
from deckwright.settings import Author, CellOptions, Figure, Link, Logo, Settings

RECORDS: tuple[type, ...] = (Deck, Slide, Attributes, Prose, Expression, Formula, Listing, Cell, Div, Pause, Place)
RECORDS += (Settings, Author, Logo, Link, Figure, CellOptions)
FIELDS: dict[type, tuple[str, ...]] = {kind: tuple(field.name for field in fields(kind)) for kind in RECORDS}
TUPLE, PATH = "", "Path"
MAKERS: dict[str, Callable[..., Any]] = {kind.__name__: kind for kind in RECORDS}
MAKERS |= {TUPLE: lambda *parts: parts, PATH: Path}


def plain(value: Any) -> Any:
    """A deck, or anything in one, as JSON can hold it: a record as a list of its kind and its fields."""
    kind = type(value)
    if kind in FIELDS:
        return [kind.__name__, *[plain(getattr(value, name)) for name in FIELDS[kind]]]
    if kind is tuple:
        return [TUPLE, *[plain(part) for part in value]]
    return [PATH, str(value)] if isinstance(value, Path) else value


def built(value: Any) -> Any:
    """What `plain` was given."""
    return MAKERS[value[0]](*[built(part) for part in value[1:]]) if type(value) is list else value
