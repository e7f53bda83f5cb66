"""Results that are committed: freeze what a walk found, and thaw it where nothing can run.

A deck is judged as a sequence: where every step up to one has its code and its inputs from outside as they were, that
one gives what it gave, whatever their values are. What depends on the machine is not frozen: versions of libraries,
environment variables, files outside the project. Nor is what cells write, which comes about in a build.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath

from deckwright.errors import DeckError
from deckwright.execute.analysis.modules import Modules
from deckwright.execute.frozen.folder import LostFigure, outputs_of, read, remedy
from deckwright.execute.frozen.form import CELL, EXPRESSION, Frozen, Input
from deckwright.execute.scope import Scope, digest_of
from deckwright.execute.store.blobs import address_of
from deckwright.execute.store.store import Store
from deckwright.execute.trace import Trace
from deckwright.execute.walk.past import LastGood, Past, is_named
from deckwright.execute.walk.present import Present, import_roots
from deckwright.execute.walk.reasons import Change, Reasons, told
from deckwright.execute.walk.walk import Shown, Walk
from deckwright.execute.watch import Step
from deckwright.model import Cell, Deck, Output, Results, steps

ON_DISK, LISTS = ("file", "kind"), ("folder", "files")  # kinds of input
OUTSIDE = Scope()  # in it no file is as a cell left it
NEVER = Past("", False, "", "", Trace({}, {}))  # of no use to words about what is outside


class Judge:
    """Compares results with what is here. What is not here cannot be compared: it is noted in `unseen`."""

    def __init__(self, present: Present, written: Iterable[str], unseen: dict[str, None]) -> None:
        self.present, self.unseen = present, unseen
        self.reasons = Reasons(present, LastGood(present, present.store))
        parts = ((path, *path.parents[:-1]) for path in map(PurePosixPath, written))
        self.written = {path.as_posix() for found in parts for path in found}  # and the folders in which it lies

    def is_judged(self, key: str, index: int) -> bool:
        """Whether any machine can tell what an input is there."""
        kind, _, rest = key.partition(" ")
        if kind in ("module", "figure", "seed"):
            return True
        if is_away(rest) or kind not in (*ON_DISK, *LISTS):
            return False
        return rest in self.present.declared(index) if kind == "files" else kind == "folder" or rest not in self.written

    def now(self, key: str, index: int) -> Input:
        """What an input is here. Files that cells write are in no folder."""
        kind, _, rest = key.partition(" ")
        if kind not in LISTS:
            return self.present.now(key, OUTSIDE, index)
        names = self.present.names_in(rest, OUTSIDE) if kind == "folder" else None
        in_folder = [] if names is None else [f"{PurePosixPath(rest, name)}" for name in ("", *names)]
        found = self.present.matched(rest) if kind == "files" else in_folder
        return sorted(set(found) - self.written)

    def causes(self, inputs: Mapping[str, Input], index: int) -> str:
        """Which of a step's inputs are not what they were; those that are missing may be kept out of git."""
        changes = []
        for key, old in inputs.items():
            kind, _, rest = key.partition(" ")
            now = self.now(key, index) if self.is_judged(key, index) else old
            is_less = set(now) <= set(old) if kind in LISTS else kind in ON_DISK and not now
            if now != old and not is_less:
                changes.append(Change(kind, rest, f"{old}", f"{now}"))
            elif now != old and kind != "files":  # of which each is an input
                self.unseen[rest] = None
        return "; ".join(told(self.reasons.said(changes, OUTSIDE, NEVER)))

    def error(self, index: int, why: str) -> DeckError:
        """The error for a step of which no result is up to date."""
        deck, place = self.present.deck, self.present.steps[index].place
        return DeckError(f"{self.reasons.name(index)} has no frozen result: {why}", place, remedy(deck))


def is_away(path: str) -> bool:
    """Whether a path, or a pattern, leads out of the project."""
    return Path(path).is_absolute() or ".." in Path(path).parts


def elsewhere(deck: Deck, listed: Sequence[Step], store: Store) -> Present:
    """What is here, but for modules outside the project, which PYTHONPATH may name."""
    present = Present(deck, listed, store)
    inside = [root for root in import_roots(deck.root) if root.is_relative_to(deck.root)]
    present.modules = Modules(inside, present.slices)
    return present


