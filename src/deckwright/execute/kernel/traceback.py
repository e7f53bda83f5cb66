"""Turn an exception in the kernel into a DeckError: frames of cells become lines of the Markdown file."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deckwright.errors import DeckError, Place
from deckwright.model import Cell, Expression

ANSI = re.compile(r"\x1b\[[0-9;]*m")
FRAME = re.compile(
    r"^\s*(?:Cell In\[(?P<count>\d+)\]|File (?P<path>.+?)(?=:\d+|, line)),?"
    r"(?: line |:)(?P<line>\d+)(?:, in (?P<name>[^\n(]+))?",
    re.MULTILINE,
)
COMPILED_NAME = re.compile(r" \(\d+\.py, line \d+\)$")  # what IPython calls a cell that does not parse
ARROW = re.compile(r"^-+> +\d+ (?P<code>.*)$", re.MULTILINE)
LIBRARY = ("site-packages", "dist-packages", "/lib/python", "<frozen")
REMEDY = "Mend the cell; to show the exception on the slide instead, give the cell `error: true`."
HINTS = {
    "FileNotFoundError": "A path starts in the project's folder, the one that holds slides/.",
    "StdinNotImplementedError": "Nobody is there to answer while slides are built: write the answer into the cell.",
    "SystemExit": "A cell that ends early is an error: leave what follows out, or put it below an `if`.",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback, in the author's terms."""

    place: Place
    name: str
    code: str
    of_library: bool


def cell_error(step: Cell | Expression, output: Mapping[str, Any], ran: Mapping[int, Cell], root: Path) -> DeckError:
    """The error to raise for a step that raised. `ran` gives the cell of each execution count."""
    text = ANSI.sub("", "\n".join(output["traceback"]))
    frames = [read_frame(found, text, ran, root) for found in FRAME.finditer(text)]
    problem = f"{output['ename']}: {COMPILED_NAME.sub('', output['evalue'])}".rstrip(": ")
    named = f"{problem} (cell {step.label})" if isinstance(step, Cell) else f"{problem} (in an inline expression)"
    if isinstance(step, Expression):
        return DeckError(
            named, step.place, "Mend the expression, or the cell that gives its names.", f"    {step.code}"
        )
    own = [frame for frame in frames if is_in(step, frame.place)]
    place = own[-1].place if own else step.code_place
    return DeckError(
        named, place, remedy_for(output), "\n".join([offending_line(step, place), *short_traceback(frames)])
    )


def mistake_error(step: Cell | Expression, mistake: SyntaxError) -> DeckError:
    """The error to raise for a step that is not Python: what the kernel would say of it."""
    told = {"ename": type(mistake).__name__, "evalue": mistake.msg, "traceback": [f"Cell In[0], line {mistake.lineno}"]}
    return cell_error(step, told, {0: step} if isinstance(step, Cell) else {}, Path())


def remedy_for(output: Mapping[str, Any]) -> str:
    """What to do about an exception."""
    if output["ename"] == "ModuleNotFoundError" and (found := re.search(r"'([\w.]+)'", output["evalue"])):
        name = found[1].partition(".")[0]
        return f"Install it: {sys.executable} -m pip install {name}\nYour own modules belong in src/."
    hint = HINTS.get(output["ename"], "")
    return f"{hint}\n{REMEDY}" if hint else REMEDY


def read_frame(found: re.Match[str], text: str, ran: Mapping[int, Cell], root: Path) -> Frame:
    """Read one frame of IPython's text; a cell's frame gets the place in its file."""
    following = FRAME.search(text, found.end())
    body = text[found.end() : following.start() if following else len(text)]
    arrow = ARROW.search(body)
    line, name = int(found["line"]), (found["name"] or "").strip().replace("<module>", "")
    code = arrow["code"].strip() if arrow else ""
    if found["count"] and (cell := ran.get(int(found["count"]))):
        line += blank_lines(cell.code)
        return Frame(cell.code_place.at(cell.code_place.line + line - 1), name, code or code_line(cell, line), False)
    path = Path(found["path"] or "<cell>").expanduser()
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return Frame(Place(shown, line), name, code, any(part in shown for part in LIBRARY))


def blank_lines(code: str) -> int:
    """How many lines IPython takes off the beginning of a cell."""
    return code[: len(code) - len(code.lstrip())].count("\n")


def is_library_frame(part: str) -> bool:
    """Whether a piece of IPython's traceback is a frame outside the deck and its project."""
    first = ANSI.sub("", part).partition("\n")[0]
    return first.startswith("File ") and any(path in first for path in LIBRARY)


def is_in(cell: Cell, place: Place) -> bool:
    """Whether a place is in the code of this cell."""
    first = cell.code_place.line
    return place.path == cell.code_place.path and first <= place.line <= first + cell.code.count("\n")


def code_line(cell: Cell, line: int) -> str:
    """A line of a cell's code, counted from 1."""
    lines = cell.code.splitlines()
    return lines[line - 1].strip() if line <= len(lines) else ""


def offending_line(cell: Cell, place: Place) -> str:
    """The line that raised, with its number."""
    return f"  {place.line:4} | {code_line(cell, place.line - cell.code_place.line + 1)}"


def short_traceback(frames: list[Frame]) -> list[str]:
    """One line a frame, a repeated one once; runs of library frames are counted, but the last frame always stands."""
    if len(frames) < 2:
        return []
    lines, skipped = ["  Traceback, the last call at the end:"], 0
    for frame in frames:
        if frame.of_library and frame is not frames[-1]:
            skipped += 1
            continue
        if skipped:
            lines.append(f"    … {skipped} frames of libraries")
        skipped = 0
        within = f" in {frame.name}" if frame.name else ""
        line = f"    {frame.place.path}:{frame.place.line}{within}: {frame.code}"
        lines += [line] if line != lines[-1] else []
    return lines
