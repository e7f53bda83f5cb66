"""Tell the terminal how a build goes: a live line where there is one, plain lines where there is none."""

import sys
import time
from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import Cell

if TYPE_CHECKING:  # rich takes 50 ms to load, and a build of prose prints nothing
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

SLOW_SECONDS = 0.5  # a faster cell is told only with --verbose


class Progress:
    """A Watcher that prints to stderr. `quiet`: warnings and errors alone; `verbose`: every step and line."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self.quiet, self.verbose = quiet, verbose
        self.total = self.done = 0
        self.step: Step | None = None
        self.began = self.step_began = time.monotonic()
        self.last_line = ""
        self.live: Live | None = None

    @cached_property
    def console(self) -> "Console":
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end_live()

    def begin(self, steps: int) -> None:
        self.end_live()
        self.total, self.done, self.began = steps, 0, time.monotonic()

    def begin_live(self) -> None:
        """Begin the live line, on a terminal, once something runs."""
        if not self.live and not self.quiet and self.console.is_terminal:
            from rich.live import Live

            self.live = Live(self, console=self.console, refresh_per_second=8, transient=True)
            self.live.start()

    def end_live(self) -> None:
        if self.live:
            self.live.stop()
            self.live = None

    def cached(self, step: Step, trace: Trace) -> None:
        self.done += 1
        if self.verbose and isinstance(step, Cell):
            self.say(f"{step.label}  {step.place}  cached")

    def started(self, step: Step, reasons: Sequence[str]) -> None:
        self.begin_live()
        self.step, self.step_began, self.last_line = step, time.monotonic(), ""
        self.reasons = reasons

    def printed(self, step: Step, text: str) -> None:
        lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
        self.last_line = lines[-1] if lines else self.last_line
        if self.verbose:
            for line in lines:
                self.say(f"    {line}")

    def finished(self, step: Step, trace: Trace) -> None:
        self.done += 1
        self.step = None
        if isinstance(step, Cell) and not self.quiet and (trace.seconds >= SLOW_SECONDS or self.verbose):
            self.say(f"{step.label}  {step.place}  ran {trace.seconds:.1f} s ({'; '.join(trace.reason)})")

    def warn(self, message: str) -> None:
        self.say(f"warning: {message}", style="yellow")

    def error(self, message: str) -> None:
        """Print why a build stopped."""
        self.end_live()
        self.say(f"error: {message}", style="red")

    def say(self, line: str, style: str = "") -> None:
        from rich.text import Text

        text = Text.from_ansi(line)
        text.stylize(style)
        self.console.print(text)

    def __rich__(self) -> "Text":
        """Draw the live line: how far, which cell, how long, and the last thing it printed."""
        from rich.text import Text

        now = time.monotonic()
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{self.done}/{self.total}  {now - self.began:.0f} s", style="bold")
        if self.step:
            text.append(f"  {self.step.label}", style="cyan")
            text.append(f"  {self.step.place}  {now - self.step_began:.1f} s")
        text.append(f"  {self.last_line.strip()}", style="dim")
        return text
