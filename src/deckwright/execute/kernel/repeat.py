"""Make outputs repeatable: what differs from run to run and tells an audience nothing is taken out."""

import re
from collections.abc import Iterable
from typing import Any

from deckwright.model import Output

ADDRESS = re.compile(r"([<>][^<>\n]{0,200}\bat )0x[0-9a-fA-F]{6,}")
COMPILED = re.compile(r"ipykernel_\d+[/\\]\d+\.py(?::|\", line )(?P<line>\d+)")  # after the name of a temporary folder
COLOUR = r"(?:\x1b\[[\d;]*m)*"
NUMBER = re.compile(rf"(Cell{COLOUR} {COLOUR}In\[)\d+(\])")  # of a cell: another one when a cell is added above
STYLED_TABLE = re.compile(r"\bT_[0-9a-f]{5}(?=[_\"' ]|\b)")
SVG_ID = re.compile(r"""(?<=["#])(?P<kind>image|[hmp])[0-9a-f]{10}(?=[")])""")  # matplotlib's, of what is drawn
TABLE = "T_of-the-cell"  # stands for it until the cell's label is known


def joined(outputs: Iterable[Output]) -> list[Output]:
    """The outputs of a cell with neighbouring texts of one stream made one, stdout before stderr.

    nbclient's own way to do that takes time that grows with the square of a line's length.
    """
    streams: dict[str, dict[str, Any]] = {}
    found: list[Output] = []
    for output in outputs:
        if output["output_type"] != "stream":
            found.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"].append(output["text"])
        else:
            streams[output["name"]] = {**output, "text": [output["text"]]}
            found.append(streams[output["name"]])
    for stream in streams.values():
        stream["text"] = overwritten("".join(stream["text"]))
    names = [output.get("name") for output in found]
    if "stderr" in names and "stdout" in names and names.index("stderr") < names.index("stdout"):
        found.insert(names.index("stderr"), found.pop(names.index("stdout")))
    return found


def overwritten(text: str) -> str:
    """What stands in a terminal after carriage returns and backspaces: of a progress bar, its last state."""
    if "\r" not in text and "\b" not in text:
        return text
    return "\n".join(last_state(line) for line in text.replace("\r\n", "\n").split("\n"))


def last_state(line: str) -> str:
    """One line of a terminal."""
    last = next((state for state in reversed(line.split("\r")) if state), "")
    if "\b" not in last:
        return last
    kept: list[str] = []
    for character in last:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)


def repeatable(output: Output) -> Output:
    """An output without memory addresses, temporary file names, numbers of cells, and random ids of styled tables."""
    match output["output_type"]:
        case "stream":
            return {**output, "text": without_places(output["text"])}
        case "error":
            lines = (NUMBER.sub(r"\1\2", line) for line in output["traceback"])
            return {**output, "traceback": [without_places(line) for line in lines]}
    data = {
        mime: without_places(content) if mime.startswith("text/") and isinstance(content, str) else content
        for mime, content in output["data"].items()
    }
    if isinstance(data.get("text/html"), str):
        data["text/html"] = STYLED_TABLE.sub(TABLE, data["text/html"])
    if isinstance(data.get("image/svg+xml"), str):
        data["image/svg+xml"] = numbered(data["image/svg+xml"])
    counted = {"execution_count": None} if output["output_type"] == "execute_result" else {}
    return {**output, "data": data} | counted


def numbered(svg: str) -> str:
    """A figure with its ids counted: as hashes they differ where a hidden last digit of some length does."""
    numbers: dict[str, str] = {}
    return SVG_ID.sub(lambda found: numbers.setdefault(found[0], f"{found['kind']}{len(numbers)}"), svg)


def labelled(output: Output, label: str) -> Output:
    """An output as a cell of this label shows it: ids of styled tables are its own."""
    html = output.get("data", {}).get("text/html")
    if not isinstance(html, str) or TABLE not in html:
        return output
    return {**output, "data": {**output["data"], "text/html": html.replace(TABLE, f"T_{label}")}}


def without_places(text: str) -> str:
    """Text without addresses in memory and names of temporary files."""
    text, parts, at = ADDRESS.sub(r"\g<1>0x…", text), [], 0
    for found in COMPILED.finditer(text):
        before = text[at : found.start()]
        parts += [before[: max(map(before.rfind, " \n\t\"'(")) + 1], f"line {found['line']}"]
        at = found.end()
    return "".join([*parts, text[at:]])
