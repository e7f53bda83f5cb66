"""What a build tells whoever watches it. The terminal and the tests implement this."""

from typing import Protocol

from deckwright.model import Cell, Expression

Step = Cell | Expression


class Watcher(Protocol):
    """Told about each step; every method returns at once."""

    def begin(self, steps: int) -> None:
        """Say that so many steps will run."""

    def started(self, step: Step) -> None:
        """Say that a step begins to run."""

    def printed(self, step: Step, text: str) -> None:
        """Pass on what a running step printed."""

    def finished(self, step: Step, seconds: float) -> None:
        """Say that a step has run."""

    def warn(self, message: str) -> None:
        """Say something that the author should know but that stops nothing."""
