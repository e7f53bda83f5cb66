"""Turn a deck's texts into a Deck: slides, their blocks, and every cell with its options. Opens only extracts."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from deckwright.errors import DeckError, Place
from deckwright.model import Attributes, Block, Cell, Deck, Div, Listing, Pause, Prose, Slide
from deckwright.reads import Reads
from deckwright.settings import CellOptions, Settings
from deckwright.source import options
from deckwright.source.extract import extract
from deckwright.source.frontmatter import looks_like_front_matter, read_front_matter
from deckwright.source.inline import read_prose, read_text
from deckwright.source.scan import DivClose, DivOpen, Fence, PauseLine, Separator, SlideComment, Text, Token, scan
from deckwright.source.slides import RawSlide, first_heading, group

TITLE_ID = "title"
TITLE_SLIDE = 1  # made from front matter, so the first written slide is number 2
MOST_STEPS = 12  # after the first view: as many as static/deckwright.css has rules for
LABEL = re.compile(r"^[\w.:-]+$")
LINE_NUMBERS = re.compile(r"^(\d+(-\d+)?(,\d+(-\d+)?)*)?(\|(\d+(-\d+)?(,\d+(-\d+)?)*)?)*$")


def parse(files: Sequence[tuple[str, str]], name: str, root: Path, folder: Path, reads: Reads | None = None) -> Deck:
    """Read (path, text) pairs, in order, as one deck. Raises DeckError."""
    first_path, first_text = files[0]
    settings, first_line = read_front_matter(first_text, first_path)
    parser = Parser(root, settings, ids={TITLE_ID: Place(first_path, 1)}, reads=reads or Reads())
    slides: list[Slide] = []
    for path, text in files:
        if path != first_path and looks_like_front_matter(text):
            raise DeckError(
                "front matter in a file that is not the deck's first", Place(path, 1), f"Move it to {first_path}."
            )
        slides += parser.file(path, text, first_line if path == first_path else 1)
    if not slides:
        raise DeckError(
            "the deck has no slides", Place(first_path, first_line), "Write some Markdown below the front matter."
        )
    return Deck(name, root, folder, settings, tuple(slides))


@dataclass
class Parser:
    """What must be known across the slides of a deck: their count, and the names taken."""

    root: Path
    settings: Settings
    number: int = TITLE_SLIDE
    path: str = ""
    printed_at: Place | None = None  # set for text that a cell gave: nothing in it runs
    labels: dict[str, Place] = field(default_factory=dict)
    ids: dict[str, Place] = field(default_factory=dict)
    reads: Reads = field(default_factory=Reads)  # gives the files that cells take their code from

    def file(self, path: str, text: str, first_line: int) -> Iterator[Slide]:
        self.path = path
        lines = text.splitlines()
        self.number += 1
        tokens = scan(lines[first_line - 1 :], self.place, first_line, self.settings.slide_level)
        raws = group(tokens, self.settings.slide_level, first_line)
        for raw in raws:
            end = max((last_line(token) for token in raw.tokens), default=raw.line)
            yield self.slide(raw, "\n".join(lines[raw.line - 1 : end]))
            self.number += 1
        self.number -= 1

    def place(self, line: int) -> Place:
        return self.printed_at or Place(self.path, line, self.number)

    def slide(self, raw: RawSlide, source: str) -> Slide:
        attributes = self.slide_attributes(raw)
        reader = SlideReader(self, raw.tokens)
        blocks = tuple(with_widths(reader.blocks(), 1.0))
        slide = Slide(self.number, raw.below, attributes, blocks, self.place(raw.line), source)
        self.number += reader.extra_slides
        return slide

    def slide_attributes(self, raw: RawSlide) -> Attributes:
        """Merge the heading's braces, which leave the text, with `.slide:` comments."""
        at, title, braces = first_heading(raw.tokens)
        found: list[Attributes] = []
        heading = raw.tokens[at] if at >= 0 else None
        if isinstance(heading, Text) and braces:
            found.append(options.read_slide_attributes(braces[1:-1], self.place(heading.line)))
            before, _, after = heading.text.rpartition(braces)
            raw.tokens[at] = heading._replace(text=(before + after).rstrip())
        for token in raw.tokens:
            if isinstance(token, SlideComment):
                found.append(options.read_slide_attributes(token.head, self.place(token.line)))
        identity = next((one.id for one in found if one.id), "")
        section = ("section",) if raw.section and not any("section" in one.classes for one in found) else ()
        classes = section + tuple(name for one in found for name in one.classes)
        pairs = tuple(pair for one in found for pair in one.pairs)
        line = heading.line if heading else raw.line
        return Attributes(self.slide_id(identity, title, line), classes, pairs)

    def slide_id(self, written: str, title: str, line: int) -> str:
        """The id as written, else one made of the title: links to a slide then outlive its number."""
        if written in self.ids:
            raise DeckError(
                f"two slides have the id {written!r}", self.place(line), f"The other is at {self.ids[written]}."
            )
        slug = written or slug_of(re.sub(r"`|\*|\[|\]\(.*?\)|<.*?>|\$", "", title))
        copies = 1
        identity = slug
        while identity in self.ids:
            copies += 1
            identity = f"{slug}-{copies}"
        if identity:
            self.ids[identity] = self.place(line)
        return identity

    def claim_id(self, identity: str, place: Place) -> None:
        if identity in self.ids:
            raise DeckError(f"two elements have the id {identity!r}", place, f"The other is at {self.ids[identity]}.")
        if identity:
            self.ids[identity] = place

    def claim(self, label: str, place: Place) -> None:
        if not LABEL.match(label):
            raise DeckError(f"cannot use the label {label!r}", place, "Write letters, digits and -_.: alone.")
        if label in self.labels:
            raise DeckError(f"two cells have the label {label!r}", place, f"The other is at {self.labels[label]}.")
        self.labels[label] = place


