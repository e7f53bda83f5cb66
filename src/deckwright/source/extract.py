"""Find a named piece of a Python file: a class, a function or a region."""

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from deckwright.errors import DeckError, Place, nearest
from deckwright.reads import Reads

REGION = re.compile(r"^\s*#\s*region\s+(?P<name>[\w-]+)\s*$")
END_REGION = re.compile(r"^\s*#\s*endregion\b")


class Extract(NamedTuple):
    """Lines of a file and the number of the first."""

    code: str
    line: int


def extract(root: Path, reference: str, place: Place, reads: Reads) -> tuple[Extract, str]:
    """The code that `path.py#name` means, and its path. `place` is for errors."""
    path, _, name = reference.partition("#")
    file = (root / path).resolve()
    if not file.is_relative_to(root.resolve()):
        raise DeckError(f"{path!r} lies outside the project", place, "Only code of the project can be a cell.")
    if not reads.has(file):
        pythons = [other.relative_to(root).as_posix() for other in root.glob("src/**/*.py")]
        remedy = nearest(path, pythons) if pythons else "Its path starts from the project's root."
        raise DeckError(f"there is no file {path!r} in the project", place, remedy)
    text = python_text(reads.content(file), path)
    if not name:
        return Extract(text.rstrip("\n"), 1), path
    pieces = named_pieces(text, path)
    if name not in pieces:
        raise DeckError(f"{path} has no class, function or region {name!r}", place, nearest(name, pieces))
    return pieces[name], path


def python_text(content: bytes, path: str) -> str:
    """The text of a Python file, its lines ended as everywhere."""
    try:
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DeckError(f"not UTF-8 text: {error.reason}", Place(path, 1), "Save the file as UTF-8.") from error


@lru_cache(maxsize=64)  # several cells show pieces of the same file
def named_pieces(text: str, path: str) -> dict[str, Extract]:
    """Every extract of a file by name; a region wins over a definition of the same name."""
    return definitions(text, path) | regions(text, path)


def definitions(text: str, path: str) -> dict[str, Extract]:
    """Top-level classes and functions, decorators included."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise DeckError(f"does not parse: {error.msg}", Place(path, error.lineno or 1)) from error
    found, lines = {}, text.splitlines()
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found[node.name] = Extract("\n".join(lines[first - 1 : node.end_lineno]), first)
    return found


def regions(text: str, path: str) -> dict[str, Extract]:
    """The lines between `# region name` and its `# endregion`; regions nest."""
    found, lines = {}, text.splitlines()
    for at, line in enumerate(lines, 1):
        if opening := REGION.match(line):
            end = region_end(lines, at)
            if end is None:
                name = opening["name"]
                raise DeckError(f"region {name!r} is never closed", Place(path, at), "Close it with # endregion.")
            body = lines[at:end]
            skipped = next((n for n, text in enumerate(body) if text.strip()), 0)
            found[opening["name"]] = Extract("\n".join(body[skipped:]).rstrip(), at + 1 + skipped)
    return found


def region_end(lines: list[str], start: int) -> int | None:
    """The index of the line that closes a region whose content begins at `start`; regions nest."""
    depth = 1
    for index, line in enumerate(lines[start:], start):
        depth += bool(REGION.match(line)) - bool(END_REGION.match(line))
        if depth == 0:
            return index
    return None
