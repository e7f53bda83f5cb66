"""Read the decks of a project from disk: the only part of the source stage that lists a folder."""

import json
from pathlib import Path

from deckwright.errors import DeckError, Place
from deckwright.installed import version
from deckwright.memo import FORGETFUL, Memo
from deckwright.model import Deck
from deckwright.reads import Reads, digest, unchanged
from deckwright.source.kept import built, plain

RESERVED = ("assets", "media")  # folders of every site
Texts = list[tuple[str, Path, list[tuple[str, str]]]]  # of each deck its name, its folder, paths and texts
Broken = dict[str, DeckError]  # by the deck's name


def load(root: Path, folder: Path, memo: Memo = FORGETFUL) -> tuple[Deck, ...]:
    """All decks under a slides folder. Raises DeckError for the first mistake."""
    decks, broken = load_each(root, folder, memo)
    for error in broken.values():
        raise error
    return decks


def load_each(root: Path, folder: Path, memo: Memo = FORGETFUL) -> tuple[tuple[Deck, ...], Broken]:
    """The decks that can be read, and why the others cannot. Those of the last build, if no letter changed since."""
    texts, broken = texts_of(root, folder)
    name, key = f"decks {folder}", digest(repr((version(), root, texts)).encode())
    noted = json.loads(memo.recall(name) or b"{}")
    if noted.get("key") == key and unchanged(noted["reads"]):
        return tuple(map(built, noted["decks"])), broken
    from deckwright.source.parse import parse  # 15 ms
    from deckwright.source.yamls import remembered

    remembered.recall(memo, f"yaml {folder}")
    reads = Reads()
    decks = []
    for deck, home, files in texts:
        try:
            decks.append(parse(files, deck, root, home, reads))
        except DeckError as error:
            broken[deck] = error
    if len(decks) == len(texts):
        record = {"key": key, "reads": reads.record(), "decks": [plain(deck) for deck in decks]}
        memo.note(name, json.dumps(record).encode())
    remembered.note(memo, f"yaml {folder}")
    return tuple(decks), broken


def texts_of(root: Path, folder: Path) -> tuple[Texts, Broken]:
    """The Markdown of each deck: of the folder's own files, then of each subfolder that has some."""
    subfolders = sorted(
        path for path in folder.glob("*/") if not path.name.startswith((".", "_")) and not path.is_symlink()
    )
    texts: Texts = []
    broken: Broken = {}
    for name, home in [("", folder), *((path.name, path) for path in subfolders)]:
        try:
            files = [(name_from(root, file), read(root, file)) for file in markdown_files(home)]
        except DeckError as error:
            broken[name] = error
            continue
        if files and name in RESERVED:
            place = Place(name_from(root, home), 0)
            raise DeckError(f"a deck cannot be called {name!r}", place, "Rename the folder.")
        texts += [(name, home, files)] if files else []
    if not texts and not broken:
        raise nothing_found(root, folder)
    return texts, broken


def nothing_found(root: Path, folder: Path) -> DeckError:
    """Why there is no deck: the likeliest of several mistakes."""
    place, here = Place(name_from(root, folder), 0), sorted(path.name for path in root.glob("*.md"))
    if folder.is_file():
        return DeckError("is a file, not a folder", place, "Name the folder that the Markdown files lie in.")
    if not folder.is_dir():
        beside = f" Here lies {here[0]}: build with --slides . if that is the deck." if here else ""
        remedy = "Go to the folder that it lies in, name one with --slides, or begin a deck: deckwright new my-talk."
        return DeckError("no such folder", place, f"{remedy}{beside}")
    others = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in (".qmd", ".md", ".markdown"))
    remedy = f"Rename {others[0]} so that it ends in .md." if others else "Write Markdown files in it."
    return DeckError("no Markdown files to build a deck from", place, remedy)


def markdown_files(folder: Path) -> list[Path]:
    """The Markdown files of a folder, in name order; `_` and `.` hide one."""
    found = sorted(path for path in folder.glob("*.md") if not path.name.startswith((".", "_")) and not path.is_dir())
    for path in found:
        if not path.exists():
            raise DeckError("a link to a file that is not there", Place(path.name, 0), "Mend or remove the link.")
    return found


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