def slug_of(title: str) -> str:
    """A title as an id: what Python-Markdown's `slugify_unicode` gives, without the 30 ms that loading it takes."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower())


class SlideReader:
    """Reads the tokens of one slide into blocks; divs nest by recursion."""

    def __init__(self, parser: Parser, tokens: list[Token]) -> None:
        self.parser = parser
        self.tokens = iter(tokens)
        self.cells = self.inlines = self.extra_slides = 0

    def blocks(self) -> Iterator[Block]:
        """The blocks up to the end of the div, or of the slide."""
        lines: list[Text] = []
        for token in self.tokens:
            if isinstance(token, Text):
                lines.append(token)
                continue
            yield from self.prose(lines)
            lines = []
            match token:
                case Fence():
                    yield self.fence(token)
                case DivOpen():
                    attributes = options.read_div(token.head, self.parser.place(token.line))
                    self.parser.claim_id(attributes.id, self.parser.place(token.line))
                    yield Div(attributes, tuple(self.blocks()), self.parser.place(token.line), token.indent)
                case PauseLine():
                    yield Pause(token.indent)
                case DivClose():
                    return
        yield from self.prose(lines)

    def prose(self, lines: list[Text]) -> Iterator[Prose]:
        if any(line.text.strip() for line in lines):
            name = None if self.parser.printed_at else self.inline_label
            yield read_prose(lines, self.parser.place(lines[0].line), name)

    def inline_label(self) -> str:
        self.inlines += 1
        return f"inline@{self.parser.number}-{self.inlines}"  # no author's label has an @

    def fence(self, fence: Fence) -> Cell | Listing:
        place = self.parser.place(fence.line)
        if options.is_cell(fence.info, place):
            if self.parser.printed_at is None:
                return self.cell(fence, place)
            fence = fence._replace(info="python")
        shown = options.read_shown(fence.info, place)
        check_line_numbers(shown.line_numbers, len(fence.body), place)
        return Listing("\n".join(fence.body), shown.language, shown.attributes, shown.line_numbers, place, fence.indent)

    def cell(self, fence: Fence, place: Place) -> Cell:
        chosen, body, skipped = options.read_options(fence.info, fence.body, place, self.parser.settings.execute)
        self.cells += 1
        label = chosen.label or f"slide-{self.parser.number}-{self.cells}"
        self.parser.claim(label, place)
        code, code_place = self.code(chosen, body, place, place.at(place.line + skipped + 1))
        check_line_numbers(chosen.code_line_numbers, code.count("\n") + 1, place)
        caption = read_text(chosen.fig_cap, place, self.inline_label)
        alternative = read_text(chosen.fig_alt, place, self.inline_label)
        self.extra_slides += chosen.output_location == "slide"
        return Cell(label, code, chosen, place, code_place, caption, alternative, indent=fence.indent)

    def code(self, chosen: CellOptions, body: tuple[str, ...], place: Place, below: Place) -> tuple[str, Place]:
        written = "\n".join(body)
        if not chosen.file:
            return written, below
        if written.strip():
            raise DeckError("a cell with `file` has code of its own", place, "Put that code in a cell below.")
        piece, path = extract(self.parser.root, chosen.file, place, self.parser.reads)
        return piece.code, Place(path, piece.line, place.slide)


def read_markdown(text: str, place: Place, root: Path) -> tuple[Block, ...]:
    """Read Markdown that the cell at `place` gave: the format of slides, but nothing in it runs."""
    parser = Parser(root, Settings(title=""), path=place.path, printed_at=place)
    return tuple(SlideReader(parser, markdown_tokens(text.splitlines(), parser.place)).blocks())


def markdown_tokens(lines: list[str], place: Callable[[int], Place]) -> list[Token]:
    """The tokens of Markdown that is no deck: rules in it are rules."""
    return [Text("---", token.line) if isinstance(token, Separator) else token for token in scan(lines, place)]


def last_line(token: Token) -> int:
    """Where a token ends."""
    return token.line + (len(token.body) + 1 if isinstance(token, Fence) else 0)


def check_line_numbers(steps: str, lines: int, place: Place) -> None:
    """Raise DeckError for steps that cannot be read, or that name lines which are not there."""
    if steps in ("", "true"):
        return
    if not LINE_NUMBERS.match(steps):
        raise DeckError(f"cannot read code-line-numbers {steps!r}", place, 'Write lines and steps: "1|3-5|7,9".')
    if steps.count("|") > MOST_STEPS:
        raise DeckError(f"code-line-numbers has {steps.count('|')} clicks, but {MOST_STEPS} is the most", place)
    beyond = [number for number in re.findall(r"\d+", steps) if not 1 <= int(number) <= lines]
    if beyond:
        raise DeckError(f"code-line-numbers names line {beyond[0]}, but the code has {lines}", place)


def with_widths(blocks: Iterator[Block] | tuple[Block, ...], width: float) -> Iterator[Block]:
    """Tell each cell how much of the slide's width its columns leave."""
    listed = tuple(blocks)
    columns = [block for block in listed if isinstance(block, Div) and "column" in block.attributes.classes]
    for block in listed:
        if isinstance(block, Div):
            share = column_share(block, len(columns)) if block in columns else 1.0
            yield replace(block, blocks=tuple(with_widths(block.blocks, width * share)))
        elif isinstance(block, Cell):
            beside = block.options.output_location.startswith("column")
            yield replace(block, width=width / 2 if beside else width)
        else:
            yield block


def column_share(column: Div, count: int) -> float:
    """The share of the width that a column takes; equal shares where none is given."""
    percent = re.fullmatch(r"(\d+(?:\.\d+)?)%", column.attributes.get("width"))
    return float(percent[1]) / 100 if percent else 1 / count
