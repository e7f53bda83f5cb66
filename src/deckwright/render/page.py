"""Put a deck's page together: prose first, while cells may still run, then their results."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from deckwright.errors import Place
from deckwright.model import Attributes, Cell, Deck, Listing, Output, Page, Results, Slide, blocks_of
from deckwright.render.assets import Assets
from deckwright.render.code import CodeBlock, code_block
from deckwright.render.outputs import Scene, View, inline_html, views
from deckwright.render.pictures import Pictures
from deckwright.render.policy import policy
from deckwright.render.prose import ProseConverter, fill
from deckwright.settings import figure_of
from deckwright.source.inline import read_text

FIGURES = ("figure", "plotly")


@dataclass(frozen=True, slots=True)
class Section:
    """One `<section>`, ready for the template."""

    attributes: Attributes
    html: str


def environment(folders: list[Path]) -> Environment:
    """Templates from the first folder that has them; a misspelt name in one is an error."""
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Draft:
    """A deck's page without results. Made while the kernel boots, finished when the cells have run."""

    def __init__(self, deck: Deck, templates: Environment, static: Callable[[str], Path | None]) -> None:
        self.deck, self.templates, self.static = deck, templates, static
        self.assets = Assets()
        self.pictures = Pictures(deck, static, self.assets)
        self.prose = ProseConverter(self.listing, self.pictures.address, self.pictures.raw)
        self.cells: dict[str, tuple[Cell, Slide]] = {}
        self.code: dict[str, CodeBlock] = {}
        self.captions: dict[str, str] = {}
        self.macros: Any = templates.get_template("cell.html").module
        self.slides = [(slide, self.pictures.attributes(slide), self.draft(slide)) for slide in deck.slides]

    def draft(self, slide: Slide) -> str:
        for block in blocks_of(slide.blocks):
            if isinstance(block, Cell):
                self.cells[block.label] = block, slide
                shown = block.options.include and block.options.echo
                if shown and block.code.strip():
                    steps = block.options.code_line_numbers
                    self.code[block.label] = code_block(block.code, "python", steps, block.place)
                self.captions[block.label] = self.prose.inline(slide, block.caption) if block.caption.text else ""
        return self.prose.convert(slide)

    def listing(self, listing: Listing) -> str:
        block = code_block(listing.code, listing.language, listing.line_numbers, listing.place)
        return str(self.macros.listing(block, listing.attributes))

    def finish(self, results: Results, warn: Callable[[str], None]) -> Page:
        """The page with every result in its place."""
        rows: list[tuple[bool, Section]] = []
        following = [slide.below for slide, _, _ in self.slides[1:]] + [False]
        for (slide, attributes, html), stack_goes_on in zip(self.slides, following, strict=True):
            filler = Filler(self, results, warn)
            rows.append((slide.below, Section(attributes, fill(html, filler.result))))
            rows += [(slide.below or stack_goes_on, section) for section in filler.further]
        html = self.html(stacked(rows))
        return Page({"index.html": html.encode(), **self.assets.files}, self.deck.settings.theme)

    def markdown(self, text: str, slide: Slide) -> str:
        """The HTML of Markdown that a cell gave; what looks like an expression in it does not run."""
        return self.prose.convert(slide, (read_text(text.replace("`{python}", "`` {python}"), slide.place, str),))

    def markdown_inline(self, text: str) -> str:
        """The same in a sentence."""
        slide = self.deck.slides[0]
        return self.prose.inline(slide, read_text(text.replace("`{python}", "`` {python}"), slide.place, str))

    def html(self, stacks: list[list[Section]]) -> str:
        settings = self.deck.settings
        logo = settings.logo and (self.pictures.resolve(settings.logo.src, self.front_matter), settings.logo)
        return self.templates.get_template("page.html").render(
            settings=settings,
            stacks=stacks,
            logo=logo,
            social_picture="assets/social.png" if self.static("social.png") else "",
            title_slide=self.deck.title_slide,
            config=reveal_config(self.deck),
            has_formulas=any("katex" in section.html for stack in stacks for section in stack),
            theme=Path(settings.theme).stem,
            policy=policy(),
        )

    @property
    def front_matter(self) -> Place:
        return Place(self.deck.slides[0].place.path, 1)


class Filler:
    """Gives the HTML for one slide's stand-ins; outputs that want a slide of their own gather in `further`."""

    def __init__(self, draft: Draft, results: Results, warn: Callable[[str], None]) -> None:
        self.draft, self.results, self.warn = draft, results, warn
        self.further: list[Section] = []

    def result(self, label: str) -> str:
        """The HTML for a stand-in: of a cell, or of an inline expression."""
        outputs = self.results.outputs.get(label, ())
        if label not in self.draft.cells:
            return inline_html(outputs, self.draft.markdown_inline)
        cell, slide = self.draft.cells[label]
        if not cell.options.include:
            return ""
        caption = Markup(fill(self.draft.captions[label], self.result))
        shown = self.views(outputs, cell, slide, cell.options.fig_alt or caption.striptags())
        macros, where = self.draft.macros, cell.options.output_location
        if where == "slide" and shown:
            self.further.append(Section(Attributes(), str(macros.outputs(cell, shown, caption))))
            shown = []
        return str(macros.cell(cell, self.draft.code.get(label), shown, caption, where))

    def views(self, outputs: tuple[Output, ...], cell: Cell, slide: Slide, alt: str) -> list[View]:
        if cell.options.output == "false":
            return []
        size = figure_of(self.draft.deck.settings, cell.options, cell.width).pixels
        shown = views(outputs, Scene(cell, slide, alt, size, self.draft.assets, self.draft.markdown, self.warn))
        if not alt and any(view.kind in FIGURES for view in shown):
            self.warn(f"{cell.place}: the figure of cell {cell.label} has neither fig-cap nor fig-alt")
        return shown


def stacked(rows: list[tuple[bool, Section]]) -> list[list[Section]]:
    """Sections side by side, each with those below it."""
    stacks: list[list[Section]] = []
    for below, section in rows:
        if below and stacks:
            stacks[-1].append(section)
        else:
            stacks.append([section])
    return stacks


def reveal_config(deck: Deck) -> dict[str, Any]:
    """What Reveal is started with; the front matter's `reveal` has the last word."""
    width, height = deck.settings.size
    defaults = {
        "width": width,
        "height": height,
        "margin": 0.04,
        "hash": True,
        "slideNumber": "c/t",
        "center": False,
        "transition": "none",
        "pdfSeparateFragments": False,
        "pdfMaxPagesPerSlide": 1,
    }
    return defaults | dict(deck.settings.reveal)
