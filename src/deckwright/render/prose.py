"""Convert a slide's Markdown to HTML. Cells and values stay stand-ins, filled in when their results are known."""

import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup

from deckwright.errors import Place
from deckwright.model import MARK, Attributes, Block, Cell, Div, Expression, Formula, Listing, Pause, Prose, Slide, mark
from deckwright.render.maths import formula_html
from deckwright.render.pieces import remembered
from deckwright.render.shape import CLOSE, OPEN, PAUSE

if TYPE_CHECKING:
    from deckwright.render.dialect import Dialect

STAND_IN = re.compile("(?:<div>)?\ue002(?P<label>[^\ue003]*)\ue003(?:</div>)?")
PICTURE_WORDS = re.compile(r"!\[[^\]]*\](?:\([^)]*\))?")  # become attributes, where no tag may stand
BLOCK_ATTRIBUTES = re.compile(
    r"^(?P<text>.*\S)[ \t]+(?P<braces>\{[.#][^{}\n]*\})[ \t]*(?=\n[ \t]*(\n|[-*+] |\d+[.)] )|\n?\Z)", re.MULTILINE
)
KEEPS_ATTRIBUTES = re.compile(r"^\s*(#{1,6}\s|\|)")  # headings and table rows: Python-Markdown reads them itself

NO_SLIDE = Slide(0, False, Attributes(), (), Place("", 0), "")

ListingHtml = Callable[[Listing], str]


class Files(Protocol):
    """Gives the files that a slide names their addresses in the page."""

    def address(self, written: str, slide: Slide) -> str:
        """Of a picture."""

    def inline(self, written: str, slide: Slide) -> str:
        """The markup of an SVG file that is to stand in the page itself."""

    def link(self, written: str, slide: Slide) -> str:
        """Of what a link leads to."""

    def raw(self, html: str, slide: Slide) -> str:
        """The author's own HTML, with the addresses of its files."""


def stand_in(label: str, block: bool) -> str:
    """What holds the place of a cell's or an expression's result."""
    text = f"\ue002{html.escape(label)}\ue003"
    return f"<div>{text}</div>" if block else text


def fill(page: str, result: Callable[[str], str]) -> str:
    """Put results in the place of their stand-ins."""
    return STAND_IN.sub(lambda found: result(html.unescape(found["label"])), page)


@dataclass
class Current:
    """The slide being converted: what its marks stand for."""

    slide: Slide
    stash: list[str]
    divs: list[Div]


class ProseConverter:
    """Markdown to HTML, one slide at a time; reference links defined on one slide work on all."""

    def __init__(self, listing_html: ListingHtml, files: Files) -> None:
        self.listing_html, self.files = listing_html, files
        self.current = Current(NO_SLIDE, [], [])
        self.references: dict[str, Any] = {}
        self.count = 0  # of conversions
        self.asked: list[tuple[str, str, str]] = []  # in this conversion of the files: which question, address, answer

    @cached_property
    def dialect(self) -> "Dialect":
        """Made when first needed, with Python-Markdown and its extensions, in 50 ms."""
        from deckwright.render.dialect import Dialect

        return Dialect(self)

    def convert(self, slide: Slide, blocks: Sequence[Block] | None = None) -> str:
        """The HTML of a slide, or of other blocks as if they stood on it."""
        outer, self.current = self.current, Current(slide, [], [])
        page = self.converted("".join(self.flatten(slide.blocks if blocks is None else blocks)))
        self.current = outer
        return page

    def converted(self, text: str) -> str:
        """The HTML of marked Markdown: as remembered, if all files that it names still have their addresses."""
        self.count, self.asked = self.count + 1, []
        number = self.count if "[^" in text or ".inline" in text else 0  # ids of footnotes and in pictures hold it
        divs = [div.attributes for div in self.current.divs]
        classes = self.current.slide.attributes.classes
        question = repr((text, self.current.stash, divs, classes, self.references, number))
        known = json.loads(remembered.recalled(question) or "null")
        if not (known and all(self.ask(kind, written) == answer for kind, written, answer in known["asked"])):
            self.asked = []
            page, references = self.dialect.convert(text, self.references, number)
            answer = {"page": page, "references": references, "asked": self.asked}
            known = json.loads(remembered.keep(question, json.dumps(answer)))
        self.references.update(known["references"])
        return str(known["page"])

    def ask(self, kind: str, written: str) -> str:
        """What the files say of an address that the slide names."""
        answer: str = getattr(self.files, kind)(written, self.current.slide)
        self.asked.append((kind, written, answer))
        return answer

    def inline(self, slide: Slide, prose: Prose) -> str:
        """The HTML of a caption: without the paragraph around it."""
        page = self.convert(slide, (prose,))
        only = re.fullmatch(r"<p>(.*)</p>", page, re.DOTALL)
        return only[1] if only and "<p>" not in only[1] else page

    def plain(self, slide: Slide, prose: Prose) -> str:
        """The words of a caption: formulas as TeX, no tags."""
        written = MARK.sub(lambda found: tex_or_mark(prose, found), prose.text)
        return str(Markup(self.inline(slide, replace(prose, text=written))).striptags())

    def flatten(self, blocks: Sequence[Block]) -> list[str]:
        """Markdown in which every block that is no prose is a marked paragraph of its own."""
        pieces = []
        for block in blocks:
            match block:
                case Prose():
                    pieces.append(self.with_inlines(block) + "\n")
                case Listing():
                    pieces.append(paragraph(block.indent, self.stashed(self.listing_html(block))))
                case Cell():
                    pieces.append(paragraph(block.indent, self.stashed(stand_in(block.label, block=True))))
                case Pause():
                    pieces.append(paragraph(block.indent, PAUSE))
                case Div():
                    self.current.divs.append(block)
                    pieces.append(paragraph(block.indent, f"{OPEN}{len(self.current.divs) - 1}"))
                    pieces += self.flatten(block.blocks)
                    pieces.append(paragraph(block.indent, CLOSE))
        return pieces

    def with_inlines(self, prose: Prose) -> str:
        def stashed(found: re.Match[str]) -> str:
            inline = prose.inlines[int(found[1])]
            match inline:
                case Expression():
                    return self.stashed(stand_in(inline.label, block=False))
                case Formula():
                    return self.stashed(formula_html(inline))

        text = PICTURE_WORDS.sub(lambda found: MARK.sub(lambda inner: tex_or_mark(prose, inner), found[0]), prose.text)
        return MARK.sub(stashed, BLOCK_ATTRIBUTES.sub(attributes_below, text))

    def stashed(self, piece: str) -> str:
        self.current.stash.append(piece)
        return mark(len(self.current.stash) - 1)


def attributes_below(found: re.Match[str]) -> str:
    """Python-Markdown wants a paragraph's or an item's attributes on a line of their own."""
    return found[0] if KEEPS_ATTRIBUTES.match(found["text"]) else f"{found['text']}\n{found['braces']}"


def tex_or_mark(prose: Prose, found: re.Match[str]) -> str:
    """A formula as it was written, escaped for Markdown; other marks stay."""
    inline = prose.inlines[int(found[1])]
    return re.sub(r"([\\`*_{}\[\]<>#])", r"\\\1", inline.tex) if isinstance(inline, Formula) else found[0]


def paragraph(indent: str, text: str) -> str:
    """Text as a paragraph of its own, in the list item that it stands in."""
    return f"\n\n{indent}{text}\n\n"
