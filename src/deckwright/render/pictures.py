"""Find the files that slides refer to, and give them addresses in the page."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from deckwright.errors import DeckError, Place, nearest
from deckwright.model import Attributes, Deck, Slide
from deckwright.render.assets import Assets
from deckwright.render.inlinesvg import NotInline, read_svg
from deckwright.render.webhtml import NotOffline, inspect, with_addresses

REMOTE = re.compile(r"^([a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
KEPT = re.compile(r"^(data:|#|$)", re.IGNORECASE)
PICTURES = ("png", "jpg", "jpeg", "svg", "gif", "webp", "avif", "mp4", "webm")
FETCHING_KEYS = ("data-background-image", "data-background-video", "data-background-iframe")
RAW_TAGS = "img|video|audio|source|iframe|embed|track"


class Pictures:
    """Turns the paths that authors write into addresses of the page, and keeps the files."""

    def __init__(self, deck: Deck, static: Callable[[str], Path | None], assets: Assets) -> None:
        self.deck, self.static, self.assets = deck, static, assets

    def address(self, written: str, slide: Slide) -> str:
        """The address of a picture named on a slide. Raises DeckError for one that is missing or remote."""
        return self.resolve(written, slide.place_of(written))

    def resolve(self, written: str, place: Place) -> str:
        """The address of a file: relative to the Markdown file, or from static/ with a leading slash."""
        return written if KEPT.match(written) else self.assets.add_file(self.found(written, place))

    def inline(self, written: str, slide: Slide) -> str:
        """The markup of an SVG file that is to stand in the page itself. Raises DeckError for what is none."""
        place = slide.place_of(written)
        try:
            return read_svg(self.assets.reads.content(self.found(written, place)))
        except NotInline as reason:
            remedy = "Mend the file, or leave out `.inline`: it is then shown as a file of its own."
            raise DeckError(f"{written} cannot stand in the page: {reason}", place, remedy) from reason

    def found(self, written: str, place: Place) -> Path:
        """The file that an author's path means. Raises DeckError for one that is missing or remote."""
        if REMOTE.match(written):
            remedy = "Save it beside the slides, so that the talk can be given offline."
            raise DeckError(f"{written} would be fetched from the network", place, remedy)
        file = self.file(written, place)
        if file is None:
            raise DeckError(f"there is no file {written!r}", place, self.remedy(written, place))
        return file

    def file(self, written: str, place: Place) -> Path | None:
        """The file that an author's path means, if it is there."""
        name = unquote(written.partition("#")[0].partition("?")[0])
        file = self.static(name[1:]) if name.startswith("/") else (self.deck.root / place.path).parent / name
        return file if file is not None and self.assets.reads.has(file) else None

    def link(self, written: str, slide: Slide) -> str:
        """The address that a link leads to: a file beside the slides travels with the page, all else stays."""
        file = None if KEPT.match(written) or ":" in written else self.file(written, slide.place)
        if file is None or file.suffix == ".md":
            return written
        return self.assets.add_file(file)

    def remedy(self, name: str, place: Place) -> str:
        """The nearest picture that does exist."""
        folder = (self.deck.root / place.path).parent
        static = self.deck.root / "static"
        if name.startswith("/"):
            start = f"A leading slash means the project's static/ folder: {static}."
            found = [f"/{path}" for path in pictures_of(static)]
            return f"{start} {nearest(name, found)}" if found else start
        if self.static(inside := name.removeprefix("static/")):
            return f"It lies in static/: write /{inside}."
        found = pictures_of(folder)
        return nearest(name, found) if found else f"Paths start from {folder}."

    def raw(self, html: str, slide: Slide) -> str:
        """The author's own HTML with the addresses of its files."""
        html = with_addresses(html, RAW_TAGS, lambda written: self.address(written, slide))
        try:
            inspect(html)
        except NotOffline as reason:
            place = slide.place_of(html.strip().splitlines()[0])
            problem = str(reason).replace("its HTML", "HTML that")
            raise DeckError(
                problem, place, "Put what it needs beside the slides; scripts go into a cell's HTML."
            ) from reason
        return html

    def attributes(self, slide: Slide) -> Attributes:
        """A slide's attributes with the addresses of its backgrounds."""
        pairs = tuple(
            (key, self.address(value, slide) if key in FETCHING_KEYS and is_file(key, value) else value)
            for key, value in slide.attributes.pairs
        )
        return Attributes(slide.attributes.id, slide.attributes.classes, pairs)


def pictures_of(folder: Path) -> list[str]:
    """The pictures in a folder and below, by their paths from there."""
    return [path.relative_to(folder).as_posix() for kind in PICTURES for path in folder.rglob(f"*.{kind}")]


def is_file(key: str, value: str) -> bool:
    """A background image may also be a CSS gradient."""
    return not (key == "data-background-image" and re.match(r"(repeating-)?(linear|radial|conic)-gradient", value))
