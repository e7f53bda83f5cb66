"""Read files, and know later whether they are still the same."""

import os
import stat
import time
from hashlib import blake2b
from pathlib import Path
from typing import Any

Stamp = list[int]  # size, time of the last change in ns, inode: while they stay, so does the content
FRESH = 2_000_000_000  # ns; a file changed so shortly ago may change again within one tick of the clock


class Reads:
    """Gives the content of files and remembers what it saw, also where it saw nothing."""

    def __init__(self) -> None:
        # Of each path: None if no file is there, [] if only that was asked, else the content's stamp and digest.
        self.files: dict[str, list[Any] | None] = {}
        self.folders: dict[str, list[str]] = {}

    def has(self, path: Path) -> bool:
        """Whether a file is there."""
        there = path.is_file()
        self.files.setdefault(str(path), [] if there else None)
        return there

    def content(self, path: Path) -> bytes:
        """The content of a file. Raises OSError."""
        stamp, now = stamp_of(str(path)), time.time_ns()
        content = path.read_bytes()
        settled = stamp is not None and now - stamp[1] > FRESH
        seen = [stamp if settled else None, digest(content)]
        before = self.files.get(str(path), seen)
        # A file that changed while we look is never the same again: the page may hold both.
        self.files[str(path)] = seen if before == [] or (before and before[1] == seen[1]) else [None, ""]
        return content

    def below(self, folder: Path) -> list[Path]:
        """All files in a folder and its subfolders, in order, but for hidden ones."""
        names = self.folders[str(folder)] = names_below(str(folder))
        return [folder / name for name in names]

    def record(self) -> dict[str, Any]:
        """All that was seen, as JSON can hold it."""
        return {"files": self.files, "folders": self.folders}


def unchanged(record: dict[str, Any]) -> bool:
    """Whether all that was seen is still so."""
    return all(names_below(folder) == names for folder, names in record["folders"].items()) and all(
        is_same(path, seen) for path, seen in record["files"].items()
    )


def is_same(path: str, seen: list[Any] | None) -> bool:
    """Whether a file is as it was seen: by its stamp, else by its content."""
    stamp = stamp_of(path)
    if not seen or stamp is None:
        return (stamp is None) == (seen is None)
    return bool(stamp == seen[0]) or digest(Path(path).read_bytes()) == seen[1]


def stamp_of(path: str) -> Stamp | None:
    """The stamp of a file, if it is there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):  # as Path.is_file has it
        return None
    return [found.st_size, found.st_mtime_ns, found.st_ino] if stat.S_ISREG(found.st_mode) else None


def names_below(folder: str, prefix: str = "") -> list[str]:
    """The paths of all files in a folder and its subfolders, from the folder, sorted; hidden ones are left out."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    names: list[str] = []
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            names += names_below(entry.path, f"{prefix}{entry.name}/")
        elif entry.is_file():
            names.append(prefix + entry.name)
    return names if prefix else sorted(names)


def digest(content: bytes) -> str:
    """A short name for content."""
    return blake2b(content, digest_size=16).hexdigest()