def kind_of(step: Step) -> str:
    """What a step is, in a word."""
    return CELL if isinstance(step, Cell) else EXPRESSION


# Freezing


def frozen(walk: Walk) -> list[Frozen]:
    """What is frozen of each step. Raises DeckError if something that a step has read changed while cells ran."""
    written = chain.from_iterable(trace.files for trace in walk.traces)
    judge = Judge(Present(walk.deck, walk.steps, walk.store), written, {})
    other = elsewhere(walk.deck, walk.steps, walk.store)
    quoted = steps_quoted(walk)
    found = []
    for index, (step, trace) in enumerate(zip(walk.steps, walk.traces, strict=True)):
        keys = [key for key in trace.inputs if judge.is_judged(key, index)]
        lists = {key: judge.now(key, index) for key in keys if key.startswith(LISTS)}
        inputs = {key: trace.inputs[key] for key in keys} | lists
        if causes := judge.causes(inputs, index):
            problem = f"cannot freeze {judge.reasons.name(index)}: {causes} while cells ran"
            raise DeckError(problem, step.place, "Freeze again; a file that cells change unseen cannot be frozen.")
        modules = [key for key in inputs if key.startswith("module ")]
        matched = [f"file {path}" for key, paths in lists.items() if key.startswith("files ") for path in paths]
        found.append(
            Frozen(
                label=step.label if is_named(step) else "",
                kind=kind_of(step),
                code=walk.present.codes[index],
                text=digest_of(step.code) if index in quoted else "",
                inputs=inputs | {key: other.now(key, OUTSIDE, index) for key in (*modules, *matched)},
                writes=sorted(path for path in trace.files if not is_away(path)),
                outputs=walk.read(trace.shown),
            )
        )
    return found


def steps_quoted(walk: Walk) -> set[int]:
    """The steps whose code outputs show, as tracebacks and warnings do."""
    found: set[int] = set()
    for index, trace in enumerate(walk.traces):
        for key in trace.inputs:
            kind, _, names = key.partition(" ")
            if kind == "text":
                found.update([index, *walk.scopes[index].writers_of(names.split("\t"))])
    return found


# Thawing


def thawed(deck: Deck, store: Store, unseen: dict[str, None]) -> Results:
    """The frozen results of a deck. Raises DeckError at the first step of which none is up to date.

    `unseen` gets the files that are not here, of which that cannot be told.
    """
    language, results = read(deck)
    listed = list(steps(deck))
    judge = Judge(elsewhere(deck, listed, store), chain.from_iterable(one.writes for one in results), unseen)
    shown: dict[str, str] = {}
    contents: dict[str, list[Output]] = {}
    for index, step in enumerate(listed):
        if why := outdated(judge, results, index):
            raise judge.error(index, why)
        try:
            outputs = outputs_of(deck, results[index])
        except LostFigure as lost:
            raise judge.error(index, f"its figure {lost} is missing or was changed") from lost
        address = address_of(json.dumps(outputs, sort_keys=True).encode())
        shown[step.label], contents[address] = address, outputs
    judge.present.remember()
    return Results(Shown(shown, contents.__getitem__), language, shown)


def outdated(judge: Judge, results: Sequence[Frozen], index: int) -> str:
    """Why the result of a step is not what a build would give; those before it are. Empty if nothing is known."""
    if index >= len(results):
        return "not frozen yet"
    one, step, codes = results[index], judge.present.steps[index], judge.present.codes
    if (one.code, one.kind) != (codes[index], kind_of(step)):
        return moved(codes[index:], results[index:])
    if one.text and one.text != digest_of(step.code):
        return "the layout of its code changed, which an output shows"
    return judge.causes(one.inputs, index)


def moved(codes: Sequence[str], results: Sequence[Frozen]) -> str:
    """Why a step, whose code comes first, is not the first of these results."""
    then = results[0]
    stays = then.code in codes[1:]
    if codes[0] not in [one.code for one in results[1:]]:
        return "not frozen yet" if stays else "its code changed"
    if stays:
        return "cells stand in another order"
    return f"cell {then.label} is gone" if then.label else "what stood before it is gone"
