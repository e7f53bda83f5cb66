"""The last good build: what its steps were and did, and which step of now each of them is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from deckwright.execute.store.store import Store
from deckwright.execute.trace import Trace, from_json
from deckwright.execute.walk.present import Present
from deckwright.execute.watch import Step
from deckwright.model import Cell

LANGUAGE = "language"  # the store's note of what the kernel says of its language
LAST = "last good build of "  # the store's note
VARYING = "varying"  # … of codes whose runs differ for no reason that can be seen


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A step as it was in the last good build."""

    label: str
    own_label: bool  # given by the author
    code: str
    content: str  # the code itself
    trace: Trace


class LastGood:
    """The last good build of a deck, beside what is now."""

    def __init__(self, present: Present, store: Store) -> None:
        self.present, self.store = present, store
        self.note = f"{LAST}{present.deck.name}"

    @cached_property
    def last(self) -> list[Past]:
        """Its steps, in order."""
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
        """For each step the one that it was then: by label, else by code, else by its place."""
        found: dict[int, Past] = {}
        left = list(self.last)
        rules: tuple[Callable[[int, Step, Past], bool], ...] = (
            lambda index, step, past: past.own_label and is_named(step) and past.label == step.label,
            lambda index, step, past: past.code == self.present.codes[index],
            lambda index, step, past: past.label == step.label,
        )
        for is_it in rules:
            for index, step in enumerate(self.present.steps):
                same = next((past for past in left if is_it(index, step, past)), None) if index not in found else None
                if same:
                    found[index] = same
                    left.remove(same)
        return found

    @cached_property
    def after(self) -> dict[Past, int]:
        """For each step of then the one that it is now."""
        return {past: index for index, past in self.before.items()}

    @cached_property
    def varying(self) -> frozenset[str]:
        """Codes whose runs differ for no reason that can be seen."""
        return frozenset(json.loads(self.store.noted(VARYING) or b"[]"))

    def writer(self, key: str, reader: Past) -> Past | None:
        """Which step had written a name, or `file …`, when another ran."""
        found = None
        for past in self.last:
            if past is reader:
                break
            if key in past.trace.effects or key.removeprefix("file ") in past.trace.files:
                found = past
        return found

    def is_edited(self, index: int) -> bool:
        """Whether a step of then has other code now."""
        return self.before[index].code != self.present.codes[index]

    def quoted_code(self, index: int) -> bool:
        """Whether a step showed code, as tracebacks and warnings do, when it ran last."""
        past = self.before.get(index)
        return past is not None and any(key.startswith("text ") for key in past.trace.inputs)

    def changed_values(self, index: int) -> bool:
        """Whether a step changed objects in place when it ran last."""
        past = self.before.get(index)
        return past is not None and any(key.startswith("group ") for key in past.trace.inputs)

    def gave_the_same(self, index: int, trace: Trace) -> bool:
        """Whether a new run left the values that it left in the last good build, and steps read them."""
        past = self.before.get(index)
        if past is None or past.trace.meaning != trace.meaning:
            return False
        later = self.last[self.last.index(past) + 1 :]
        return any(f"value {name}" in reader.trace.inputs for name in trace.effects for reader in later)


def is_named(step: Step) -> bool:
    """Whether the author gave the label."""
    return isinstance(step, Cell) and bool(step.options.label)
