"""Which slide of the source each slide on the screen is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from deckwright.browser.chromium import ALL
from deckwright.errors import DeckError, Place, nearest
from deckwright.model import Deck, Slide

SLIDES = f"""() => {ALL}.map((slide) => {{
    const title = slide.querySelector('h1, h2, h3, h4, h5, h6')?.cloneNode(true);
    title?.querySelectorAll('.katex-mathml').forEach((copy) => copy.remove());
    const words = title?.textContent.trim().replace(/\\s+/g, ' ') ?? '';
    return {{ id: slide.id, classes: [...slide.classList], title: words }};
}})"""
HIDDEN = ("data-visibility", "hidden")  # Reveal takes such slides out


@dataclass(frozen=True, slots=True)
class Shown:
    """A slide on the screen. `slide` is None for the title slide, which the settings make."""

    number: int  # from 0
    id: str
    title: str
    place: Place
    slide: Slide | None

    @property
    def name(self) -> str:
        """What to call it: its id, else its number as the screen shows it."""
        return self.id or f"slide-{self.number + 1}"


def shown_slides(page: Page, deck: Deck) -> list[Shown]:
    """The slides of the deck that the page has open, in order. Raises DeckError if they are not those of the source."""
    seen: list[dict[str, Any]] = page.evaluate(SLIDES)
    visible = [slide for slide in deck.slides if HIDDEN not in slide.attributes.pairs]
    sources = matched(seen, visible, 1 if deck.title_slide else 0)
    if sources is None:
        problem = "the site was not built from these slides"
        raise DeckError(problem, deck.place, "Bring it up to date: deckwright build")
    return [
        Shown(number, one["id"], one["title"], slide.place if slide else deck.place, slide)
        for number, (one, slide) in enumerate(zip(seen, sources, strict=True))
    ]


def matched(seen: list[dict[str, Any]], slides: Sequence[Slide], made: int) -> list[Slide | None] | None:
    """The source of each slide; an output that has a slide of its own belongs to the one before. None: no match."""
    sources: list[Slide | None] = [None] * made
    rest = iter(slides)
    for one in seen[made:]:
        if "output-slide" in one["classes"] and sources:
            sources.append(sources[-1])
            continue
        slide = next(rest, None)
        if slide is None or slide.attributes.id != one["id"]:
            return None
        sources.append(slide)
    return sources if next(rest, None) is None and len(sources) == len(seen) else None


def chosen(shown: list[Shown], names: Sequence[str]) -> list[Shown]:
    """The slides of these ids or numbers, in the order asked for; all if none is asked for."""
    known = {one.name: one for one in shown} | {str(one.number + 1): one for one in shown}
    for name in names:
        if name not in known:
            raise DeckError(f"no slide is called {name!r}", shown[0].place, nearest(name, [one.name for one in shown]))
    return [known[name] for name in names] if names else shown
