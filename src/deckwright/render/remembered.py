"""Slow functions from texts to a text, whose results are kept from build to build."""

import json
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from deckwright.memo import Memo
from deckwright.reads import digest

P = ParamSpec("P")

# Shared by all builds of a process, as by functools.cache: a key stands for a function and its arguments.
KNOWN: dict[str, str] = {}
USED: set[str] = set()  # since the last `recall`


def remembered(function: Callable[P, str]) -> Callable[P, str]:
    """Make a function run once for the same arguments. What it raises is not kept."""

    @wraps(function)
    def kept(*arguments: P.args, **named: P.kwargs) -> str:
        key = digest(repr((function.__module__, function.__qualname__, arguments, named)).encode())
        if key not in KNOWN:
            KNOWN[key] = function(*arguments, **named)
        USED.add(key)
        return KNOWN[key]

    return kept


def recall(memo: Memo, name: str, version: str) -> None:
    """Know again what an earlier build noted, if that was of this version."""
    USED.clear()
    noted = json.loads(memo.recall(name) or b"{}")
    if noted.get("version") == version:
        KNOWN.update(noted["known"])


def note(memo: Memo, name: str, version: str) -> None:
    """Note what was used since `recall`."""
    used = {key: KNOWN[key] for key in sorted(USED)}
    memo.note(name, json.dumps({"version": version, "known": used}).encode())
