"""Python-Markdown with what decks add to it: marks for finished HTML, spans, divs, fragments, addresses of files."""

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from deckwright.errors import DeckError
from deckwright.model import MARK
from deckwright.render.divs import mark_incremental, name_callouts
from deckwright.render.inlinesvg import put_in_place
from deckwright.render.shape import css_length, lift_pictures, nest
from deckwright.source.options import ELEMENT_KEYS, check_keys, read_attributes

if TYPE_CHECKING:
    from deckwright.render.prose import ProseConverter

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
TASK = '<input type="checkbox" disabled'  # as pymdownx writes it: nothing says what it is for
FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")
ATTRIBUTES = re.compile(r"\S*(\{:?\s*[.#][A-Za-z][^{}\n]*\})")
References = dict[str, Any]


class Dialect:
    """Markdown to HTML, for a converter that knows what the marks in a text stand for."""

    def __init__(self, converter: "ProseConverter") -> None:
        # Made here, not named: Python-Markdown would look for a name among all installed packages first.
        self.extensions = {name: import_module(name).makeExtension(**options) for name, options in EXTENSIONS.items()}
        self.markdown = markdown.Markdown(
            extensions=[*self.extensions.values(), DeckMarks(converter)], output_format="html"
        )

    def convert(self, text: str, references: References, number: int) -> tuple[str, References]:
        """HTML, and the reference links that it knows, the given ones among them. `number` keeps footnotes apart."""
        self.markdown.reset()
        self.extensions["markdown.extensions.footnotes"].unique_prefix = number
        self.markdown.references.update(references)
        return self.markdown.convert(text), dict(self.markdown.references)


class DeckMarks(Extension):
    """Teaches Python-Markdown our marks."""

    def __init__(self, converter: "ProseConverter") -> None:
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

    def __init__(self, md: markdown.Markdown, converter: "ProseConverter") -> None:
        super().__init__(md)
        self.converter = converter

    def run(self, lines: list[str]) -> list[str]:
        stash = self.converter.current.stash
        return [MARK.sub(lambda found: self.md.htmlStash.store(stash[int(found[1])]), line) for line in lines]


class Span(InlineProcessor):
    """`[text]{.class}`, as Pandoc writes it."""

    def __init__(self, md: markdown.Markdown, converter: "ProseConverter") -> None:
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

    def __init__(self, md: markdown.Markdown, converter: "ProseConverter") -> None:
        super().__init__(md)
        self.converter = converter

    def run(self, root: Element) -> None:
        nest(root, self.converter.current.divs)
        self.raw_html()
        self.check_left_over(root)
        for at, element in enumerate(list(root.iter())):
            for key in sorted(ELEMENT_KEYS & element.attrib.keys()):
                element.set(f"data-{key}", element.attrib.pop(key))
            if element.tag == "img":
                self.picture(element, f"p{self.converter.count}-{at}-")
            if element.tag == "a" and "href" in element.attrib:
                element.set("href", self.converter.ask("link", element.get("href", "")))
        name_callouts(root)
        mark_incremental(root, "incremental" in self.converter.current.slide.attributes.classes)
        lift_pictures(root)

    def check_left_over(self, root: Element) -> None:
        """A reference that is still there was given no text, and attributes no element."""
        slide = self.converter.current.slide
        for element in root.iter():
            words = ("" if element.tag in ("code", "pre") else element.text or "", element.tail or "")
            if found := next(filter(None, map(ATTRIBUTES.search, words)), None):
                remedy = "Put them at the end of the line, after a blank; or write [words]{…}. To show them: `{…}`."
                raise DeckError(f"the attributes {found[1]} belong to nothing", slide.place_of(found[0]), remedy)
            if found := next(filter(None, map(FOOTNOTE.search, words)), None):
                remedy = f"Write it on the same slide: {found[0]}: …"
                raise DeckError(f"the footnote {found[0]} has no text", slide.place_of(found[0]), remedy)

    def raw_html(self) -> None:
        """The author's HTML lies in the stash, beside ours."""
        current, stash = self.converter.current, self.md.htmlStash.rawHtmlBlocks
        for at, raw in enumerate(stash):
            if isinstance(raw, str) and raw not in current.stash:
                stash[at] = self.converter.ask("raw", raw).replace(TASK, f'{TASK} aria-label="task"')

    def picture(self, element: Element, prefix: str) -> None:
        """Give a picture its address, or put it into the page itself, and its size into its style."""
        sizes = [
            f"{side}:{css_length(element.attrib.pop(side))}" for side in ("width", "height") if side in element.attrib
        ]
        if sizes:
            element.set("style", ";".join([*sizes, element.get("style", "")]).rstrip(";"))
        written = element.get("src", "")
        if "inline" in element.get("class", "").split():
            put_in_place(element, self.converter.ask("inline", written), prefix)
        else:
            element.set("src", self.converter.ask("address", written))
