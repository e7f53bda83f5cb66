"""A project on disk, and a watcher that remembers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import Output
from deckwright.pipeline import Project


@dataclass
class Memory:
    """A Watcher for tests."""

    ran: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def begin(self, steps: int) -> None: ...

    def cached(self, step: Step, trace: Trace) -> None: ...

    def started(self, step: Step, reasons: Sequence[str]) -> None: ...

    def showing(self, step: Step, outputs: Sequence[Output]) -> None: ...

    def printed(self, step: Step, text: str) -> None:
        self.texts.append(text)

    def finished(self, step: Step, trace: Trace) -> None:
        self.ran.append(step.label)

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@pytest.fixture
def watcher() -> Memory:
    return Memory()


MakeProject = Callable[..., Project]


@pytest.fixture
def project(tmp_path: Path) -> MakeProject:
    """Makes a project of the given files: text, or bytes as they are."""

    def make(**files: str | bytes) -> Project:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Project(tmp_path, tmp_path / "slides", tmp_path / "site")

    return make
