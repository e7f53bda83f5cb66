"""A project in a folder, built again and again with forked kernels."""

from pathlib import Path

import pytest

from deckwright.execute.kernel import kernel
from deckwright.pipeline import CACHE, Project, build
from tests.deckwright.conftest import Memory

from .differential import deck_of
from .forked import forked_kernel

FIRST, READ, LAST = "rows = [1, 2, 3]", "table = open('data.csv').read()", "print(rows, table)"
CELLS = (FIRST, READ, LAST)
ALL = ["c1", "c2", "c3"]


class Place:
    """A project in which decks are built with forked kernels."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("data.csv", "one")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def build(self, *cells: str | tuple[str, ...], **options: bool) -> Memory:
        """Write the deck, if it is given, and build once."""
        watcher = Memory()
        if cells:
            self.write("slides/deck.md", deck_of(*cells))  # type: ignore[arg-type]
        build(Project(self.root, self.root / "slides", self.root / "site"), watcher, **options)
        return watcher

    def page(self, name: str = "index.html") -> str:
        return (self.root / "site" / name).read_text("utf-8")

    def blobs(self) -> list[Path]:
        return [path for path in (self.root / CACHE / "blobs").rglob("*") if path.is_file()]


def made_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A new project, of a user who has built nothing yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(kernel, "booting_kernel", forked_kernel)
    return Place(tmp_path / "project")
