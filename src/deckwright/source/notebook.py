"""Read a Jupyter notebook as a Deck, its slide types as slides, and its stored outputs as Results."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deckwright.errors import DeckError, Place
from deckwright.model import Attributes, Block, Cell, Deck, Div, Results, Slide
from deckwright.settings import CellOptions, Settings
from deckwright.source.inline import read_text
from deckwright.source.parse import Parser, SlideReader, markdown_tokens
from deckwright.source.slides import RawSlide, first_heading

ATTACHMENT = re.compile(r"attachment:(?P<name>[^)\s\"']+)")
HIDDEN_INPUT = {"hide-input", "hide_input", "remove-input", "remove_input"}
HIDDEN_CELL = {"hide-cell", "remove-cell", "remove_cell"}
NEW_SLIDE = {"slide": False, "subslide": True}  # and whether it stands below the one before


def notebook_deck(notebook: Mapping[str, Any], name: str, root: Path) -> tuple[Deck, Results]:
    """A deck that runs nothing: the notebook's cells with the outputs that it holds.

    Slide types are those of the slideshow metadata; in a notebook without any, each cell that begins with a
    heading of level 1 or 2 begins a slide. Raises DeckError.
    """
    reader = NotebookReader(notebook["cells"], name, root)
    for number, cell in enumerate(notebook["cells"], 1):
        reader.read(cell, number)
    if not reader.slides:
        raise DeckError(
            "the notebook has no cells to show", Place(reader.path, 0), "Add a cell, or show a skipped one."
        )
    settings = Settings(title=notebook["metadata"].get("title") or reader.title or name)
    deck = Deck("", root, root, settings, tuple(reader.slides), title_slide=False)
    return deck, Results(reader.outputs, notebook["metadata"].get("language_info", {}))


class NotebookReader:
    """Adds each cell to the last slide, or opens one. The line of a place is the number of the cell."""

    def __init__(self, cells: list[Mapping[str, Any]], name: str, root: Path) -> None:
        self.root, self.path = root, f"{name}.ipynb"
        self.typed = any(slide_type(cell) in NEW_SLIDE for cell in cells)
        self.slides: list[Slide] = []
        self.outputs: dict[str, tuple[Any, ...]] = {}
        self.title = ""
        self.parser = Parser(root, Settings(title=name), path=self.path)

    def read(self, cell: Mapping[str, Any], number: int) -> None:
        kind = slide_type(cell) if self.typed else heading_type(cell)
        if kind == "skip" or cell["cell_type"] == "raw" or HIDDEN_CELL & set(cell["metadata"].get("tags", [])):
            return
        opens = kind in NEW_SLIDE or not self.slides
        self.parser.number = len(self.slides) + opens
        self.parser.printed_at = Place(self.path, number, self.parser.number)  # nothing in a notebook's text runs
        attributes, blocks = (
            self.markdown(cell) if cell["cell_type"] == "markdown" else (Attributes(), self.code(cell, number))
        )
        if opens:
            below = NEW_SLIDE.get(kind, False)
            self.slides.append(Slide(self.parser.number, below, attributes, (), self.parser.printed_at, cell["source"]))
        last = self.slides[-1]
        self.slides[-1] = replace(last, blocks=(*last.blocks, *wrapped(kind, blocks, self.parser.printed_at)))

    def markdown(self, cell: Mapping[str, Any]) -> tuple[Attributes, tuple[Block, ...]]:
        lines = with_data_pictures(cell).splitlines()
        raw = RawSlide(below=False, line=1, tokens=markdown_tokens(lines, self.parser.place))
        _, heading, _ = first_heading(raw.tokens)
        self.title = self.title or heading
        attributes = self.parser.slide_attributes(raw)
        return attributes, tuple(SlideReader(self.parser, raw.tokens).blocks())

    def code(self, cell: Mapping[str, Any], number: int) -> tuple[Cell]:
        label, place = f"cell-{number}", self.parser.place(number)
        self.outputs[label] = tuple(cell["outputs"])
        shown = not HIDDEN_INPUT & set(cell["metadata"].get("tags", []))
        words = read_text(f"Output of cell {number}", place, None)
        # The outputs are already there, so an exception among them is shown, whatever raised it.
        options = replace(CellOptions(), echo=shown, eval=False, error=True)
        return (Cell(label, cell["source"], options, place, place, read_text("", place, None), words),)


def slide_type(cell: Mapping[str, Any]) -> str:
    """The role that the slideshow metadata gives a cell."""
    return str(cell["metadata"].get("slideshow", {}).get("slide_type") or "-")


def heading_type(cell: Mapping[str, Any]) -> str:
    """The role of a cell in a notebook without slide types."""
    begins = cell["cell_type"] == "markdown" and re.match(r"\s*#{1,2}\s", cell["source"])
    return "slide" if begins else "-"


def wrapped(kind: str, blocks: tuple[Block, ...], place: Place) -> tuple[Block, ...]:
    """Fragments and notes stand in a div of that class."""
    return (Div(Attributes(classes=(kind,)), blocks, place),) if kind in ("notes", "fragment") else blocks


def with_data_pictures(cell: Mapping[str, Any]) -> str:
    """A Markdown cell's text, its attached pictures as data addresses."""

    def data(found: re.Match[str]) -> str:
        forms = cell.get("attachments", {}).get(found["name"], {})
        return next((f"data:{mime};base64,{content}" for mime, content in forms.items()), found[0])

    return ATTACHMENT.sub(data, cell["source"])
