"""The pieces of pages that take long to make, and that most builds need again."""

from deckwright.remembered import Remembered

remembered = Remembered()
