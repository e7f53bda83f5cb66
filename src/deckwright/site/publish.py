"""Write a site: whole or not at all. The only module that touches the output folder."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deckwright.errors import DeckError, Place

MARK = ".deckwright-site"  # tells a folder of ours from one that must not be replaced
NO_JEKYLL = ".nojekyll"  # else GitHub Pages would drop files


def publish(files: Mapping[str, bytes], out: Path) -> None:
    """Replace `out` by these files. Raises DeckError for a folder that is not a site of ours."""
    refuse_foreign(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        fresh, old = Path(scratch, "new"), Path(scratch, "old")
        write(dict(files) | {MARK: b"", NO_JEKYLL: b""}, fresh)
        if out.exists():
            os.rename(out, old)
        os.rename(fresh, out)


def refuse_foreign(out: Path) -> None:
    """A folder with files that deckwright did not write is somebody's work."""
    if out.is_dir() and not out.is_symlink() and ((out / MARK).is_file() or not any(out.iterdir())):
        return
    if out.exists() or out.is_symlink():
        remedy = "Name another folder with --out, or move this one away."
        raise DeckError("will not replace what deckwright did not make", Place(str(out), 0), remedy)


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a new folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
