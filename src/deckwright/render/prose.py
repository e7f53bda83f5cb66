"""Convert a slide's Markdown to HTML. Cells and values stay stand-ins, filled in when their results are known."""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Protocol
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from deckwright.errors import DeckError, Place
from deckwright.model import MARK, Attributes, Block, Cell, Div, Expression, Formula, Listing, Pause, Prose, Slide, mark
from deckwright.render.divs import mark_incremental, name_callouts
from deckwright.render.maths import formula_html
from deckwright.render.shape import CLOSE, OPEN, PAUSE, css_length, lift_pictures, nest
from deckwright.source.options import ELEMENT_KEYS, check_keys, read_attributes

STAND_IN = re.compile("(?:<div>)?\ue002(?P<label>[^\ue003]*)\ue003(?:</div>)?")
EXTENSIONS: dict[str, dict[str, Any]] = {
    "markdown.extensions.abbr": {},
    "markdown.extensions.attr_list": {},
    "markdown.extensions.def_list": {},
    "markdown.extensions.footnotes": {"UNIQUE_IDS": True, "BACKLINK_TEXT": "↩"},
    "markdown.extensions.md_in_html": {},
    "markdown.extensions.sane_lists": {},
    "markdown.extensions.smarty": {},
    "markdown.extensions.tables": {},
    "pymdownx.caret": {},
    "pymdownx.escapeall": {"hardbreak": True, "nbsp": True},
    "pymdownx.tasklist": {"clickable_checkbox": False},
    "pymdownx.tilde": {},
}
PICTURE_WORDS = re.compile(r"!\[[^\]]*\](?:\([^)]*\))?")  # become attributes, where no tag may stand
BLOCK_ATTRIBUTES = re.compile(
    r"^(?P<text>.*\S)[ \t]+(?P<braces>\{[.#][^{}\n]*\})[ \t]*(?=\n[ \t]*(\n|[-*+] |\d+[.)] )|\n?\Z)", re.MULTILINE
)
KEEPS_ATTRIBUTES = re.compile(r"^\s*(#{1,6}\s|\|)")  # headings and table rows: Python-Markdown reads them itself

FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")
NO_SLIDE = Slide(0, False, Attributes(), (), Place("", 0), "")

ListingHtml = Callable[[Listing], str]


class Files(Protocol):
    """Gives the files that a slide names their addresses in the page."""

    def address(self, written: str, slide: Slide) -> str:
        """Of a picture."""

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
        # Made here, not named: Python-Markdown would look for a name among all installed packages first.
        extensions = [import_module(name).makeExtension(**options) for name, options in EXTENSIONS.items()]
        self.markdown = markdown.Markdown(extensions=[*extensions, DeckMarks(self)], output_format="html")
        self.references: dict[str, Any] = {}

    def convert(self, slide: Slide, blocks: Sequence[Block] | None = None) -> str:
        """The HTML of a slide, or of other blocks as if they stood on it."""
        outer, self.current = self.current, Current(slide, [], [])
        text = "".join(self.flatten(slide.blocks if blocks is None else blocks))
        self.markdown.reset()
        self.markdown.references.update(self.references)
        page = self.markdown.convert(text)
        self.references.update(self.markdown.references)
        self.current = outer
        return page

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


class DeckMarks(Extension):
    """Teaches Python-Markdown our marks."""

    def __init__(self, converter: ProseConverter) -> None:
        super().__init__()
        self.converter = converter

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        # Before raw HTML is looked for (20): a formula's `<` is none.
        md.preprocessors.register(Stash(md, self.converter), "deckwright-stash", 25)
        # Before links (160), so that `[text]{.class}` is a span.
        md.inlinePatterns.register(Span(md, self.converter), "deckwright-span", 175)
        # After attribute lists (8): they are set.
        md.treeprocessors.register(Shape(md, self.converter), "deckwright-shape", 5)


class Stash(Preprocessor):
    """Hands finished HTML to Python-Markdown's own stash, where nothing reads it again."""

    def __init__(self, md: markdown.Markdown, converter: ProseConverter) -> None:
        super().__init__(md)
        self.converter = converter

    def run(self, lines: list[str]) -> list[str]:
        stash = self.converter.current.stash
        return [MARK.sub(lambda found: self.md.htmlStash.store(stash[int(found[1])]), line) for line in lines]


class Span(InlineProcessor):
    """`[text]{.class}`, as Pandoc writes it."""

    def __init__(self, md: markdown.Markdown, converter: ProseConverter) -> None:
        super().__init__(r"(?<!!)\[(?P<text>[^\[\]]+)\]\{(?P<attributes>[^{}]*)\}", md)
        self.converter = converter

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override] # noqa: N802
        place = self.converter.current.slide.place
        attributes = read_attributes(m["attributes"], place)
        check_keys(attributes, place)
        element = Element("span", dict(attributes.pairs))
        if attributes.classes:
            element.set("class", " ".join(attributes.classes))
        if attributes.id:
            element.set("id", attributes.id)
        element.text = m["text"]
        return element, m.start(0), m.end(0)


class Shape(Treeprocessor):
    """Gives the tree its divs and fragments, and its pictures their addresses."""

    def __init__(self, md: markdown.Markdown, converter: ProseConverter) -> None:
        super().__init__(md)
        self.converter = converter

    def run(self, root: Element) -> None:
        nest(root, self.converter.current.divs)
        self.raw_html()
        self.check_footnotes(root)
        for element in root.iter():
            for key in sorted(ELEMENT_KEYS & element.attrib.keys()):
                element.set(f"data-{key}", element.attrib.pop(key))
            if element.tag == "img":
                self.picture(element)
            if element.tag == "a" and "href" in element.attrib:
                element.set("href", self.converter.files.link(element.get("href", ""), self.converter.current.slide))
        name_callouts(root)
        mark_incremental(root, "incremental" in self.converter.current.slide.attributes.classes)
        lift_pictures(root)

    def check_footnotes(self, root: Element) -> None:
        """A reference that is still there was given no text."""
        slide = self.converter.current.slide
        for element in root.iter():
            words = ("" if element.tag in ("code", "pre") else element.text or "", element.tail or "")
            if found := next(filter(None, map(FOOTNOTE.search, words)), None):
                remedy = f"Write it on the same slide: {found[0]}: …"
                raise DeckError(f"the footnote {found[0]} has no text", slide.place_of(found[0]), remedy)

    def raw_html(self) -> None:
        """The author's HTML lies in the stash, beside ours."""
        current, stash = self.converter.current, self.md.htmlStash.rawHtmlBlocks
        for at, raw in enumerate(stash):
            if isinstance(raw, str) and raw not in current.stash:
                stash[at] = self.converter.files.raw(raw, current.slide)

    def picture(self, element: Element) -> None:
        current = self.converter.current
        element.set("src", self.converter.files.address(element.get("src", ""), current.slide))
        sizes = [
            f"{side}:{css_length(element.attrib.pop(side))}" for side in ("width", "height") if side in element.attrib
        ]
        if sizes:
            element.set("style", ";".join([*sizes, element.get("style", "")]).rstrip(";"))
