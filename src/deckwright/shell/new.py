"""`deckwright new`: a small deck that explains itself."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

from deckwright.errors import DeckError, Place
from deckwright.installed import PACKAGE

STARTER = PACKAGE / "starter"
TITLE = "DECK_TITLE"  # what stands for the title in the first file
HIDDEN = {"gitignore": ".gitignore"}  # whose name in a wheel would make it count for the wheel
WITH_MATPLOTLIB, WITHOUT = "slides/30-plot.md", "slides/30-drawing.md"


def new_deck(folder: Path, *, has_matplotlib: bool | None = None) -> list[str]:
    """Write the deck into a folder that is new or empty; name its files. Raises DeckError."""
    if folder.is_file() or folder.is_symlink() or (folder.is_dir() and any(folder.iterdir())):
        raise DeckError("already there, and not empty", Place(str(folder), 0), "Name a new folder.")
    if has_matplotlib is None:
        has_matplotlib = find_spec("matplotlib") is not None
    files = starter_files(WITHOUT if has_matplotlib else WITH_MATPLOTLIB)
    title = json.dumps(title_of(folder), ensure_ascii=False)
    for name, content in files.items():
        write(folder / name, content.replace(TITLE, title))
    return sorted(files)


def starter_files(left_out: str) -> dict[str, str]:
    """The deck as it came with deckwright."""
    paths = [path for path in sorted(STARTER.rglob("*")) if path.is_file()]
    names = {path: path.relative_to(STARTER).as_posix() for path in paths}
    return {HIDDEN.get(name, name): path.read_text("utf-8") for path, name in names.items() if name != left_out}


def title_of(folder: Path) -> str:
    """A first title: the folder's name in words."""
    words = os.path.basename(os.path.abspath(folder)).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or "My talk"


def write(path: Path, text: str) -> None:
    """Write one file. Raises DeckError where the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise DeckError(f"cannot write: {error.strerror}", Place(str(path), 0), "Name another folder.") from error
