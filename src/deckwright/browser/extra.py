"""What only the commands with a browser need, and what to do where it is missing."""

from importlib.util import find_spec

from deckwright.errors import DeckError, Place


def require(*modules: str) -> None:
    """Raise DeckError if a library is not installed."""
    for module in modules:
        if find_spec(module) is None:
            remedy = "Install what the commands with a browser need: pip install 'deckwright[browser]'"
            raise DeckError("is not installed", Place(module, 0), remedy)
