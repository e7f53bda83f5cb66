"""Say in words why a step runs: what has changed since it ran last, and which step changed that."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from deckwright.execute.present import Present
from deckwright.execute.scope import Scope
from deckwright.execute.store import Store
from deckwright.execute.trace import Trace, from_json
from deckwright.execute.watch import Step
from deckwright.model import Cell

LAST = "last good build of "  # the store's note
MODULE = "module "


@dataclass(frozen=True, slots=True)
class Past:
    """A step as it was in the last good build."""

    label: str
    own_label: bool  # given by the author
    code: str
    content: str  # the code itself
    trace: Trace


class Reasons:
    """Compares the last good build with what is now."""

    def __init__(self, present: Present, store: Store) -> None:
        self.present, self.store = present, store
        self.note = f"{LAST}{present.deck.name}"

    @cached_property
    def last(self) -> list[Past]:
        """The steps of the last good build."""
        found = []
        for label, own_label, code, content, row in json.loads(self.store.noted(self.note) or b"[]"):
            trace = dict(self.store.traces(code)).get(row)
            if trace:
                found.append(Past(label, own_label, code, content, from_json(trace)))
        return found

    def keep(self, rows: Mapping[int, int | None]) -> None:
        """Note what was built: for each step its row in the store."""
        steps = zip(self.present.steps, self.present.codes, strict=True)
        listed = [
            (step.label, is_named(step), code, step.code, rows[index]) for index, (step, code) in enumerate(steps)
        ]
        self.store.note(self.note, json.dumps(listed).encode())

    @cached_property
    def before(self) -> dict[int, Past]:
        """For each step the one that it was in the last good build: by label, else by code, else by its place."""
        labels = {past.label: past for past in self.last if past.own_label}
        found = {}
        left = [past for past in self.last]
        for index, step in enumerate(self.present.steps):
            if is_named(step) and step.label in labels:
                found[index] = labels[step.label]
        left = [past for past in left if past not in found.values()]
        for index, code in enumerate(self.present.codes):
            same = next((past for past in left if past.code == code), None) if index not in found else None
            if same:
                found[index] = same
                left.remove(same)
        for index, step in enumerate(self.present.steps):
            at_place = next((past for past in left if past.label == step.label), None) if index not in found else None
            if at_place:
                found[index] = at_place
                left.remove(at_place)
        return found

    def changed_values(self, index: int) -> bool:
        """Whether a step changed objects in place when it ran last."""
        past = self.before.get(index)
        return past is not None and any(key.startswith("group ") for key in past.trace.inputs)

    def of(self, index: int, scope: Scope, *, fresh: bool = False) -> tuple[str, ...]:
        """Why a step without a trace that holds must run."""
        step = self.present.steps[index]
        if fresh:
            return ("--fresh",)
        if isinstance(step, Cell) and step.options.cache == "never":
            return ("cache: never",)
        past = self.before.get(index)
        if past is None:
            return ("new",)
        if past.code != self.present.codes[index]:
            return ("edited",)
        found = tuple(self.differences(past.trace, index, scope))
        return found or ("its result is no longer stored",)

    def differences(self, trace: Trace, index: int, scope: Scope) -> Iterator[str]:
        """Each input that is not what it was, in words."""
        for key, old in trace.inputs.items():
            now = self.present.now(key, scope, index)
            if now != old:
                kind, _, rest = key.partition(" ")
                yield WORDS[kind](self, rest, scope, now)

    def value(self, name: str, scope: Scope, now: str) -> str:
        """What became of a name, and by which step."""
        writer = scope.writers.get(name)
        by = f": cell {self.present.steps[writer].label}" if writer is not None else ""
        shown = name.removeprefix("~")
        if not now:
            return f"{shown} is not there any more"
        cause = f" {self.why_written(writer)}" if writer is not None else ""
        return f"{shown} changed{by}{cause}"

    def why_written(self, writer: int) -> str:
        """In a word, what happened to the step that wrote something."""
        past = self.before.get(writer)
        if past is None:
            return "is new"
        return "was edited" if past.code != self.present.codes[writer] else "gave another value"

    def versions(self, address: str) -> str:
        """Which libraries have other versions."""
        old = json.loads(self.store.get(address) or b"{}")
        new = self.present.installed_versions(old)
        changed = [f"{name} {old[name]} → {new[name] or 'not installed'}" for name in old if old[name] != new[name]]
        return ", ".join(changed) or "the list of its libraries is lost"


def is_named(step: Step) -> bool:
    """Whether the author gave the label."""
    return isinstance(step, Cell) and bool(step.options.label)


WORDS: dict[str, Callable[[Reasons, str, Scope, str], str]] = {
    "value": Reasons.value,
    "sharing": lambda self, rest, scope, now: "its names share objects in another way",
    "group": lambda self, rest, scope, now: f"other names share objects with {rest}",
    "file": lambda self, rest, scope, now: f"{rest} {'changed' if now else 'is gone'}",
    "kind": lambda self, rest, scope, now: f"{rest} {'changed' if now else 'is gone'}",
    "folder": lambda self, rest, scope, now: f"other files in {rest}",
    "files": lambda self, rest, scope, now: f"files of {rest} changed",
    "variable": lambda self, rest, scope, now: f"the environment variable {rest} changed",
    "module": lambda self, rest, scope, now: f"{rest.partition('#')[0]} changed",
    "libraries": lambda self, rest, scope, now: self.versions(rest),
    "platform": lambda self, rest, scope, now: "another Python, machine or setting of how libraries compute",
    "figure": lambda self, rest, scope, now: f"figures are now {now.rpartition(' ')[0]}",
    "seed": lambda self, rest, scope, now: f"the seed is now {now}",
    "text": lambda self, rest, scope, now: "it shows text of code that was edited",
    "class": lambda self, rest, scope, now: "another class with the same text is in use",
    "names": lambda self, rest, scope, now: "there are other names, and it may read all",
    "past": lambda self, rest, scope, now: "something before it changed, and it may depend on all of that",
}
