"""The executed notebook and the plain reading page: what a reader takes home instead of the show."""

from deckwright.model import Deck, Page, Results


def companions(page: Page, deck: Deck, results: Results) -> Page:
    return page
