"""Which files of the author's have changed: seen at once in the project's own folders, soon everywhere else."""

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event, Thread

from watchfiles import watch

from deckwright.reads import Stamp, stamp_of

SETTLED = 20  # ms without a further change, before one is told
LOOK = 250  # ms between two looks at single files
Told = Callable[[set[Path]], None]


class Changes:
    """Watches folders, and single files wherever they are."""

    def __init__(self, folders: Iterable[Path], told: Told) -> None:
        self.folders, self.told, self.ended = list(folders), told, Event()
        self.stamps: dict[Path, Stamp | None] = {}
        self.thread = Thread(target=self.look, daemon=True)

    def begin(self) -> None:
        self.thread.start()

    def end(self) -> None:
        self.ended.set()
        self.thread.join()

    def use(self, files: Iterable[Path], since: int) -> None:
        """Watch these files, there or not. Those that are new have been read since then (ns), and may have changed."""
        known = self.stamps
        self.stamps = {file: known[file] if file in known else settled(stamp_of(str(file)), since) for file in files}

    def look(self) -> None:
        """Tell every change until the end."""
        ours = {"stop_event": self.ended, "step": SETTLED, "rust_timeout": LOOK, "yield_on_timeout": True}
        for found in watch(*self.folders, **ours):  # type: ignore[arg-type]
            changed = {Path(path) for _, path in found} | self.looked()
            if changed:
                self.told(changed)

    def looked(self) -> set[Path]:
        """The single files that have changed since the last look."""
        now = {file: stamp_of(str(file)) for file in self.stamps}
        changed = {file for file, stamp in now.items() if stamp != self.stamps.get(file, stamp)}
        self.stamps.update(now)
        return changed


def settled(stamp: Stamp | None, since: int) -> Stamp | None:
    """A file's stamp, or none that any file has where it changed since then."""
    return [] if stamp and stamp[1] > since else stamp
