"""What a build tells whoever watches it. The terminal and the tests implement this."""

from collections.abc import Sequence
from typing import Protocol

from deckwright.execute.trace import Trace
from deckwright.model import Cell, Expression, Output

Step = Cell | Expression
LONGEST = 40  # characters of an inline expression


def name_of(step: Step) -> str:
    """A cell by its label, an inline expression by its code."""
    if isinstance(step, Cell):
        return step.label
    return f"`{step.code}`" if len(step.code) <= LONGEST else f"`{step.code[:LONGEST]}…`"


class Watcher(Protocol):
    """Told about each step; every method returns at once."""

    def begin(self, steps: int) -> None:
        """Say how many steps the deck has."""

    def cached(self, step: Step, trace: Trace) -> None:
        """Say that a step need not run: what it would do is known."""

    def started(self, step: Step, reasons: Sequence[str]) -> None:
        """Say that a step begins to run, and why."""

    def printed(self, step: Step, text: str) -> None:
        """Pass on what a running step printed."""

    def showing(self, step: Step, outputs: Sequence[Output]) -> None:
        """Say what a running step shows so far; the list grows as it goes on."""

    def finished(self, step: Step, trace: Trace) -> None:
        """Say that a step has run."""

    def warn(self, message: str) -> None:
        """Say something that the author should know but that stops nothing."""


class Silence:
    """A Watcher that tells nothing."""

    def begin(self, steps: int) -> None: ...
    def cached(self, step: Step, trace: Trace) -> None: ...
    def started(self, step: Step, reasons: Sequence[str]) -> None: ...
    def printed(self, step: Step, text: str) -> None: ...
    def showing(self, step: Step, outputs: Sequence[Output]) -> None: ...
    def finished(self, step: Step, trace: Trace) -> None: ...
    def warn(self, message: str) -> None: ...
