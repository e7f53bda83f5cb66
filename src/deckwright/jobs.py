"""Run decks, one after the other or side by side; what they tell comes in order. Knows no store and no page."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from functools import partialmethod
from typing import Any, TypeVar

from deckwright.errors import DeckError
from deckwright.execute.watch import Watcher
from deckwright.model import Deck

KERNEL = "deckwright.execute.kernel.launch"
ROOM = 1_500_000_000  # bytes that a kernel with its libraries and data may need
T = TypeVar("T")


class Tape:
    """A Watcher that keeps what it is told, to pass it on later."""

    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[Any, ...]]] = []

    def hear(self, name: str, *rest: Any) -> None:
        self.told.append((name, rest))

    begin = partialmethod(hear, "begin")
    cached = partialmethod(hear, "cached")
    started = partialmethod(hear, "started")
    printed = partialmethod(hear, "printed")
    showing = partialmethod(hear, "showing")
    finished = partialmethod(hear, "finished")
    warn = partialmethod(hear, "warn")

    def play(self, watcher: Watcher) -> None:
        """Tell another watcher everything, in the order in which it happened."""
        for name, rest in self.told:
            getattr(watcher, name)(*rest)


def each(
    decks: Sequence[Deck], do: Callable[[Deck, Watcher], T], watcher: Watcher, jobs: int = 1
) -> list[T | DeckError]:
    """What doing it gives for each deck, or why it fails."""
    if jobs == 1 or len(decks) < 2:
        return [attempt(do, deck, watcher) for deck in decks]
    found = []
    tapes = [Tape() for _ in decks]
    with ThreadPoolExecutor(jobs) as pool, ExitStack() as ending:
        futures = [pool.submit(attempt, do, deck, tape) for deck, tape in zip(decks, tapes, strict=True)]
        ending.callback(end_all, futures)
        for future, tape in zip(futures, tapes, strict=True):
            found.append(future.result())
            tape.play(watcher)
    return found


def end_all(futures: Sequence[Future[Any]]) -> None:
    """See that nothing runs on after an interruption: a deck ends with its kernel."""
    for future in futures:
        future.cancel()
    while wait(futures, timeout=0).not_done:
        end_kernels()
        wait(futures, timeout=0.1)


def end_kernels() -> None:
    """End the kernels that this process started."""
    import psutil  # comes with ipykernel

    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if KERNEL in child.cmdline():
                child.kill()


def attempt(do: Callable[[Deck, Watcher], T], deck: Deck, watcher: Watcher) -> T | DeckError:
    """What doing it gives, or why the deck fails."""
    try:
        return do(deck, watcher)
    except DeckError as error:
        return error


def fitting(wanted: int, free: int) -> int:
    """How many decks may run side by side where so many bytes are free; wanted 0: as many as fit."""
    fit = max(1, free // ROOM)
    return min(wanted, fit) if wanted else min(fit, os.cpu_count() or 1)


def free_memory() -> int:
    """Bytes that are to be had without swapping."""
    import psutil  # comes with ipykernel

    return int(psutil.virtual_memory().available)
