"""The one exception for a mistake that the author of a deck can mend.

Everything else that is raised is a defect of deckwright and keeps its traceback.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

OK, WRONG, USAGE, INTERRUPTED = 0, 1, 2, 130  # exit codes


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file (from the project's root), a line from 1, a slide from 1 (0: none of them)."""

    path: str
    line: int
    slide: int = 0

    def at(self, line: int) -> "Place":
        """The same file and slide, another line."""
        return Place(self.path, line, self.slide)

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        return f"{self.path}{line}" + (f" (slide {self.slide})" if self.slide else "")


class DeckError(Exception):
    """A mistake in a deck: what is wrong, where, and what to do. Printed without a traceback."""

    def __init__(self, problem: str, place: Place, remedy: str = "", excerpt: str = "") -> None:
        super().__init__(problem)
        self.problem, self.place, self.remedy, self.excerpt = problem, place, remedy, excerpt

    def __str__(self) -> str:
        parts = [f"{self.place}: {self.problem}", self.excerpt, self.remedy]
        return "\n".join(part for part in parts if part)


class DecksFailed(DeckError):
    """What several decks of a project failed at; the others are published."""

    def __init__(self, errors: Sequence[DeckError], published: int) -> None:
        first = errors[0]
        super().__init__(first.problem, first.place, first.remedy, first.excerpt)
        self.errors, self.published = tuple(errors), published

    def __str__(self) -> str:
        others = "1 other deck is published" if self.published == 1 else f"{self.published} other decks are published"
        return "\n".join([*map(str, self.errors), *([others] if self.published else [])])


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for a misspelt name: the closest known one, else all of them."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known names: {', '.join(names)}."
