"""The files of a deck's frozen results: `.frozen/results.json` beside its Markdown, and figures. Unpickles nothing."""

import base64
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from deckwright.errors import DeckError, Place
from deckwright.execute.frozen.form import DIGITS, FIGURES, RECORDS, Frozen, fits, is_text, to_record
from deckwright.execute.store.blobs import address_of
from deckwright.model import Deck, Output

FOLDER, RESULTS, ATTRIBUTES = ".frozen", "results.json", ".gitattributes"
AS_THEY_ARE = b"* -text\n"  # git must not change line ends: the name of a figure tells its content
FORMAT = 3  # of results.json and of the digests in it: raise it when either is made otherwise
FORM = {"format": int, "language": dict, "steps": list}
LONGEST = 60  # letters of a label in the name of a file
OURS = re.compile(rf"(.+-)?[0-9a-f]{{{DIGITS}}}({'|'.join(map(re.escape, FIGURES.values()))})|\..*\.draft")


class LostFigure(Exception):
    """A figure's file is missing, or is another one than was frozen: its name."""


def folder_of(deck: Deck) -> Path:
    """Where the frozen results of a deck lie."""
    return deck.folder / FOLDER


def name_of(deck: Deck) -> str:
    """The same, as errors show it."""
    folder = folder_of(deck)
    return (folder.relative_to(deck.root) if folder.is_relative_to(deck.root) else folder).as_posix()


def remedy(deck: Deck) -> str:
    """What to do about results that are missing or out of date."""
    return f"Run `deckwright freeze` where the cells can run, and commit {name_of(deck)}."


# Outputs


def stored(output: Output, label: str, figures: dict[str, bytes]) -> Output:
    """An output as JSON has it: texts in lines, digests for its figures, which `figures` gets by their names."""
    if "text" in output:
        return {**output, "text": in_lines(output["text"])}
    data = dict(output.get("data", {}))
    for mime, content in data.items():
        figure = bytes_of(mime, content) if mime in FIGURES else None
        if figure is not None:
            digest = address_of(figure)[:DIGITS]
            figures[figure_name(mime, digest, label)] = figure
            data[mime] = {"figure": digest}
        elif is_text(mime):
            data[mime] = in_lines(content)
    return {**output, "data": data} if data else output


def in_lines(text: str) -> str | list[str]:
    """A text of several lines as a list of them, as notebooks have it on disk."""
    lines = text.splitlines(keepends=True)
    return lines if len(lines) > 1 else text


def bytes_of(mime: str, content: str) -> bytes | None:
    """A figure as a file has it; None if it could not be had back from there to the letter."""
    if mime == "image/svg+xml":
        return content.encode()
    try:
        found = base64.b64decode(content)
    except ValueError:
        return None
    return found if base64.b64encode(found).decode() == content else None


def figure_name(mime: str, digest: str, label: str) -> str:
    """The file's name: with the label, for those who look through the folder."""
    readable = label[:LONGEST].replace(":", "-")  # which Windows does not allow
    return f"{readable}{'-' if readable else ''}{digest}{FIGURES[mime]}"


def outputs_of(deck: Deck, frozen: Frozen) -> list[Output]:
    """A step's outputs, with their figures. Raises LostFigure."""
    return [restored(output, frozen.label, folder_of(deck)) for output in frozen.outputs]


def restored(output: Output, label: str, folder: Path) -> Output:
    """What `stored` was given."""
    if "text" in output:
        return {**output, "text": "".join(output["text"])}
    data = dict(output.get("data", {}))
    for mime, content in data.items():
        if mime in FIGURES and isinstance(content, dict):
            data[mime] = figure_in(folder, mime, content["figure"], label)
        elif is_text(mime):
            data[mime] = "".join(content)
    return {**output, "data": data} if data else output


def figure_in(folder: Path, mime: str, digest: str, label: str) -> str:
    """A figure as an output has it. Raises LostFigure."""
    path = folder / figure_name(mime, digest, label)
    content = path.read_bytes() if path.is_file() else b""
    if address_of(content)[:DIGITS] != digest:
        raise LostFigure(path.name)
    return content.decode() if mime == "image/svg+xml" else base64.b64encode(content).decode()


# The folder


def write(deck: Deck, language: Mapping[str, Any], results: Sequence[Frozen]) -> None:
    """Put a deck's frozen results in place of those that are there; what stays the same is not touched."""
    figures: dict[str, bytes] = {}
    lean = [replace(one, outputs=[stored(each, one.label, figures) for each in one.outputs]) for one in results]
    record = {"format": FORMAT, "language": language, "steps": [to_record(one) for one in lean]}
    content = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    files = {ATTRIBUTES: AS_THEY_ARE, **figures, RESULTS: content.encode()} if results else {}
    try:
        replace_files(folder_of(deck), files)
    except OSError as error:
        problem = f"cannot write the frozen results: {error.strerror}"
        raise DeckError(problem, Place(name_of(deck), 0), "See to it that you may write there.") from error


def replace_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the figures first and what names them last, so that no moment lacks one; then remove old ones."""
    if files:
        folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            draft = folder / f".{address_of(content)[:DIGITS]}.draft"
            draft.write_bytes(content)
            os.replace(draft, path)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in files and (OURS.fullmatch(path.name) or path.name in (RESULTS, ATTRIBUTES)):
            path.unlink()


def read(deck: Deck) -> tuple[dict[str, Any], list[Frozen]]:
    """What the kernel said of its language, and the result of each step; nothing if nothing is frozen.

    Raises DeckError for what `write` has not written.
    """
    path = folder_of(deck) / RESULTS
    if not path.is_file():
        return {}, []
    record = parsed(deck, path)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise unusable(deck, "another version of deckwright has written them")
    if not fits(record, FORM):
        raise unusable(deck, "it is not a list of steps")
    for number, step in enumerate(record["steps"], 1):
        if not fits(step, RECORDS):
            raise unusable(deck, f"step {number} in it is none that was frozen")
    return record["language"], [Frozen(**step) for step in record["steps"]]


def parsed(deck: Deck, path: Path) -> Any:
    """The JSON in a file. Raises DeckError."""
    try:
        found = json.loads(path.read_bytes())
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair could not be written
    except json.JSONDecodeError as error:
        raise unusable(deck, f"it is not JSON: {error.msg}", error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise unusable(deck, "it is not JSON") from error
    except OSError as error:
        raise unusable(deck, f"it cannot be read: {error.strerror}") from error
    return found


def unusable(deck: Deck, why: str, line: int = 0) -> DeckError:
    """The error for files that are not what `write` writes."""
    return DeckError(
        f"the frozen results cannot be used: {why}", Place(f"{name_of(deck)}/{RESULTS}", line), remedy(deck)
    )
