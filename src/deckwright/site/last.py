"""The last build of a site: where all that it was made from is still the same, and it too, nothing is to be done."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from deckwright.memo import Memo
from deckwright.reads import Reads, stamp_of, unchanged


class LastBuild:
    """What is noted of the build of a site. `key` stands for all that this build is made from, but for files."""

    def __init__(self, memo: Memo, out: Path, key: str, tell: Callable[[str], None]) -> None:
        self.memo, self.out, self.key, self.tell = memo, out, key, tell
        self.name = f"site {out}"
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        """Tell something, and remember it: the next build may have to tell it again."""
        self.warnings.append(message)
        self.tell(message)

    def is_current(self) -> bool:
        """Whether the site already is what this build would make; then its warnings are told."""
        record = json.loads(self.memo.recall(self.name) or b"{}")
        if record.get("key") != self.key or not unchanged(record["reads"]):
            return False
        if any(self.stamp(name) != stamp for name, stamp in record["site"].items()):
            return False
        for message in record["warnings"]:
            self.tell(message)
        return True

    def note(self, reads: Reads, names: Iterable[str]) -> None:
        """Note a build that read this, and left files of these names."""
        site = {name: self.stamp(name) for name in names}
        record = {"key": self.key, "reads": reads.record(), "site": site, "warnings": self.warnings}
        self.memo.note(self.name, json.dumps(record).encode())

    def stamp(self, name: str) -> list[int] | None:
        return stamp_of(f"{self.out}/{name}")
