"""A deck's namespace and its definitions, without the engine around them."""

import sys
from types import ModuleType
from typing import Any

from deckwright.execute.inside.state.hashing import Look, look, look_into
from deckwright.execute.inside.state.snapshot import dump, dump_definition, load, load_definition


def is_local(module: str) -> bool:
    return module.startswith("local_")


class Deck:
    """Runs cells as a kernel does: in the globals of `__main__`."""

    def __init__(self, *cells: str) -> None:
        self.module = ModuleType("__main__")
        self.keys: dict[int, str] = {}
        self.live: dict[str, Any] = {}
        self.contents: dict[str, bytes] = {}
        for cell in cells:
            self.run(cell)

    @property
    def names(self) -> dict[str, Any]:
        return vars(self.module)

    def __getitem__(self, name: str) -> Any:
        return self.names[name]

    def run(self, cell: str) -> Any:
        """Run a cell; give the value of its last line if it is an expression."""
        before, sys.modules["__main__"] = sys.modules["__main__"], self.module
        try:
            exec(compile(cell, "cell.py", "exec"), self.names)
        finally:
            sys.modules["__main__"] = before

    def look(self, name: str, memory: dict[Any, Any] | None = None) -> Look:
        return look(self.names[name], self.names, is_local, memory)

    def digest(self, name: str) -> tuple[Any, ...]:
        """What the engine compares: the digest, and those of all definitions that the value refers to."""
        return self.with_definitions(self.look(name), ())

    def with_definitions(self, seen: Look, above: tuple[Any, ...]) -> tuple[Any, ...]:
        inner = [
            self.with_definitions(look_into(part, self.names, is_local), (*above, part)) if part not in above else ()
            for part in seen.definitions
        ]
        return (seen.digest, sorted(seen.reads), *inner)

    def key_of(self, definition: Any) -> str:
        if id(definition) not in self.keys:
            key = self.keys[id(definition)] = f"{definition.__qualname__} {len(self.keys)}"
            self.live[key] = definition
            self.contents[key] = dump_definition(definition, self.names, self.key_of)
        return self.keys[id(definition)]

    def definition_of(self, key: str) -> Any:
        if key not in self.live:
            self.live[key] = load_definition(self.contents[key], self.names, self.definition_of)
            self.keys[id(self.live[key])] = key
        return self.live[key]

    def dump(self, *names: str) -> bytes:
        return dump({name: self.names[name] for name in names}, self.names, self.key_of)

    def load(self, content: bytes) -> None:
        before, sys.modules["__main__"] = sys.modules["__main__"], self.module
        try:
            self.names.update(load(content, self.names, self.definition_of))
        finally:
            sys.modules["__main__"] = before


def restored(deck: Deck, *names: str) -> Deck:
    """Another deck that has nothing but these names, from a snapshot."""
    other = Deck()
    content = deck.dump(*names)
    other.contents = dict(deck.contents)
    other.load(content)
    return other
