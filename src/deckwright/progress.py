"""Tell the terminal how a build goes: a live line where there is one, plain lines where there is none."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from deckwright.execute.watch import Step
from deckwright.model import Cell

SLOW_SECONDS = 0.5  # a faster cell is told only with --verbose, or where it is the author's wish


class Progress:
    """A Watcher that prints. `quiet` prints warnings alone, `verbose` every step and line."""

    def __init__(self, console: Console, *, quiet: bool = False, verbose: bool = False) -> None:
        self.console, self.quiet, self.verbose = console, quiet, verbose
        self.total = self.done = 0
        self.step: Step | None = None
        self.began = self.step_began = time.monotonic()
        self.last_line = ""
        self.live: Live | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end_live()

    def end_live(self) -> None:
        if self.live:
            self.live.stop()
            self.live = None

    def begin(self, steps: int) -> None:
        """Begin the live line, on a terminal."""
        self.total, self.done, self.began = steps, 0, time.monotonic()
        if self.console.is_terminal and not self.quiet:
            self.end_live()
            self.live = Live(self, console=self.console, refresh_per_second=8, transient=True)
            self.live.start()

    def started(self, step: Step) -> None:
        self.step, self.step_began, self.last_line = step, time.monotonic(), ""

    def printed(self, step: Step, text: str) -> None:
        lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
        if not lines:
            return
        self.last_line = lines[-1]
        if self.verbose:
            for line in lines:
                self.console.print(Text.from_ansi(f"    {line}"), highlight=False)

    def finished(self, step: Step, seconds: float) -> None:
        self.done += 1
        self.step = None
        if not isinstance(step, Cell) or self.quiet or (seconds < SLOW_SECONDS and not self.verbose):
            return
        line = Text.assemble(("✓ ", "green"), (step.label, "bold"), f"  {step.place}", (f"  {seconds:.1f} s", "cyan"))
        self.console.print(line, highlight=False)

    def warn(self, message: str) -> None:
        self.console.print(Text.assemble(("warning: ", "yellow"), message), highlight=False, soft_wrap=True)

    def __rich__(self) -> Text:
        """Draw the live line: how far, which cell, how long, and the last thing it printed."""
        now = time.monotonic()
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{self.done}/{self.total}  {now - self.began:.0f} s", style="bold")
        if self.step:
            text.append(f"  {self.step.label}", style="cyan")
            text.append(f"  {self.step.place}  {now - self.step_began:.1f} s")
        if self.last_line:
            text.append(f"  {self.last_line.strip()}", style="dim")
        return text
