"""What may be typed for the commands of this folder. Loads nothing, so that help is there at once."""

import argparse
from argparse import ArgumentParser
from pathlib import Path

from deckwright.arguments import Add

LEVELS = ("error", "warning", "note")


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
    add_check(add)
    add_pdf(add)


def add_check(add: Add) -> None:
    """The parser of `check`."""
    check = add(
        "check",
        "find what the audience would stumble over",
        "See every slide of the built site in a browser, at several sizes of the screen: what overflows, is clipped, "
        "tiny, faint, broken, empty, fetched from elsewhere, or out of reach for some. Exit code 1 if there is any.",
        "  deckwright check\n"
        "  deckwright check --level error         warnings are told, and let pass\n"
        "  deckwright check --external            ask for each link to elsewhere, too\n"
        "  deckwright check --sarif > check.sarif for services that show findings beside the source\n",
    )
    add_site(check)
    check.add_argument(
        "--sizes", nargs="+", type=size_of, metavar="WxH", help="of screens, besides the deck's own size"
    )
    check.add_argument("--level", choices=LEVELS, default="warning", help="what makes exit code 1")
    check.add_argument("--no-axe", action="store_true", help="skip the rules of axe, which take the longest")
    check.add_argument("--notes", action="store_true", help="also tell the slides that have no notes")
    check.add_argument("--external", action="store_true", help="also ask for each link to elsewhere")
    form = check.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, for programs")
    form.add_argument("--sarif", action="store_true", help="print SARIF, for services that read it")


def add_pdf(add: Add) -> None:
    """The parser of `pdf`."""
    pdf = add(
        "pdf",
        "print the slides",
        "Make a PDF of the built site that looks as the screen does: a page a slide, with an outline and links. "
        "Needs a browser.",
        "  deckwright pdf                         build/slides.pdf\n"
        "  deckwright pdf talk.pdf --fragments    a page for each click\n"
        "  deckwright pdf --handout 4             four slides on a page\n"
        "  deckwright pdf --notes                 each slide above its notes\n",
    )
    pdf.add_argument("into", nargs="?", type=Path, metavar="OUT", help="the file (default: build/slides.pdf)")
    add_site(pdf)
    add_scheme(pdf)
    pdf.add_argument("--fragments", action="store_true", help="a page for each click, not for each slide")
    form = pdf.add_mutually_exclusive_group()
    form.add_argument("--notes", action="store_true", help="A4 pages: a slide above, its notes below")
    form.add_argument("--handout", type=int, choices=(2, 4, 6), help="A4 pages with so many slides each")


def add_site(command: ArgumentParser) -> None:
    """Where the built site is."""
    command.add_argument("--site", dest="out", type=Path, metavar="FOLDER", help="the built site (default: site)")


def add_scheme(command: ArgumentParser) -> None:
    """How it is to look."""
    command.add_argument("--scheme", choices=("light", "dark"), help="how the slides look (default: as the deck says)")


def size_of(text: str) -> tuple[int, int]:
    """A screen's width and height."""
    from deckwright.source.readers import BadValue, size

    try:
        return size(text)
    except BadValue as error:
        raise argparse.ArgumentTypeError(str(error)) from error
