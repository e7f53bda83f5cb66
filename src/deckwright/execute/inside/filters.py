"""Which warnings are shown: the filters that a deck's own code sets. Runs inside the kernel."""

import sys
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

from deckwright.execute.inside.used import USED

FILTERS = "~which warnings are shown"
Call = tuple[str, tuple[Any, ...], dict[str, Any], Any]
DECK_FILTERS: list[Call] = []  # calls of deck code, and the filters they made


def read_filters() -> Any:
    """Calls by the deck whose filters still stand; those that libraries make come with the libraries."""
    standing = {id(entry) for entry in warnings.filters}
    DECK_FILTERS[:] = [call for call in DECK_FILTERS if id(call[3]) in standing or call[0] == "resetwarnings"]
    return tuple((name, arguments, options) for name, arguments, options, _ in DECK_FILTERS)


def write_filters(calls: Any) -> None:
    """Undo what the deck has filtered, and do this instead."""
    for _, _, _, entry in DECK_FILTERS:
        if entry in warnings.filters:
            warnings.filters.remove(entry)  # type: ignore[attr-defined]
    DECK_FILTERS.clear()
    for name, arguments, options in calls:
        call_filter(name, arguments, options)
    stand_first()


def call_filter(name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    """Call a function of `warnings` for the deck, and remember what it did."""
    before = {id(entry) for entry in warnings.filters}
    FILTER_FUNCTIONS[name](*arguments, **options)
    entry = next((entry for entry in warnings.filters if id(entry) not in before), None)
    DECK_FILTERS.append((name, arguments, options, entry))


FILTER_FUNCTIONS = {name: getattr(warnings, name) for name in ("filterwarnings", "simplefilter", "resetwarnings")}


def watch_warnings(is_deck: Callable[[str], bool]) -> None:
    """Notice which filters the deck's own code sets, and when a warning is looked up among all filters."""
    for name, original in FILTER_FUNCTIONS.items():

        @wraps(original)
        def called(*arguments: Any, _name: str = name, _original: Any = original, **options: Any) -> None:
            if is_deck(sys._getframe(1).f_globals.get("__name__", "")):
                USED.add(FILTERS)  # what comes of it depends on what was set
                call_filter(_name, arguments, options)
            else:
                _original(*arguments, **options)
            stand_first()

        setattr(warnings, name, called)
    stand_first()


def stand_first() -> None:
    """Have the filter that notices be the first."""
    if NOTICING in warnings.filters:
        warnings.filters.remove(NOTICING)  # type: ignore[attr-defined]
    warnings.filters.insert(0, NOTICING)  # type: ignore[attr-defined]


class Notices:
    """Stands for the message of a filter: asked about a warning's text, it denies, so that others are asked."""

    def match(self, text: str) -> bool:
        USED.add(FILTERS)
        return False


NOTICING: Any = ("default", Notices(), Warning, None, 0)
