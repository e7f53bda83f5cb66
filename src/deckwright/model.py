"""The frozen values that cross the stages: a Deck of Slides of blocks, and the Results of its cells."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deckwright.errors import Place
from deckwright.settings import CellOptions, Settings

Output = Mapping[str, Any]  # one nbformat output


@dataclass(frozen=True, slots=True)
class Attributes:
    """What stands in `{#id .class key="value"}`."""

    id: str = ""
    classes: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """The value of a key, or nothing."""
        return dict(self.pairs).get(name, "")


@dataclass(frozen=True, slots=True)
class Expression:
    """An inline `{python} …`: its value stands in the text."""

    label: str
    code: str
    place: Place


@dataclass(frozen=True, slots=True)
class Formula:
    r"""TeX between dollars or `\(…\)`."""

    tex: str
    display: bool
    place: Place


Inline = Expression | Formula


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown. Where `inlines[n]` stands, the text holds `mark(n)`."""

    text: str
    place: Place
    inlines: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A fence that is only shown."""

    code: str
    language: str
    attributes: Attributes
    line_numbers: str
    place: Place
    indent: str = ""  # blanks before the fence: inside a list item


@dataclass(frozen=True, slots=True)
class Cell:
    """A fence that runs. `place` is its opening line, `code_place` its first line of code."""

    label: str
    code: str
    options: CellOptions
    place: Place
    code_place: Place
    caption: Prose
    alternative: Prose  # in words, for those who do not see the figure
    width: float = 1.0  # of the slide, as the columns around it leave
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Div:
    """`::: {attributes}` and what stands in it."""

    attributes: Attributes
    blocks: tuple["Block", ...]
    place: Place
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """`. . .`: what follows appears on a click."""

    indent: str = ""


Block = Prose | Listing | Cell | Div | Pause


@dataclass(frozen=True, slots=True)
class Slide:
    """What stands between two separators."""

    number: int  # from 1, in reading order; the title slide is none of them
    below: bool  # under the slide before it
    attributes: Attributes
    blocks: tuple[Block, ...]
    place: Place
    source: str  # as written, for finding lines

    def place_of(self, written: str) -> Place:
        """Where a text first stands on the slide; the slide's first line if it does not."""
        before, found, _ = self.source.partition(written)
        return self.place.at(self.place.line + before.count("\n")) if found else self.place


@dataclass(frozen=True, slots=True)
class Deck:
    """One deck. `name` is the subfolder it comes from, empty for the main one."""

    name: str
    root: Path  # the project: cells run here, paths in places start here
    folder: Path  # of the Markdown files
    settings: Settings
    slides: tuple[Slide, ...]
    title_slide: bool = True  # made from the settings; a notebook has its own

    @property
    def place(self) -> Place:
        """Where the settings stand."""
        return Place(self.slides[0].place.path, 1)


MARK = re.compile("\ue000(\\d+)\ue001")


def mark(number: int) -> str:
    """Stand-in for an inline in a Prose text: private-use characters, which no author types. MARK finds it."""
    return f"\ue000{number}\ue001"


def blocks_of(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """All blocks, divs before their content, in reading order."""
    for block in blocks:
        yield block
        if isinstance(block, Div):
            yield from blocks_of(block.blocks)


def expressions(prose: Prose) -> Iterator[Expression]:
    """The inline expressions of one text."""
    return (inline for inline in prose.inlines if isinstance(inline, Expression))


def is_never_kept(step: Cell | Expression) -> bool:
    """Whether its author has it run at every build."""
    return isinstance(step, Cell) and step.options.cache == "never"


def steps(deck: Deck) -> Iterator[Cell | Expression]:
    """Everything that runs, in the order in which it runs; a caption follows its cell."""
    for slide in deck.slides:
        for block in blocks_of(slide.blocks):
            if isinstance(block, Cell):
                if block.options.eval:
                    yield block
                yield from expressions(block.caption)
                yield from expressions(block.alternative)
            elif isinstance(block, Prose):
                yield from expressions(block)


@dataclass(frozen=True, slots=True)
class Results:
    """What running gave: the nbformat outputs of each cell and expression, by label."""

    outputs: Mapping[str, tuple[Output, ...]]
    language_info: Mapping[str, Any]  # of the kernel, for the notebook
    digests: Mapping[str, str] = field(default_factory=dict)  # of each step's outputs, where they are known


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered deck: files by their path in the site. The page itself is `index.html`."""

    files: Mapping[str, bytes]
    theme: str
    slides: int  # the title slide is one of them
