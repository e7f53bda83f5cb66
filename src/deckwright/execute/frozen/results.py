"""Results that are committed: freeze what a walk found, and thaw it where nothing can run.

What depends on the machine is not frozen: versions of libraries, environment variables, files outside the project.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from deckwright.errors import DeckError
from deckwright.execute.analysis.modules import Modules
from deckwright.execute.frozen.folder import LostFigure, read, remedy, unpacked, unusable
from deckwright.execute.frozen.form import CELL, ENTANGLED, EXPRESSION, ON_DISK, Frozen
from deckwright.execute.scope import Definition, Scope, Value
from deckwright.execute.store.blobs import address_of
from deckwright.execute.store.store import Store
from deckwright.execute.trace import Effect, Trace
from deckwright.execute.walk.past import LastGood, Past, is_named
from deckwright.execute.walk.present import Present, import_roots
from deckwright.execute.walk.reasons import Change, Reasons, told
from deckwright.execute.walk.walk import Shown, Walk
from deckwright.execute.watch import Step
from deckwright.model import Cell, Deck, Output, Results, steps

MACHINE = ("libraries", "platform", "place", "variable")  # kinds of input that are not frozen; variables may be secrets
HERE = "."  # in the list of names in a folder: there is one


class Judge(Reasons):
    """Compares frozen results with what is here. What is not here cannot be compared: it is noted in `unseen`."""

    def __init__(self, deck: Deck, listed: Sequence[Step], store: Store, results: Sequence[Frozen]) -> None:
        present = Present(deck, listed, store)
        roots = import_roots(deck.root)
        inside = [root for root in roots if root.is_relative_to(deck.root)]  # PYTHONPATH may name others
        self.sees_all_modules = inside == roots
        present.modules = Modules(inside, present.slices)
        past = LastGood(present, store)
        past.last = [as_past(one, listed[index : index + 1]) for index, one in enumerate(results)]
        super().__init__(present, past)
        self.results = results
        self.written = with_folders(path for one in results for path in one.trace.files)
        self.unseen: dict[str, None] = {}

    def changes(self, trace: Trace, index: int, scope: Scope) -> list[Change]:
        """The inputs that are not what they were, by kind."""
        found: list[Change] = []
        for key, old in trace.inputs.items():
            kind, _, rest = key.partition(" ")
            if kind == "folder":
                found += self.new_names(rest, old, scope)
            elif kind == "files":
                found += self.new_files(rest, old, index)
            elif (now := self.present.now(key, scope, index)) == old:
                continue
            elif kind in ON_DISK and not now and rest not in scope.files:
                self.unseen[rest] = None
            else:
                found.append(Change(kind, rest, old, now))
        return sorted(found, key=lambda change: change.kind)

    def new_names(self, folder: str, old: str, scope: Scope) -> Iterator[Change]:
        """Whether more lies in a folder than did; what is missing may be kept out of git."""
        names = self.present.names_in(folder, scope)
        here = {HERE, *names} if names is not None else set()
        then = set(old.split("\n")) if old else set()
        if any(PurePosixPath(folder, name).as_posix() not in self.written for name in here - then):
            yield Change("folder", folder, old, "\n".join(sorted(here)))
        elif then - here:
            self.unseen[folder] = None

    def new_files(self, pattern: str, old: str, index: int) -> Iterator[Change]:
        """Whether a pattern finds more files than it did; the contents of those have an input each."""
        found = self.present.matched(pattern) if pattern in self.declared(index) else []
        if set(found) - set(old.split("\n")) - self.written:
            yield Change("files", pattern, old, "\n".join(found))

    def declared(self, index: int) -> tuple[str, ...]:
        """The patterns that the author gives for a step."""
        step, settings = self.present.steps[index], self.present.deck.settings
        return (*settings.depends, *(step.options.depends if isinstance(step, Cell) else ()))

    def holding(self, index: int, scope: Scope) -> Frozen | None:
        """A frozen result of this step that is up to date."""
        for one in self.results:
            if one.trace.code == self.present.codes[index] and one.kind == kind_of(self.present.steps[index]):
                seen_by_all = not scope.entangled or "past" in one.trace.inputs
                if seen_by_all and not self.changes(one.trace, index, scope):
                    return one
        return None

    def missing(self, index: int, scope: Scope) -> DeckError:
        """The error for a step of which no result is up to date."""
        past = self.past.before.get(index)
        if past is None:
            return self.error(index, "not frozen yet")
        if self.past.is_edited(index):
            return self.error(index, "its code changed")
        causes = told(self.causes(index, scope, past))
        return self.error(index, "; ".join(causes) or "a cell before it changes more than can be seen")

    def error(self, index: int, why: str) -> DeckError:
        deck, place = self.present.deck, self.present.steps[index].place
        return DeckError(f"{self.name(index)} has no frozen result: {why}", place, remedy(deck))

    def outputs(self, one: Frozen, index: int) -> list[Output]:
        """What a step shows. Raises DeckError where a figure is lost."""
        try:
            return unpacked(self.present.deck, one)
        except LostFigure as lost:
            raise self.error(index, f"its figure {lost} is missing or was changed") from lost


def as_past(one: Frozen, there_now: Sequence[Step]) -> Past:
    """A frozen result as a step of the last good build; without a label, its place must tell which step it is."""
    label = one.label or next((step.label for step in there_now if not is_named(step)), "")
    return Past(label, bool(one.label), one.trace.code, "", one.trace)


def kind_of(step: Step) -> str:
    """What a step is, in a word."""
    return CELL if isinstance(step, Cell) else EXPRESSION


def with_folders(paths: Iterator[str]) -> set[str]:
    """Paths, and the folders in which they lie."""
    return {part.as_posix() for path in paths for part in (PurePosixPath(path), *PurePosixPath(path).parents[:-1])}


# Freezing


def frozen(walk: Walk) -> list[Frozen]:
    """What is frozen of each step. Raises DeckError if something that a step has read changed while cells ran."""
    known = [Frozen("", "", trace, ()) for trace in walk.traces]
    judge = Judge(walk.deck, walk.steps, walk.store, known)
    scope = Scope()
    found = []
    for index, (step, trace) in enumerate(zip(walk.steps, walk.traces, strict=True)):
        lean = without_machine(trace, judge, scope, index)
        past = Past("", False, trace.code, step.code, lean)
        if causes := told(judge.causes(index, scope, past)):
            problem = f"cannot freeze {judge.name(index)}: {'; '.join(causes)} while cells ran"
            raise DeckError(problem, step.place, "Freeze again; a file that cells change unseen cannot be frozen.")
        label = step.label if is_named(step) else ""
        found.append(Frozen(label, kind_of(step), lean, tuple(walk.read(trace.shown))))
        scope = lean.after(scope, index)
    return found


def without_machine(trace: Trace, judge: Judge, scope: Scope, index: int) -> Trace:
    """What another machine can judge of a trace: no costs, no snapshots, nothing from outside the project."""
    inputs: dict[str, str] = {}
    for key, value in trace.inputs.items():
        inputs |= kept(key, value, judge, scope)
    return Trace(
        inputs=inputs,
        effects={
            name: effect and Effect(replace(effect.value, runs=(), opaque="", size=0), effect.objects)
            for name, effect in trace.effects.items()
        },
        definitions={key: replace(made, blob="") for key, made in trace.definitions.items()},
        files={path: content for path, content in trace.files.items() if not is_outside(path)},
        shown=trace.shown,
        entangled=ENTANGLED if trace.entangled else "",
        code=judge.present.codes[index],
    )


def kept(key: str, value: str, judge: Judge, scope: Scope) -> dict[str, str]:
    """What becomes of one input."""
    kind, _, rest = key.partition(" ")
    present = judge.present
    if kind in MACHINE or (kind in (*ON_DISK, "folder", "files") and is_outside(rest)):
        return {}
    if kind in ON_DISK and not_yet(rest, judge.written, scope):
        return {}  # what an earlier build left there: nobody's doing
    if kind == "folder":
        names = present.names_in(rest, scope)
        paths = {name: PurePosixPath(rest, name).as_posix() for name in names or ()}
        stay = sorted(name for name, path in paths.items() if not not_yet(path, judge.written, scope))
        return {key: "\n".join([HERE, *stay]) if names is not None else ""}
    if kind == "files":
        found = [path for path in present.matched(rest) if not not_yet(path, judge.written, scope)]
        return {key: "\n".join(found)} | {f"file {path}": present.file(path, scope) for path in found}
    if kind == "module" and not judge.sees_all_modules:
        return {key: present.now(key, scope, 0)}
    return {key: scope.past if kind == "past" else value}


def not_yet(path: str, written: Collection[str], scope: Scope) -> bool:
    """Whether cells write a file, or in a folder, but have not done so yet."""
    return path in written and path not in scope.files


def is_outside(path: str) -> bool:
    """Whether a path, or a pattern, leads out of the project."""
    return Path(path).is_absolute() or ".." in Path(path).parts


# Thawing


def thawed(deck: Deck, store: Store, unseen: dict[str, None]) -> Results:
    """The frozen results of a deck. Raises DeckError at the first step of which none is up to date.

    `unseen` gets the files that are not here, of which that cannot be told.
    """
    language, results = read(deck)
    listed = list(steps(deck))
    judge = Judge(deck, listed, store, results)
    judge.unseen = unseen
    scope = Scope()
    shown: dict[str, str] = {}
    contents: dict[str, list[Output]] = {}
    for index, step in enumerate(listed):
        one = judge.holding(index, scope)
        if one is None:
            raise judge.missing(index, scope)
        if not fits(one.trace, scope):
            raise unusable(deck, f"what {judge.name(index)} changes is not there")
        outputs = judge.outputs(one, index)
        address = address_of(json.dumps(outputs, sort_keys=True).encode())
        shown[step.label], contents[address] = address, outputs
        scope = replace(one.trace, shown=address).after(scope, index)
    judge.present.remember()
    return Results(Shown(shown, contents.__getitem__), language, shown)


def fits(trace: Trace, scope: Scope) -> bool:
    """Whether all is there that a trace's effects refer to, as in every trace that was recorded."""
    effects = [effect for effect in trace.effects.values() if effect]
    names = {name for effect in effects for name, _, _ in effect.objects if name}
    readers: list[Value | Definition] = [*(effect.value for effect in effects), *trace.definitions.values()]
    links = {link for reader in readers for link in reader.links}
    return names <= scope.values.keys() and links <= {*scope.definitions, *trace.definitions}
