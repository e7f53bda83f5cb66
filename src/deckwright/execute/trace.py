"""What one run of a step used and did, so that the next build can tell whether it would do the same again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from deckwright.execute.scope import Definition, Scope, Share, Value, digest_of, translated
from deckwright.execute.store.files import FOLDER

STATE = frozenset(  # inputs that make a value what it is
    ("value", "sharing", "file", "files", "folder", "kind", "variable", "module", "seed", "past")
)


UNSEEN: tuple[Share, ...] = (("", 0, 1 << 30),)  # the objects of a value that nobody looked at: any of the new ones


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of one name; `objects` are its mutable ones, by the names that had them before."""

    value: Value
    objects: tuple[Share, ...] = ()

    @property
    def meaning(self) -> str:
        """What the value is, as far as it can be told."""
        return self.value.opaque or self.value.fingerprint

    @property
    def unseen(self) -> bool:
        """Whether the value was not in the kernel: it can be changed all the same by what shares objects with it."""
        return self.objects == UNSEEN


@dataclass(frozen=True, slots=True)
class Cause:
    """One of the things that made a step run."""

    words: str
    by: tuple[str, ...] = ()  # labels of the steps that wrote what has changed
    details: tuple[str, ...] = ()  # old and new, in lines
    again: bool = False  # its result is known: it runs for values that a later step needs


@dataclass(frozen=True, slots=True)
class Trace:
    """One run. `inputs` maps what was read, such as `value x` or `file data.csv`, to what it was."""

    inputs: Mapping[str, str]
    effects: Mapping[str, Effect | None]  # by name; None: deleted
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # written: address of the content, empty if removed
    stored: tuple[tuple[tuple[str, ...], str, str], ...] = ()  # snapshots: the names in it, its address, their state
    shown: str = ""  # address of the outputs
    seconds: float = 0.0
    watched: float = 0.0  # seconds that watching the step took, storing its values included
    entangled: str = ""  # why all later steps depend on it in ways that cannot be seen
    flags: tuple[str, ...] = ()  # what makes it differ from run to run: clock, network, …
    reason: tuple[str, ...] = ()  # why it ran, as told then
    causes: tuple[Cause, ...] = ()  # the same in full
    same: bool = False  # it gave the values that it gave in the last good build
    restored: int = 0  # bytes of values that had to be restored before it
    label: str = ""
    code: str = ""  # what it is filed under
    text: str = ""  # digest of the code as written

    @property
    def meaning(self) -> str:
        """Digest of what it says of the state after it: not of outputs, costs and places of storage."""
        plain = [f"{name} {effect.meaning if effect else ''}" for name, effect in sorted(self.effects.items())]
        return digest_of(*plain, "", *(f"{path} {content}" for path, content in sorted(self.files.items())))

    @property
    def origin(self) -> str:
        """Digest of what came in: names a value that cannot be hashed."""
        return digest_of(self.code, *(f"{key}={value}" for key, value in sorted(self.inputs.items()) if is_state(key)))

    @property
    def known(self) -> set[str]:
        """The names whose values after it are the same wherever it holds."""
        return {*self.effects, *(key.removeprefix("value ") for key in self.inputs if key.startswith("value "))}

    @property
    def unseen(self) -> list[str]:
        """The names that changed and were not in the kernel."""
        return [name for name, effect in self.effects.items() if effect and effect.unseen]

    @property
    def blobs(self) -> list[str]:
        """Addresses of all that it needs of the store."""
        libraries = [key.partition(" ")[2] for key in self.inputs if key.startswith("libraries ")]
        snapshots = [address for _, address, _ in self.stored]
        definitions = [definition.blob for definition in self.definitions.values()]
        files = [content.partition(" ")[0] for content in self.files.values() if content != FOLDER]
        return [address for address in (self.shown, *libraries, *snapshots, *definitions, *files) if address]

    def after(self, scope: Scope, index: int) -> Scope:
        """The scope after this step, which is the `index`th."""
        past = digest_of(scope.past, self.origin, self.meaning, self.shown)
        written = dict.fromkeys([*self.effects, *(f"file {path}" for path in self.files)], index)
        if not written:
            return replace(scope, past=past, entangled=scope.entangled or self.entangled)
        values = {name: value for name, value in scope.values.items() if name not in self.effects}
        for name, effect in self.effects.items():
            if effect:
                values[name] = replace(effect.value, runs=translated(effect.objects, scope.values, f"{index}"))
        return Scope(
            values,
            {**scope.definitions, **self.definitions},
            {**scope.files, **self.files},
            {**scope.writers, **written},
            past,
            scope.entangled or self.entangled,
        )

    def to_json(self) -> bytes:
        """For the store."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()


def is_state(key: str) -> bool:
    """Whether an input is part of the state, and not of the surroundings."""
    return key.partition(" ")[0] in STATE


def from_json(content: bytes) -> Trace:
    """A trace as the store has it."""
    found = with_tuples(json.loads(content))
    effects = {name: effect and read_effect(effect) for name, effect in found["effects"].items()}
    definitions = {key: read_definition(record) for key, record in found["definitions"].items()}
    causes = tuple(Cause(**with_tuples(cause)) for cause in found["causes"])
    return Trace(**found | {"effects": effects, "definitions": definitions, "causes": causes})


def read_effect(record: Mapping[str, Any]) -> Effect:
    """An effect as JSON has it: without runs, which are told by its objects."""
    value = with_tuples(record["value"]) | {"runs": ()}
    return Effect(Value(**value), tuples(record["objects"]))


def read_definition(record: Mapping[str, Any]) -> Definition:
    """A definition as JSON has it."""
    return Definition(**with_tuples(record))


def with_tuples(record: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as JSON has them, but for its lists."""
    return {key: tuples(part) for key, part in record.items()}


def tuples(part: Any) -> Any:
    """Lists of JSON as tuples."""
    return tuple(map(tuples, part)) if isinstance(part, list) else part
