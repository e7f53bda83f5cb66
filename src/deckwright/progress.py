"""Tell the terminal how a build goes: a live line where there is one, plain lines where there is none."""

import sys
import time
from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step, name_of
from deckwright.model import Cell, Expression, Output, is_never_kept
from deckwright.words import WORTH_TELLING, counted, seconds, size

if TYPE_CHECKING:  # rich takes 50 ms to load, and a build of prose prints nothing
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

SLOW_SECONDS = 0.5  # a faster cell is told only with --verbose, if all there is to say is that it is new
USUAL = ("new", "--fresh", "verify")


class Progress:
    """A Watcher that prints to stderr. `quiet`: warnings and errors alone; `verbose`: every step and line."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self.quiet, self.verbose = quiet, verbose
        self.total = 0  # steps of the deck in progress
        self.known: list[dict[str, Step]] = []  # of each deck, the steps that are done, by label
        self.ran: list[dict[str, Step]] = []  # … those that ran
        self.running: dict[str, Step] = {}  # by label: the last one, and those that wait until it is done
        self.reasons: dict[str, Sequence[str]] = {}  # by label
        self.began = self.step_began = time.monotonic()
        self.last_line = ""
        self.held = ""  # what is said of a cell whose values stayed, until it is known what ran after it
        self.live: Live | None = None
        self.warnings: list[str] = []

    @cached_property
    def console(self) -> "Console":
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release("" if error else ", nothing after it ran")
        self.end_live()

    def begin(self, steps: int) -> None:
        self.release(", nothing after it ran")
        self.end_live()
        self.total = steps
        self.running = {}
        self.known.append({})
        self.ran.append({})

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
        told = step.label in self.known[-1]  # a walk may begin anew
        self.known[-1][step.label] = step
        if self.verbose and not told:
            self.release()
            self.say(f"{name_of(step)}  {step.place}  cached{odd(step, trace)}")

    def started(self, step: Step, reasons: Sequence[str]) -> None:
        self.release()
        self.begin_live()
        self.running.pop(step.label, None)
        self.running[step.label], self.reasons[step.label] = step, reasons
        self.step_began, self.last_line = time.monotonic(), ""

    def printed(self, step: Step, text: str) -> None:
        lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
        self.last_line = lines[-1] if lines else self.last_line
        if self.verbose:
            for line in lines:
                self.say(f"    {line}")

    def showing(self, step: Step, outputs: Sequence[Output]) -> None: ...

    def finished(self, step: Step, trace: Trace) -> None:
        self.known[-1][step.label] = self.ran[-1][step.label] = step
        self.running.pop(step.label, None)
        self.step_began, self.last_line = time.monotonic(), ""
        if self.quiet or not (self.verbose or self.is_news(step, trace)):
            return
        reasons = self.reasons[step.label]
        line = f"{name_of(step)}  {step.place}  ran {seconds(trace.seconds)} ({'; '.join(reasons)})"
        if trace.restored >= WORTH_TELLING:
            line += f", restored {size(trace.restored)}"
        line += odd(step, trace, reasons)
        if trace.same:
            self.held = f"{line}, same values"
        else:
            self.say(line)

    def is_news(self, step: Step, trace: Trace) -> bool:
        """Whether to tell of a step without being asked for everything."""
        unusual = any(reason not in USUAL for reason in self.reasons[step.label])
        return isinstance(step, Cell) and (trace.seconds >= SLOW_SECONDS or unusual)

    def release(self, more: str = "") -> None:
        """Say what was held back."""
        if self.held:
            self.say(self.held + more)
            self.held = ""

    def sum_up(self) -> None:
        """Say what had to run, all in all."""
        self.release(", nothing after it ran")
        self.end_live()
        known, ran = ([step for deck in decks for step in deck.values()] for decks in (self.known, self.ran))
        if not known or self.quiet:
            return
        if not ran:
            return self.say("nothing had to run")
        kinds = ((Cell, "cell"), (Expression, "inline value"))
        counts = [(count(ran, kind), count(known, kind), noun) for kind, noun in kinds]
        words = " and ".join(f"{some} of {counted(all_, noun)}" for some, all_, noun in counts if some)
        rest = "; the rest is as it was" if len(ran) < len(known) else ""
        self.say(f"ran {words} in {seconds(time.monotonic() - self.began)}{rest}")

    def warn(self, message: str) -> None:
        self.warnings.append(message)
        self.say(f"warning: {message}", style="yellow")

    def error(self, message: str) -> None:
        """Print why a build stopped."""
        self.release()
        self.end_live()
        self.say(f"error: {message}", style="red")

    def say(self, line: str, style: str = "") -> None:
        if not (self.live or style or "\x1b" in line):
            print(line, file=sys.stderr)
            return
        from rich.text import Text

        text = Text.from_ansi(line)
        text.stylize(style)
        self.console.print(text)

    def __rich__(self) -> "Text":
        """Draw the live line: how far, which cell, how long, and the last thing it printed."""
        from rich.text import Text

        now = time.monotonic()
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{len(self.known[-1])}/{self.total}  {now - self.began:.0f} s", style="bold")
        for step in [*self.running.values()][-1:]:
            text.append(f"  {name_of(step)}", style="cyan")
            text.append(f"  {step.place}  {now - self.step_began:.1f} s")
        text.append(f"  {self.last_line.strip()}", style="dim")
        return text


def odd(step: Step, trace: Trace, said: Sequence[str] = ()) -> str:
    """What makes a step differ from run to run, where it has not been said."""
    if not (trace.flags or is_never_kept(step)):
        return ""
    from deckwright.execute.walk.reasons import oddities  # nearly never needed

    return "".join(f", {word}" for word in oddities(step, trace) if word not in said)


def count(steps: Sequence[Step], kind: type[Step]) -> int:
    """How many of the steps are of this kind."""
    return sum(isinstance(step, kind) for step in steps)
