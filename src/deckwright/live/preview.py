"""The decks as pages in memory, with what is known of their cells so far. Writes nothing, runs nothing."""

from collections import ChainMap, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from deckwright.errors import DeckError
from deckwright.live.outcomes import Deckful
from deckwright.memo import Memo
from deckwright.model import Attributes, Deck, Page, Slide
from deckwright.pages import PAGE, Files, Pages, placed
from deckwright.project import Form, Project
from deckwright.reads import digest
from deckwright.render.draft import Draft
from deckwright.render.page import Filler, page_html
from deckwright.site.assets import asset_files
from deckwright.source.load import Broken, load_each

SOURCE = "data-source"  # where a slide is written: an attribute that only these pages have
KEEP = 20


@dataclass(frozen=True, slots=True)
class Looks:
    """By which a browser tells what of its page is no longer as it should be."""

    page: str  # of the whole page
    frame: str  # of all but the slides and the style sheets: another one, and the page must be loaded anew
    styles: Mapping[str, str]  # style sheets by address


@dataclass
class Preview:
    """The pages of a project as its files are now."""

    project: Project
    pages: Pages = field(init=False)
    files: Files = field(default_factory=dict)  # by path, as a site has them
    looks: dict[str, Looks] = field(default_factory=dict)  # by deck
    reads: set[Path] = field(default_factory=set)  # files that the pages are made of, there or not
    drafts: dict[str, Draft] = field(default_factory=dict)
    assets: dict[str, Files] = field(default_factory=dict)
    digests: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)  # of these
    media: deque[Files] = field(default_factory=lambda: deque(maxlen=KEEP))  # a browser may still ask for older ones

    def load(self, memo: Memo) -> tuple[tuple[Deck, ...], Broken]:
        """Read what the author has written: the decks, and why others have no page. Those keep their last one."""
        decks, broken = load_each(self.project.root, self.project.slides, memo)
        self.pages = Pages(self.project, Form(), sorted([*broken, *(deck.name for deck in decks)]), memo)
        mistakes = dict(broken)
        for deck in decks:
            try:
                self.draft(deck)
            except DeckError as error:
                mistakes[deck.name] = error
        self.reads = {Path(path) for path in self.pages.reads.files}
        return decks, mistakes

    def draft(self, deck: Deck) -> None:
        """What a page has without results."""
        draft = self.pages.draft(deck)
        draft.slides = [(slide, put(attributes, source_of(slide)), html) for slide, attributes, html in draft.slides]
        # The assets of a page with formulas are those of one without, and more.
        page = Page({PAGE: b"assets/katex/"}, deck.settings.theme, 0)
        assets = asset_files(page, self.project.folders("static"), deck.place, self.pages.reads)
        self.drafts[deck.name], self.assets[deck.name] = draft, assets
        self.digests[deck.name] = digests_of(assets)

    def show(self, known: Sequence[Deckful]) -> None:
        """Make the pages. Raises DeckError where a result is wrong for its slide."""
        files: Files = {}
        looks = {}
        for deckful in known:
            deck, draft = deckful.deck, self.drafts.get(deckful.deck.name)
            if draft is None:
                continue
            filler = Filler(draft, deckful.results(), lambda message: None)  # the build tells them
            has, listed = bool(deckful.outcomes), self.pages.list(deck)
            html = page_html(draft, filler.sections(), has_companions=has, all_decks=listed).encode()
            self.media.append({placed(deck.name, name): content for name, content in draft.assets.files.items()})
            page = {**self.assets[deck.name], PAGE: html}
            files |= {placed(deck.name, name): content for name, content in page.items()}
            looks[deck.name] = looks_of(html, *self.digests[deck.name])
        self.files = dict(ChainMap(files, *self.media))
        self.looks = looks


def source_of(slide: Slide) -> str:
    """Where a slide is written: its first line with something on it."""
    above = slide.source[: len(slide.source) - len(slide.source.lstrip())].count("\n")
    return f"{slide.place.path}:{slide.place.line + above}"


def put(attributes: Attributes, source: str) -> Attributes:
    """The attributes of a slide, with the place where it is written."""
    return replace(attributes, pairs=(*attributes.pairs, (SOURCE, source)))


def digests_of(assets: Files) -> tuple[dict[str, str], str]:
    """Digests of style sheets by address, and one of all the rest."""
    styles = {name: digest(content) for name, content in assets.items() if name.endswith(".css")}
    rest = [(name, digest(content)) for name, content in assets.items() if name not in styles]
    return styles, digest(repr(sorted(rest)).encode())


def looks_of(html: bytes, styles: Mapping[str, str], rest: str) -> Looks:
    """What tells one page from another."""
    before, _, slides = html.partition(b"<main")
    after = slides.partition(b"</main>")[2]
    return Looks(digest(html), digest(before + after + rest.encode()), styles)
