"""Read a Jupyter notebook as a Deck, its slide types as slides, and its stored outputs as Results."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deckwright.errors import Place
from deckwright.model import Attributes, Block, Cell, Deck, Div, Results, Slide
from deckwright.settings import CellOptions, Settings
from deckwright.source.inline import read_text
from deckwright.source.parse import Parser, SlideReader
from deckwright.source.scan import Separator, Text, Token, scan
from deckwright.source.slides import HEADING

ATTACHMENT = re.compile(r"attachment:(?P<name>[^)\s\"']+)")
HIDDEN_INPUT = {"hide-input", "hide_input", "remove-input", "remove_input"}
HIDDEN_CELL = {"hide-cell", "remove-cell", "remove_cell"}
NEW_SLIDE = {"slide": False, "subslide": True}  # and whether it stands below the one before


def notebook_deck(notebook: Mapping[str, Any], name: str, root: Path) -> tuple[Deck, Results]:
    """A deck that runs nothing: the notebook's cells with the outputs that it holds.

    Slide types are those of the slideshow metadata; a notebook without any begins a slide at each heading.
    """
    reader = NotebookReader(notebook, name, root)
    slides = tuple(reader.slides())
    settings = Settings(title=notebook["metadata"].get("title") or reader.title or name)
    deck = Deck("", root, root, settings, slides, title_slide=False)
    return deck, Results(reader.outputs, notebook["metadata"].get("language_info", {}))


class NotebookReader:
    """Goes through the cells once, opening a slide where one begins."""

    def __init__(self, notebook: Mapping[str, Any], name: str, root: Path) -> None:
        self.cells, self.name = notebook["cells"], name
        self.parser = Parser(root, Settings(title=name), number=0, path=f"{name}.ipynb")
        self.outputs: dict[str, tuple[Any, ...]] = {}
        self.title = ""
        self.typed = any(slide_type(cell) in NEW_SLIDE for cell in self.cells)

    def slides(self) -> list[Slide]:
        found: list[tuple[bool, list[Block]]] = []
        for number, cell in enumerate(self.cells, 1):
            kind = slide_type(cell) if self.typed else heading_type(cell)
            if kind == "skip" or HIDDEN_CELL & set(cell["metadata"].get("tags", [])):
                continue
            if kind in NEW_SLIDE or not found:
                found.append((NEW_SLIDE.get(kind, False), []))
                self.parser.number = len(found)
            found[-1][1].extend(wrapped(kind, self.blocks(cell, number), self.parser.place(number)))
        return [
            Slide(
                number,
                below,
                Attributes(self.parser.slide_id("", "", 0)),
                tuple(blocks),
                Place(self.parser.path, 0, number),
                "",
            )
            for number, (below, blocks) in enumerate(found, 1)
        ]

    def blocks(self, cell: Mapping[str, Any], number: int) -> list[Block]:
        if cell["cell_type"] == "markdown":
            return self.markdown(with_data_pictures(cell))
        return [self.code(cell, number)] if cell["cell_type"] == "code" else []

    def markdown(self, text: str) -> list[Block]:
        lines = text.splitlines()
        heading = next((found for line in lines if (found := HEADING.match(line))), None)
        self.title = self.title or (heading["text"] if heading else "")
        tokens: list[Token] = [
            Text("---", t.line) if isinstance(t, Separator) else t for t in scan(lines, self.parser.place)
        ]
        return list(SlideReader(self.parser, tokens).blocks())

    def code(self, cell: Mapping[str, Any], number: int) -> Cell:
        label, place = f"cell-{number}", self.parser.place(number)
        self.outputs[label] = tuple(cell["outputs"])
        shown = not HIDDEN_INPUT & set(cell["metadata"].get("tags", []))
        # The outputs are already there, so an exception among them is shown, whatever raised it.
        options = replace(CellOptions(), echo=shown, eval=False, error=True, fig_alt=f"Output of cell {number}")
        return Cell(label, cell["source"], options, place, place, read_text("", place, None))


def slide_type(cell: Mapping[str, Any]) -> str:
    """The role that the slideshow metadata gives a cell."""
    return str(cell["metadata"].get("slideshow", {}).get("slide_type") or "-")


def heading_type(cell: Mapping[str, Any]) -> str:
    """The role of a cell in a notebook without slide types."""
    begins = cell["cell_type"] == "markdown" and re.match(r"\s*#{1,2}\s", cell["source"])
    return "slide" if begins else "-"


def wrapped(kind: str, blocks: list[Block], place: Place) -> list[Block]:
    """Fragments and notes stand in a div of that class."""
    return (
        [Div(Attributes(classes=(kind if kind == "notes" else "fragment",)), tuple(blocks), place)]
        if kind in ("notes", "fragment")
        else blocks
    )


def with_data_pictures(cell: Mapping[str, Any]) -> str:
    """A Markdown cell's text, its attached pictures as data addresses."""

    def data(found: re.Match[str]) -> str:
        forms = cell.get("attachments", {}).get(found["name"], {})
        return next((f"data:{mime};base64,{content}" for mime, content in forms.items()), found[0])

    return ATTACHMENT.sub(data, cell["source"])
