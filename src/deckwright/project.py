"""Where a build reads and writes, and what form its site has."""

from dataclasses import dataclass
from pathlib import Path

from deckwright.installed import own


@dataclass(frozen=True, slots=True)
class Project:
    """The folders of a build. `root` holds slides/, and templates/ and static/ that override our own."""

    root: Path
    slides: Path
    out: Path

    def folders(self, name: str) -> list[Path]:
        """Where templates or static files are looked for, in order."""
        return list(dict.fromkeys([self.root / name, own(name)]))


@dataclass(frozen=True, slots=True)
class Form:
    """How a site is written: with the speaker's notes or without, in a folder or as one file for each deck."""

    notes: bool = True
    single_file: bool = False
