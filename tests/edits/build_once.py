"""Build a project once, in this process alone, and print as JSON what ran and why. Run by edit_session.py."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import Cell, Output
from deckwright.pipeline import Project, build


def name_of(step: Step) -> str:
    """A cell's label, or an inline expression in braces: its label is only a number."""
    return step.label if isinstance(step, Cell) else f"{{{step.code}}}"


class Diary:
    """A Watcher that writes down what happens."""

    def __init__(self) -> None:
        self.reasons: dict[str, Sequence[str]] = {}
        self.ran: list[tuple[str, tuple[str, ...]]] = []  # with the reasons
        self.warnings: list[str] = []

    def begin(self, steps: int) -> None: ...

    def cached(self, step: Step, trace: Trace) -> None: ...

    def started(self, step: Step, reasons: Sequence[str]) -> None:
        self.reasons[name_of(step)] = reasons  # others may run in between, for their values

    def showing(self, step: Step, outputs: Sequence[Output]) -> None: ...
    def printed(self, step: Step, text: str) -> None: ...

    def finished(self, step: Step, trace: Trace) -> None:
        self.ran.append((name_of(step), tuple(self.reasons[name_of(step)])))

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def main(folder: str) -> None:
    root, diary = Path(folder), Diary()
    build(Project(root, root / "slides", root / "site"), diary)
    kernel = "deckwright.execute.kernel.kernel" in sys.modules
    print(json.dumps({"ran": diary.ran, "kernel": kernel, "warnings": diary.warnings}))


if __name__ == "__main__":
    main(sys.argv[1])
