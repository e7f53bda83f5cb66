"""What may be typed for the commands of this folder. Loads nothing, so that help is there at once."""

import argparse
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

Add = Callable[..., ArgumentParser]


def add_browser(add: Add) -> None:
    """The parsers; `add` makes one for a command."""
    pictures = add(
        "pictures",
        "photograph the slides",
        "Make a PNG of each slide of the built site, all fragments shown, and contact sheets. Needs a browser.",
        "  deckwright pictures                        into build/pictures\n"
        "  deckwright pictures shots --size 1920x1080\n"
        "  deckwright pictures --only plot 7          the slide `plot` and the seventh\n"
        "  deckwright pictures --only a b --social    and slides/social.png of the two, for links to the deck\n",
    )
    pictures.add_argument(
        "into", nargs="?", type=Path, metavar="FOLDER", help="where they go (default: build/pictures)"
    )
    add_site(pictures)
    add_scheme(pictures)
    pictures.add_argument("--size", type=size_of, metavar="WxH", help="of the screen (default: the deck's)")
    pictures.add_argument("--only", nargs="+", default=[], metavar="SLIDE", help="these slides, by id or number")
    pictures.add_argument("--social", action="store_true", help="also write the picture that links show: social.png")


def add_site(command: ArgumentParser) -> None:
    """Where the built site is."""
    command.add_argument("--site", dest="out", type=Path, metavar="FOLDER", help="the built site (default: site)")


def add_scheme(command: ArgumentParser) -> None:
    """How it is to look."""
    command.add_argument("--scheme", choices=("light", "dark"), default="light", help="what the viewer prefers")


def size_of(text: str) -> tuple[int, int]:
    """A screen's width and height."""
    from deckwright.source.readers import BadValue, size

    try:
        return size(text)
    except BadValue as error:
        raise argparse.ArgumentTypeError(str(error)) from error
