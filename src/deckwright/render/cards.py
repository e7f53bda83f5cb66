"""The page that lists the decks of a project: a card for each."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment

from deckwright.model import Deck, Page

PICTURE = re.compile(r"""<img\b[^>]*?\bsrc="(?P<address>media/[^"]+)\"""")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'"
)


class Card(NamedTuple):
    """What the list tells of a deck."""

    name: str  # of its folder
    lang: str
    title: str
    subtitle: str
    description: str
    picture: str  # its address, from the list
    slides: int
    minutes: int

    @property
    def address(self) -> str:
        """Of the deck, from the list."""
        return f"{quote(self.name)}/index.html" if self.name else "index.html"


def picture_of(page: Page, social_picture: str) -> str:
    """The address of a deck's picture, from its page: the one that it gives, else its first."""
    first = PICTURE.search(page.files["index.html"].decode())
    return social_picture or (first["address"] if first else "")


def card_of(deck: Deck, page: Page, picture: str) -> Card:
    """The card of a deck with this picture."""
    settings = deck.settings
    words = (settings.title, settings.subtitle, settings.description)
    return Card(deck.name, settings.lang, *words, picture, page.slides, settings.duration)


def cards_page(cards: Sequence[Card], templates: Environment, policy: str = POLICY) -> str:
    """The page, by the template `decks.html`."""
    main = next((card for card in cards if not card.name), None)
    title, lang = main.title if main else "Decks", cards[0].lang
    return templates.get_template("decks.html").render(cards=cards, title=title, lang=lang, policy=policy)


def noted(card: Card) -> bytes:
    """A card as a note for a later build."""
    return json.dumps(card).encode()


def recalled(note: bytes) -> Card:
    """The card of a note."""
    return Card(*json.loads(note))
