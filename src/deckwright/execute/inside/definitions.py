"""Keep account of the deck's classes and functions inside the kernel: values refer to them by keys."""

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

from deckwright.execute.inside.state.hashing import look_into
from deckwright.execute.inside.state.parts import is_definition
from deckwright.execute.inside.state.snapshot import Unstorable, dump_definition, load_definition
from deckwright.execute.scope import Definition, digest_of

Put = Callable[[bytes], str]  # keeps some content; gives its address, or nothing if it cannot


class Definitions:
    """The definitions of one kernel. `in_use` gives the keys that live values refer to."""

    def __init__(
        self, namespace: dict[str, Any], is_local: Callable[[str], bool], put: Put, in_use: Callable[[], set[str]]
    ) -> None:
        self.namespace, self.is_local, self.put, self.in_use = namespace, is_local, put, in_use
        self.records: dict[str, Definition] = {}
        self.live: dict[str, Any] = {}
        self.keys: dict[int, str] = {}
        self.held: list[Any] = []  # so that their ids stay theirs
        self.taken: set[str] = set()  # keys of classes that names outside this kernel refer to
        self.created: set[str] = set()  # keys of classes, without generation, that the step in progress has created

    def key_of(self, definition: Any) -> str:
        """The key of a class or function of the deck. A new class never gets the key of one still in use."""
        if id(definition) in self.keys:
            return self.keys[id(definition)]
        self.keys[id(definition)] = ""  # of one that refers to itself
        key, record = self.describe(definition)
        if isinstance(definition, type):
            self.created.add(key)
            alike = {old for old in self.taken | self.in_use() if old.partition(".")[0] == key}
            generation = next(number for number in count() if (f"{key}.{number}" if number else key) not in alike)
            key = f"{key}.{generation}" if generation else key
        self.add(key, definition)
        if key not in self.records:
            links = tuple(filter(None, record.links))
            blob = self.snapshot(definition) if links == record.links else ""  # two that need each other: run again
            self.records[key] = Definition(record.reads, links, record.modules, blob)
        return key

    def add(self, key: str, definition: Any) -> None:
        """Know a live definition by its key."""
        self.keys[id(definition)] = key
        self.held.append(definition)
        self.live[key] = definition

    def describe(self, definition: Any) -> tuple[str, Definition]:
        """Digest a definition's content."""
        seen = look_into(definition, self.namespace, self.is_local)
        links = tuple(self.key_of(part) for part in seen.definitions)
        record = Definition(tuple(sorted(seen.reads)), links, tuple(sorted(seen.modules)))
        return digest_of(seen.digest, *links), record

    def snapshot(self, definition: Any) -> str:
        """The address of a definition's snapshot; empty if it cannot be stored."""
        try:
            content = dump_definition(definition, self.namespace, self.key_of)
        except Unstorable:
            return ""
        return self.put(content)

    def of(self, key: str) -> Any:
        """The live definition with this key."""
        return self.live[key]

    def changed_in_place(self, keys: Iterable[str]) -> str:
        """Whether one of these is not what its key says any more, in words: others may refer to it unseen."""
        for definition, key in [(self.live[key], key) for key in sorted(keys) if key in self.live]:
            as_it_was = (
                is_definition(definition, self.namespace) and self.describe(definition)[0] == key.partition(".")[0]
            )
            if not as_it_was:
                return f"a cell changes {definition.__qualname__} in place"
        return ""

    def restore(self, records: Mapping[str, Definition], content: Callable[[str], bytes]) -> None:
        """Bring definitions to life, each after those that it refers to."""
        for key in records:
            self.restore_one(key, records, content)

    def restore_one(self, key: str, records: Mapping[str, Definition], content: Callable[[str], bytes]) -> None:
        """Bring one to life, and what it refers to."""
        if key in self.live:
            return
        for link in records[key].links:
            self.restore_one(link, records, content)
        self.add(key, load_definition(content(records[key].blob), self.namespace, self.of))
        self.records[key] = records[key]
