"""Read the decks of a project from disk: the only part of the source stage that lists a folder."""

from pathlib import Path

from deckwright.errors import DeckError, Place
from deckwright.model import Deck
from deckwright.source.parse import parse


def load(root: Path, folder: Path) -> tuple[Deck, ...]:
    """All decks under a slides folder: its own Markdown files, then each subfolder that has some."""
    subfolders = sorted(path for path in folder.glob("*/") if not path.name.startswith((".", "_")))
    found = [(name, home, markdown_files(home)) for name, home in [("", folder), *((p.name, p) for p in subfolders)]]
    if not any(files for _, _, files in found):
        shown = name_from(root, folder)
        remedy = "Write Markdown files in it, or name the folder with --slides."
        raise DeckError(
            "no Markdown files to build a deck from" if folder.is_dir() else "no such folder", Place(shown, 0), remedy
        )
    return tuple(
        parse([(name_from(root, file), read(root, file)) for file in files], name, root, home)
        for name, home, files in found
        if files
    )


def markdown_files(folder: Path) -> list[Path]:
    """The Markdown files of a folder, in name order; `_` and `.` hide one."""
    return sorted(path for path in folder.glob("*.md") if path.is_file() and not path.name.startswith((".", "_")))


def name_from(root: Path, path: Path) -> str:
    """A path as errors show it."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def read(root: Path, file: Path) -> str:
    """The text of a file."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = Place(name_from(root, file), line)
        problem = f"byte 0x{content[error.start]:02x} is not UTF-8 text"
        raise DeckError(problem, place, "Save the file as UTF-8.") from error
