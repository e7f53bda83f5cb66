"""A deck as a PDF: Reveal's printed pages, with an outline and without a date."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from pypdf import PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

from deckwright.browser.chromium import Scheme, opened, wait_until
from deckwright.errors import DeckError
from deckwright.model import Deck

PAPER = Path(__file__).with_name("paper.js").read_text("utf-8").partition("\n(")  # a function, after what it says
# Reveal copies slides for their fragments, so they are numbered before it prints.
NUMBER = """const slides = '.slides section:not(:has(> section), [data-visibility="hidden"])';
document.addEventListener('DOMContentLoaded', () => {
    const { dataset } = document.documentElement;
    document.querySelectorAll(slides).forEach((slide, at) => { slide.dataset.paper = at; dataset.slides = at + 1; });
});
document.addEventListener('pdf-ready', () => { document.documentElement.dataset.paper = 'ready'; });"""
READY = "document.documentElement.dataset.paper === 'ready'"
LOADED = """async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
}"""
# Chromium leaves out unused objects from its count, which pypdf would tell people who can do nothing about it.
logging.getLogger("pypdf").setLevel(logging.ERROR)
A4 = (794, 1123)  # CSS pixels


@dataclass(frozen=True, slots=True)
class Sheet:
    """Paper that holds several slides, or one above its notes."""

    columns: int
    rows: int
    width: int
    height: int
    notes: bool = False


NOTES = Sheet(1, 1, *A4, notes=True)
HANDOUTS = {2: Sheet(1, 2, *A4), 4: Sheet(2, 2, A4[1], A4[0]), 6: Sheet(2, 3, *A4)}
Leaf = list[dict[str, Any]]  # of one page of the PDF: number and title of each slide on it


def pdf(
    browser: Browser,
    deck: Deck,
    site: Path,
    sheet: Sheet | None = None,
    scheme: Scheme | None = None,
    *,
    fragments: bool = False,
) -> bytes:
    """The PDF: a page a slide, or with `fragments` a page for each click."""
    query = f"?print-pdf&pdfSeparateFragments={str(fragments).lower()}"
    with opened(browser, site, deck.settings.size, scheme, query, script=NUMBER) as printed:
        page = printed.page
        wait_until(page, READY)
        page.evaluate(LOADED)
        slides: int = page.evaluate("+document.documentElement.dataset.slides")
        leaves: list[Leaf] = page.evaluate("".join(PAPER[1:]), asdict(sheet) if sheet else None)
        return finished(deck, content(page), leaves, slides)


def content(page: Page) -> bytes:
    """What Chromium prints."""
    return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)


def finished(deck: Deck, printed: bytes, leaves: Sequence[Leaf], slides: int) -> bytes:
    """The printed pages with an outline and the deck's own words about it. Raises DeckError if pages are amiss."""
    writer = PdfWriter(clone_from=BytesIO(printed))
    numbers = {one["number"] for leaf in leaves for one in leaf}
    if len(writer.pages) != len(leaves) or numbers != set(range(slides)):
        problem = f"{slides} slides gave {len(writer.pages)} pages where {len(leaves)} were laid out"
        raise DeckError(problem, deck.place, "Look for what is larger than its slide: deckwright check")
    outlined: set[int] = set()
    for at, leaf in enumerate(leaves):
        for one in leaf:
            if one["number"] not in outlined:
                writer.add_outline_item(title=one["title"] or str(one["number"] + 1), page_number=at)
                outlined.add(one["number"])
    settings = deck.settings
    authors = ", ".join(author.name for author in settings.author)
    writer.metadata = {"/Title": settings.title, "/Producer": "deckwright"} | ({"/Author": authors} if authors else {})
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject(settings.lang)
    root[NameObject("/ViewerPreferences")] = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    made = BytesIO()
    writer.write(made)
    return made.getvalue()
