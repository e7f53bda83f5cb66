"""What one build keeps for the next, by name."""

from typing import Protocol


class Memo(Protocol):
    """Gives back what was noted, or nothing: no build may need it. What it gives was noted by us."""

    def recall(self, name: str) -> bytes | None:
        """What was last noted under a name."""

    def note(self, name: str, content: bytes) -> None:
        """Keep something under a name."""


class Forgetful:
    """A Memo that keeps nothing."""

    def recall(self, name: str) -> bytes | None:
        return None

    def note(self, name: str, content: bytes) -> None: ...


FORGETFUL = Forgetful()
