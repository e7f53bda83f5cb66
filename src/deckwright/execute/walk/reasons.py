"""Say in words why a step runs: what has changed since it ran last, and which step changed that."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import groupby

from deckwright.execute.analysis.modules import VALUES
from deckwright.execute.kernel.variables import ALL
from deckwright.execute.scope import Scope
from deckwright.execute.trace import Cause, Trace
from deckwright.execute.walk.past import LastGood, Past
from deckwright.execute.walk.present import Present
from deckwright.execute.watch import Step, name_of
from deckwright.model import Cell, is_never_kept

MODULE = "module "
CHANGED = "changed"
SHORT = 3  # causes, and names in one
MOST_LINES = 40  # of a diff


@dataclass(frozen=True, slots=True)
class Change:
    """An input of a step that is not what it was."""

    kind: str
    key: str
    old: str
    now: str


class Reasons:
    """Compares the last good build with what is now."""

    anew = "--fresh"  # what is said where everything runs, whatever is known of it

    def __init__(self, present: Present, past: LastGood) -> None:
        self.present, self.past = present, past

    def of(self, index: int, scope: Scope, *, fresh: bool = False) -> tuple[Cause, ...]:
        """Why a step without a trace that holds must run."""
        step, past = self.present.steps[index], self.past.before.get(index)
        if fresh:
            return (Cause(self.anew),)
        if is_never_kept(step):
            return (Cause("cache: never"),)
        if past is None:
            return (Cause("new"),)
        if self.past.is_edited(index):
            return (Cause("edited", details=difference(past.content, step.code)),)
        if found := self.causes(index, scope, past):
            return found
        if scope.entangled and "past" not in past.trace.inputs:
            return (Cause(f"a cell before it changes more than can be seen: {scope.entangled}"),)
        return (Cause("its result is no longer stored"),)

    def causes(self, index: int, scope: Scope, past: Past) -> tuple[Cause, ...]:
        """What is no longer as it was."""
        return self.said(self.changes(past.trace, index, scope), scope, past)

    def said(self, changes: Iterable[Change], scope: Scope, past: Past) -> tuple[Cause, ...]:
        """Changes in words, the likely beginnings first, each thing once."""
        ordered = groupby(sorted(changes, key=lambda change: change.kind), lambda change: change.kind)
        by_kind = {kind: list(found) for kind, found in ordered}
        found = [cause for kind in WORDS if kind in by_kind for cause in WORDS[kind](self, by_kind[kind], scope, past)]
        unique: dict[str, Cause] = {}
        for cause in found:
            unique.setdefault(cause.words, cause)
        return tuple(unique.values())

    def changes(self, trace: Trace, index: int, scope: Scope) -> Iterator[Change]:
        """The inputs that are not what they were."""
        for key, old in trace.inputs.items():
            now = self.present.now(key, scope, index)
            if now != old:
                kind, _, rest = key.partition(" ")
                yield Change(kind, rest, old, now)

    def values(self, changes: Iterable[Change], scope: Scope, past: Past) -> Iterator[Cause]:
        """Names, those together that became something else in the same way: the deck's own before settings."""
        found: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
        for change in sorted(changes, key=lambda change: change.key[0] == "~"):
            event, by = self.event(change.key, scope, past)
            found.setdefault((became(change), event, by), []).append(noun(change.key))
        for (what, event, by), nouns in found.items():
            verb = what.replace("is ", "are ") if len(nouns) > 1 else what
            yield Cause(f"{listed(nouns)} {verb}: {event}", by)

    def files(self, changes: Iterable[Change], scope: Scope, past: Past) -> Iterator[Cause]:
        """Files that the step read or asked for, and where a cell writes them, which."""
        for change in changes:
            written = f"file {change.key}" in scope.writers
            event, by = self.event(f"file {change.key}", scope, past) if written else ("", ())
            details = (sizes(change.old, change.now),) if change.kind == "kind" else ()
            yield Cause(f"{change.key} {became(change)}{event and f': {event}'}", by, details)

    def event(self, key: str, scope: Scope, past: Past) -> tuple[str, tuple[str, ...]]:
        """What happened to the step that writes a name or a file, or that did; and its label, where it is there."""
        writer, then = scope.writers.get(key), self.past.writer(key, past)
        once = self.past.after.get(then) if then else None
        if writer is not None and (writer not in self.past.before or self.past.is_edited(writer)):
            what = "edited" if writer in self.past.before else "is new"
            return f"{self.name(writer)} {what}", (self.present.steps[writer].label,)
        if then and once is None:
            return f"cell {then.label} is gone", ()
        if once is not None and self.past.is_edited(once):
            return f"{self.name(once)} edited", (self.present.steps[once].label,)
        if writer is not None and writer == once:
            return f"{self.name(writer)} gave another value", (self.present.steps[writer].label,)
        return "cells stand in another order", ()

    def name(self, index: int) -> str:
        """A step as sentences have it."""
        step = self.present.steps[index]
        return f"cell {name_of(step)}" if isinstance(step, Cell) else name_of(step)

    def modules(self, changes: Iterable[Change], scope: Scope, past: Past) -> Iterator[Cause]:
        """The author's modules, and of each the names that depend on what changed."""
        for module, found in groupby(sorted(changes, key=lambda c: c.key), lambda change: change.key.partition("#")[0]):
            group = list(found)
            names = [name for name in (change.key.partition("#")[2] for change in group) if name not in ("*", VALUES)]
            some = names and became(group[0]) == CHANGED
            yield Cause(f"{listed([f'{module}.{name}' for name in names]) if some else module} {became(group[0])}")

    def groups(self, changes: Iterable[Change], scope: Scope, past: Past) -> Iterator[Cause]:
        """Names that have come to share objects with others than before."""
        yield Cause(f"other names share objects with {listed(sorted(change.key for change in changes))}")

    def libraries(self, changes: Iterable[Change], scope: Scope, past: Past) -> Iterator[Cause]:
        """Which libraries have other versions."""
        for change in changes:
            old = json.loads(self.past.store.get(change.key) or b"{}")
            new = self.present.installed_versions(old)
            found = [f"{name} {old[name]} → {new[name] or 'not installed'}" for name in old if old[name] != new[name]]
            yield Cause(", ".join(found) or "the list of its libraries is lost")


