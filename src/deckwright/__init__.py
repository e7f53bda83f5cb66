"""deckwright turns Markdown slides with Python cells into a static Reveal.js site."""

__version__ = "0.1.0"
