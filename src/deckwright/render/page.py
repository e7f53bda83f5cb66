"""Finish a draft: put every result in its place, and the slides into the page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from deckwright.model import Attributes, Cell, Deck, Output, Page, Prose, Results, Slide
from deckwright.render.draft import Draft
from deckwright.render.outputs import Scene, View, inline_html, views
from deckwright.render.plotly import STEM as PLOTLY
from deckwright.render.policy import policy
from deckwright.render.prose import fill
from deckwright.settings import figure_of

FIGURES = ("figure", "plotly")
MANY_HEADINGS = 3  # of level 2 on one slide: somebody expects them to begin slides, as elsewhere they do


class Section(NamedTuple):
    """One `<section>`, ready for the template."""

    attributes: Attributes
    html: str


class Filler:
    """Gives the HTML for stand-ins. Outputs that want a slide of their own wait in `further`."""

    def __init__(self, draft: Draft, results: Results, warn: Callable[[str], None]) -> None:
        self.draft, self.results, self.warn = draft, results, warn
        self.further: list[Section] = []
        self.reading: dict[str, str] = {}  # each shown cell as the reading page has it, outputs below

    def result(self, label: str) -> str:
        """The HTML for a stand-in: of a cell, or of an inline expression."""
        outputs = self.results.outputs.get(label, ())
        if label not in self.draft.cells:
            return inline_html(outputs, self.draft.markdown_inline)
        cell, slide = self.draft.cells[label]
        if not cell.options.include:
            return ""
        caption = Markup(fill(self.draft.captions[label], self.result))
        alternative = fill(self.draft.alternatives[label], self.result)
        shown = self.views(outputs, cell, slide, str(Markup(alternative).striptags()))
        where = cell.options.output_location
        self.reading[label] = self.cell_html(cell, shown, caption, "below")
        if where == "slide" and shown:
            html = self.draft.macros.outputs(cell, shown, caption)
            self.further.append(Section(Attributes(classes=("output-slide",)), str(html)))
            shown, caption = [], Markup("")
        return self.cell_html(cell, shown, caption, where)

    def cell_html(self, cell: Cell, shown: list[View], caption: Markup, where: str) -> str:
        """The HTML of a cell. Links find it by its label, where the author gave one that no slide has."""
        identity = cell.options.label if cell.options.label not in self.draft.ids else ""
        code = self.draft.code.get(cell.label)
        return str(self.draft.macros.cell(cell, code, shown, caption, where, identity))

    def read(self, label: str) -> str:
        """What stands for a stand-in on the reading page: as on the slides, with all outputs below their code."""
        return self.reading.get(label, "") if label in self.draft.cells else self.result(label)

    def views(self, outputs: tuple[Output, ...], cell: Cell, slide: Slide, alt: str) -> list[View]:
        if cell.options.output == "false":
            return []
        size = figure_of(self.draft.deck.settings, cell.options, cell.width).pixels
        schemes = self.draft.deck.settings.figure.scheme == "both"
        assets, root = self.draft.assets, self.draft.deck.root
        scene = Scene(cell, slide, alt, size, schemes, assets, root, self.draft.markdown, self.warn)
        shown = views(outputs, scene)
        if not alt and any(view.kind in FIGURES for view in shown):
            self.warn(f"{cell.place}: the figure of cell {cell.label} has neither fig-cap nor fig-alt")
        return shown

    def sections(self) -> list[list[Section]]:
        """All slides: side by side, each with those below it."""
        stacks: list[list[Section]] = []
        stack_goes_on = [slide.below for slide, _, _ in self.draft.slides[1:]] + [False]
        for (slide, attributes, html), goes_on in zip(self.draft.slides, stack_goes_on, strict=True):
            self.further = []
            first = Section(attributes, fill(html, self.result))
            if slide.below and stacks:
                stacks[-1].append(first)
            else:
                stacks.append([first])
            if slide.below or goes_on:
                stacks[-1] += self.further
            else:
                stacks += [[section] for section in self.further]
        return stacks


def finish(
    draft: Draft, results: Results, warn: Callable[[str], None], *, has_companions: bool, all_decks: str = ""
) -> Page:
    """The page with every result in its place, and if wanted, what readers take home.

    `all_decks`: the address of the page that lists this deck and others.
    """
    for slide in draft.deck.slides if not draft.deck.settings.slide_level else ():
        if (count := headings(slide)) >= MANY_HEADINGS:
            warn(
                f"{slide.place}: {count} `##` headings on one slide; `---` between them makes slides, "
                "or `slide-level: 2` in the front matter"
            )
    filler = Filler(draft, results, warn)
    stacks = filler.sections()
    html = page_html(draft, stacks, has_companions=has_companions, all_decks=all_decks)
    files = {"index.html": html.encode(), **draft.assets.files}
    if has_companions:
        from deckwright.render.notebook import companions  # a deck of prose has none, and need not load them

        files |= companions(draft, results, filler.read)
    return Page(files, draft.deck.settings.theme, sum(map(len, stacks)) + draft.deck.title_slide)


def headings(slide: Slide) -> int:
    """How many headings of level 2 stand in a slide's text."""
    texts = (block.text for block in slide.blocks if isinstance(block, Prose))
    return sum(line.startswith("## ") for text in texts for line in text.splitlines())


def page_html(draft: Draft, stacks: list[list[Section]], *, has_companions: bool, all_decks: str) -> str:
    """The whole page, by the template `page.html`."""
    settings = draft.deck.settings
    return draft.templates.get_template("page.html").render(
        settings=settings,
        stacks=stacks,
        logo=draft.logo,
        social_picture=draft.social_picture,
        title_slide=draft.deck.title_slide,
        has_companions=has_companions,
        all_decks=all_decks,
        plotly=next((path for path in draft.assets.files if path.startswith(f"media/{PLOTLY}.")), ""),
        has_formulas=any("katex" in section.html for stack in stacks for section in stack),
        theme=Path(settings.theme).stem,
        config=reveal_config(draft.deck),
        policy=policy(),
    )


def reveal_config(deck: Deck) -> dict[str, Any]:
    """What Reveal is started with; the front matter's `reveal` has the last word."""
    width, height = deck.settings.size
    defaults = {
        "width": width,
        "height": height,
        "margin": 0,
        "hash": True,
        "slideNumber": "c/t",
        "center": False,
        "transition": "none",
        "backgroundTransition": "none",
        "pdfSeparateFragments": False,
        "pdfMaxPagesPerSlide": 1,
    }
    return defaults | dict(deck.settings.reveal)
