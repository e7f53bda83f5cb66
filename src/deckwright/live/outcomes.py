"""What is known of each step of the decks at this moment: its outputs, and whether it waits, runs or has failed.

The thread that runs cells reports here, as to any Watcher; the thread that shows pages reads. Renders nothing.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

from deckwright.execute.kernel.repeat import joined, labelled, repeatable
from deckwright.execute.store.blobs import get
from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import Cell, Deck, Expression, Output, Results, steps

WAITING, RUNNING, FAILED, DONE = "waiting", "running", "failed", "done"
NOT_YET: Output = {"output_type": "display_data", "data": {"text/plain": "…"}, "metadata": {}}  # in a sentence
LAST_LINE = 200  # characters


class Superseded(Exception):
    """The author has saved something else: what runs is not wanted any more."""


@dataclass(slots=True)
class Outcome:
    """What is known of one step. Outputs may be of an earlier text or run of it; `state` then is not DONE."""

    step: Step
    outputs: Sequence[Output] | None = None
    state: str = DONE
    began: float = 0.0
    line: str = ""  # the last one that it printed
    is_fresh: bool = False  # the outputs are of the run that `state` tells of

    def told(self) -> list[Any]:
        """What a browser needs to know."""
        seconds = time.monotonic() - self.began if self.state == RUNNING else 0.0
        return [self.state, round(seconds, 1), self.line, self.is_fresh]


class Deckful:
    """The outcomes of one deck, step after step."""

    def __init__(self, deck: Deck, before: "Deckful | None" = None) -> None:
        """`before`: of the text that this one replaces. Outputs go with their code, else with the label."""
        self.deck = deck
        self.outcomes = [Outcome(step, state=WAITING) for step in steps(deck)]
        known = by_code(before.outcomes) if before else {}
        labels = {outcome.step.label: outcome for outcome in before.outcomes} if before else {}
        for key, outcome in by_code(self.outcomes).items():
            if found := known.get(key):
                outcome.outputs, outcome.state, outcome.began = found.outputs, found.state, found.began
                outcome.is_fresh = found.is_fresh
            elif found := labels.get(outcome.step.label):
                outcome.outputs = found.outputs

    def results(self) -> Results:
        """The outputs so far. What is not known is missing, but for a mark in sentences."""
        found = {outcome.step.label: shown(outcome) for outcome in self.outcomes if shown(outcome) is not None}
        return Results({label: tuple(outputs or ()) for label, outputs in found.items()}, {})

    def told(self) -> dict[str, Any]:
        """How far it is: the steps that are not done, how many there are, and how many cells are done, of how many."""
        undone = {outcome.step.label: outcome.told() for outcome in self.outcomes if outcome.state != DONE}
        cells = [outcome.state for outcome in self.outcomes if isinstance(outcome.step, Cell)]
        return {"steps": undone, "total": len(self.outcomes), "cells": [cells.count(DONE), len(cells)]}


def by_code(outcomes: Iterable[Outcome]) -> dict[tuple[type[Step], str, int], Outcome]:
    """Outcomes by code; the same code a second time is another one."""
    found: dict[tuple[type[Step], str, int], Outcome] = {}
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        code = outcome.step.code
        found[type(outcome.step), code, counts[code]] = outcome
        counts[code] += 1
    return found


def codes(deck: Deck, last: int) -> list[str]:
    """The code of a deck's steps up to this one."""
    return [step.code for step in islice(steps(deck), last + 1)]


def shown(outcome: Outcome) -> Sequence[Output] | None:
    """What stands on the slide for a step."""
    if outcome.outputs is None:
        return [NOT_YET] if isinstance(outcome.step, Expression) else None
    outputs = [{**output} for output in list(outcome.outputs)]  # a running cell's list grows meanwhile
    return [labelled(repeatable(output), outcome.step.label) for output in joined(outputs)]


