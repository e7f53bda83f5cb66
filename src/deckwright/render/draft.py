"""A deck's page without results: prose, code and pictures, made while the kernel boots."""

from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from typing import Any, NoReturn

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)

from deckwright.errors import DeckError, Place
from deckwright.model import Cell, Deck, Listing, Slide, blocks_of
from deckwright.reads import Reads
from deckwright.render.assets import Assets
from deckwright.render.code import CodeBlock, code_block
from deckwright.render.pictures import Pictures
from deckwright.render.prose import ProseConverter
from deckwright.source.inline import read_text
from deckwright.source.parse import read_markdown

SOCIAL_PICTURE = "social.png"  # beside a deck's Markdown files: what a link to it shows


class Templates(Environment):
    """Jinja2's environment, for which a mistake in a template is its author's, with file and line."""

    def handle_exception(self, source: str | None = None) -> NoReturn:
        try:
            super().handle_exception(source)
        except TemplateError as error:
            raise DeckError(f"a template fails: {error}", template_place(error), "Mend the template.") from error


def template_place(error: TemplateError) -> Place:
    """Where a template fails: what a syntax error says, else the last template among the calls."""
    if isinstance(error, TemplateSyntaxError):
        return Place(error.filename or error.name or "templates", error.lineno)
    calls = [call for call in extract_tb(error.__traceback__) if call.filename.endswith(".html")]
    return Place(calls[-1].filename, calls[-1].lineno or 0) if calls else Place("templates", 0)


class TemplateFiles(FileSystemLoader):
    """Jinja2's loader, whose files, and whose vain looks for one, are remembered."""

    def __init__(self, folders: list[Path], reads: Reads) -> None:
        super().__init__(folders)
        self.folders, self.reads = folders, reads

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        found = next((folder / template for folder in self.folders if self.reads.has(folder / template)), None)
        if found:
            self.reads.content(found)
        return super().get_source(environment, template)


def environment(folders: list[Path], reads: Reads) -> Environment:
    """Templates from the first folder that has them; a misspelt name in one is an error."""
    return Templates(
        loader=TemplateFiles(folders, reads),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=FileSystemBytecodeCache(),  # compiling templates would be a tenth of a small build
    )


class Draft:
    """Every slide's HTML with stand-ins for results, and what is needed to put results there."""

    def __init__(self, deck: Deck, templates: Environment, static: Callable[[str], Path | None], reads: Reads) -> None:
        self.deck, self.templates = deck, templates
        self.assets = Assets(reads)
        self.pictures = Pictures(deck, static, self.assets)
        self.prose = ProseConverter(self.listing, self.pictures)
        self.cells: dict[str, tuple[Cell, Slide]] = {}
        self.code: dict[str, CodeBlock] = {}  # of the cells that show theirs
        self.captions: dict[str, str] = {}
        self.alternatives: dict[str, str] = {}  # the words of figures
        self.ids = {slide.attributes.id for slide in deck.slides}
        self.macros: Any = templates.get_template("cell.html").module
        self.slides = [(slide, self.pictures.attributes(slide), self.slide(slide)) for slide in deck.slides]
        logo = deck.settings.logo
        self.logo = self.pictures.resolve(logo.src, deck.place) if logo else ""
        social = deck.folder / SOCIAL_PICTURE
        self.social_picture = self.assets.add_file(social) if reads.has(social) else ""

    def slide(self, slide: Slide) -> str:
        for block in blocks_of(slide.blocks):
            if isinstance(block, Cell):
                self.cell(block, slide)
        return self.prose.convert(slide)

    def cell(self, cell: Cell, slide: Slide) -> None:
        self.cells[cell.label] = cell, slide
        self.captions[cell.label] = self.prose.inline(slide, cell.caption) if cell.caption.text else ""
        words = cell.alternative if cell.alternative.text else cell.caption
        self.alternatives[cell.label] = self.prose.plain(slide, words) if words.text else ""
        if cell.options.include and cell.options.echo and cell.code.strip():
            self.code[cell.label] = code_block(cell.code, "python", cell.options.code_line_numbers, cell.place)

    def listing(self, listing: Listing) -> str:
        block = code_block(listing.code, listing.language, listing.line_numbers, listing.place)
        return str(self.macros.listing(block, listing.attributes))

    def markdown(self, text: str, cell: Cell) -> str:
        """The HTML of Markdown that a cell gave."""
        _, slide = self.cells[cell.label]
        return self.prose.convert(slide, read_markdown(text, cell.place, self.deck.root))

    def markdown_inline(self, text: str) -> str:
        """The HTML of Markdown that an expression gave, for a sentence."""
        slide = self.deck.slides[0]
        return self.prose.inline(slide, read_text(text, slide.place, None))
