"""Build a project once, in this process alone, and print as JSON what ran and why. Run by edit_session.py."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import Cell
from deckwright.pipeline import Project, build


def name_of(step: Step) -> str:
    """A cell's label, or an inline expression in braces: its label is only a number."""
    return step.label if isinstance(step, Cell) else f"{{{step.code}}}"


class Diary:
    """A Watcher that writes down what happens."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, tuple[str, ...]]] = []
        self.seconds: dict[str, float] = {}
        self.warnings: list[str] = []
        self.cached_steps = 0

    def begin(self, steps: int) -> None: ...

    def cached(self, step: Step, trace: Trace) -> None:
        self.cached_steps += 1

    def started(self, step: Step, reasons: Sequence[str]) -> None:
        self.ran.append((name_of(step), tuple(reasons)))

    def printed(self, step: Step, text: str) -> None: ...

    def finished(self, step: Step, trace: Trace) -> None:
        self.seconds[name_of(step)] = trace.seconds

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def main(folder: str) -> None:
    root, diary, began = Path(folder), Diary(), time.perf_counter()
    build(Project(root, root / "slides", root / "site"), diary)
    report = {
        "ran": diary.ran,
        "cached": diary.cached_steps,
        "kernel": "deckwright.execute.kernel" in sys.modules,
        "warnings": diary.warnings,
        "built": time.perf_counter() - began,
        "cells": diary.seconds,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])