def same_words(words: Callable[[Change], str]) -> Callable[[Reasons, Sequence[Change], Scope, Past], Iterator[Cause]]:
    """For a kind of input of which nothing else is known."""
    return lambda self, changes, scope, past: (Cause(words(change)) for change in changes)


# What is said of each kind of input, in the order of saying.
WORDS: dict[str, Callable[[Reasons, Sequence[Change], Scope, Past], Iterator[Cause]]] = {
    "libraries": Reasons.libraries,
    "platform": same_words(lambda change: "another Python, machine or setting of how libraries compute"),
    "place": same_words(lambda change: "the project is in another folder"),
    "module": Reasons.modules,
    "files": same_words(lambda change: f"files of {change.key} changed"),
    "kind": Reasons.files,
    "file": Reasons.files,
    "folder": same_words(lambda change: f"there are other files in {change.key}"),
    "variable": same_words(lambda change: f"{variables(change.key)} changed"),
    "figure": same_words(lambda change: f"figures are now {size(change.now)}, were {size(change.old)}"),
    "seed": same_words(lambda change: f"the seed is now {change.now}, was {change.old}"),
    "value": Reasons.values,
    "text": same_words(lambda change: "it shows text of code that was edited"),
    "sharing": same_words(lambda change: f"{listed(change.key.split(chr(9)))} share objects in another way"),
    "group": Reasons.groups,
    "class": same_words(lambda change: "another class of the same text is in use"),
    "names": same_words(lambda change: "there are other names, and it may read all"),
    "past": same_words(lambda change: "something before it changed, and it may depend on all of that"),
}


def noun(key: str) -> str:
    """A name, a setting, or what a module holds."""
    if key.startswith(MODULE):
        return f"what {key.removeprefix(MODULE)} holds"
    return key.removeprefix("~")


def became(change: Change) -> str:
    """What there is to say of anything that was or is there."""
    return "is gone" if not change.now else "is there now" if not change.old else CHANGED


def variables(key: str) -> str:
    """One environment variable, or all."""
    return "the environment variables" if key == ALL else f"the environment variable {key}"


def sizes(old: str, now: str) -> str:
    """Kinds of what lies at a path, old and new."""
    plain = (f"{kind[5:]} bytes" if kind.startswith("file ") else kind or "nothing" for kind in (old, now))
    return " → ".join(plain)


def listed(words: Sequence[str]) -> str:
    """A few words of many."""
    return ", ".join(shortened(words))


def shortened(words: Sequence[str]) -> list[str]:
    """The first few, and that there are more."""
    return [*words[:SHORT], *(["…"] if len(words) > SHORT else [])]


def size(figure: str) -> str:
    """A figure's size and format as an author writes them."""
    width, height, file_format, _ = figure.split()
    return f"{float(width):g} × {float(height):g} inches {file_format}"


def difference(old: str, new: str) -> tuple[str, ...]:
    """What was edited: lines that begin with - and +."""
    found = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[3:]
    lines = ["…" if line.startswith("@@") else line for line in found]
    return (*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else []))


def told(causes: Sequence[Cause]) -> tuple[str, ...]:
    """The causes as one line has them."""
    return tuple(shortened([cause.words for cause in causes]))


def oddities(step: Step, trace: Trace) -> tuple[str, ...]:
    """What makes a step differ from run to run, as far as it is known."""
    return (*(FLAGS.get(flag, flag) for flag in trace.flags), *(["cache: never"] if is_never_kept(step) else []))


VARIES = "varies"
FLAGS = {
    "clock": "may read the clock",
    "network": "uses the network",
    "another program": "starts another program",
    VARIES: "varies from run to run",
}