@dataclass
class Outcomes:
    """A Watcher of builds that keeps what it hears. `changed` is called whenever there is news."""

    blobs: Path
    changed: Callable[[], None]
    warned: Callable[[str], None]
    decks: list[Deckful] = field(default_factory=list)  # as the author has them now
    read: list[Deck] = field(default_factory=list)  # the same without those that could not be read
    building: list[Deck] = field(default_factory=list)  # as the build that runs has them
    current: int = -1  # which of these
    numbers: dict[str, int] = field(default_factory=dict)  # its steps by label
    at: int = 0  # the step that runs, or ran last
    ran: list[Step] = field(default_factory=list)
    reads: set[Path] = field(default_factory=set)  # by cells
    modules: set[str] = field(default_factory=set)  # of the author's own that cells go by
    written: set[Path] = field(default_factory=set)  # by cells
    unwanted: Event = field(default_factory=Event)

    def use(self, decks: Iterable[Deck], broken: Iterable[str]) -> None:
        """These are the decks from now on; of those that are broken the last good text stays."""
        before = {known.deck.name: known for known in self.decks}
        self.read = list(decks)
        self.decks = [Deckful(deck, before.get(deck.name)) for deck in self.read]
        self.decks += [before[name] for name in broken if name in before]

    def expect(self) -> None:
        """A build of these decks begins."""
        self.building = [deck for deck in self.read if any(steps(deck))]
        self.current, self.ran = -1, []
        self.unwanted.clear()
        for outcome in (outcome for known in self.decks for outcome in known.outcomes):
            if outcome.state == RUNNING:
                outcome.state, outcome.is_fresh = WAITING, False

    def begin(self, steps_: int) -> None:
        self.fail()  # what ran in the deck before
        self.current += 1
        self.numbers = {step.label: at for at, step in enumerate(steps(self.building[self.current]))}

    def outcome(self, step: Step) -> Outcome | None:
        """Where what is heard of a step belongs, if the author still has it there."""
        name, at = self.building[self.current].name, self.numbers.get(step.label, -1)
        deck = next((known for known in self.decks if known.deck.name == name), None)
        found = deck.outcomes[at] if deck and 0 <= at < len(deck.outcomes) else None
        return found if found and found.step.code == step.code else None

    def is_wanted(self) -> bool:
        """Whether the code up to the step that runs is as the author has it now."""
        if not 0 <= self.current < len(self.building):
            return True
        was = self.building[self.current]
        now = next((known.deck for known in self.decks if known.deck.name == was.name), None)
        return now is not None and now.settings.seed == was.settings.seed and codes(now, self.at) == codes(was, self.at)

    def cached(self, step: Step, trace: Trace) -> None:
        self.take(step, trace)

    def started(self, step: Step, reasons: Sequence[str]) -> None:
        if self.unwanted.is_set():
            raise Superseded
        self.at = at = self.numbers[step.label]
        for later in steps(self.building[self.current]):
            if self.numbers[later.label] > at and (outcome := self.outcome(later)):
                outcome.state, outcome.is_fresh = WAITING, False
        if outcome := self.outcome(step):
            outcome.state, outcome.began, outcome.line = RUNNING, time.monotonic(), ""
            outcome.is_fresh = False
        self.changed()

    def printed(self, step: Step, text: str) -> None:
        lines = [line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip()]
        outcome = self.outcome(step)
        if outcome and lines:
            outcome.line = lines[-1][:LAST_LINE]
            self.changed()

    def showing(self, step: Step, outputs: Sequence[Output]) -> None:
        if outcome := self.outcome(step):
            outcome.outputs, outcome.is_fresh = outputs, True
            self.changed()

    def finished(self, step: Step, trace: Trace) -> None:
        self.ran.append(step)
        self.take(step, trace)

    def warn(self, message: str) -> None:
        self.warned(message)

    def take(self, step: Step, trace: Trace) -> None:
        """A step is up to date: this is what it shows."""
        self.notice_files(trace)
        outcome = self.outcome(step)
        if outcome:
            content = get(self.blobs, trace.shown)
            outcome.outputs = outcome.outputs if content is None else json.loads(content)
            outcome.state, outcome.line = DONE, ""
            self.changed()

    def notice_files(self, trace: Trace) -> None:
        """Which files a step goes by, and which it writes."""
        root = self.building[self.current].root
        kinds = [key.partition(" ")[::2] for key in trace.inputs]
        named = {root / path for kind, path in kinds if kind in ("file", "folder")}
        found = {path for kind, pattern in kinds if kind == "files" for path in root.glob(pattern)}
        # New sets, for other threads may be going through the old ones.
        self.reads = self.reads | named | found
        self.modules = self.modules | {rest.partition("#")[0] for kind, rest in kinds if kind == "module"}
        self.written = self.written | {root / path for path in trace.files}

    def fail(self) -> None:
        """What still runs has failed, and what waits goes on waiting."""
        for outcome in (outcome for known in self.decks for outcome in known.outcomes):
            if outcome.state == RUNNING:
                outcome.state = FAILED
