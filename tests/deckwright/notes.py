"""A Memo for tests."""

from dataclasses import dataclass, field


@dataclass
class Notes:
    """Keeps what is noted in memory."""

    notes: dict[str, bytes] = field(default_factory=dict)

    def recall(self, name: str) -> bytes | None:
        return self.notes.get(name)

    def note(self, name: str, content: bytes) -> None:
        self.notes[name] = content
