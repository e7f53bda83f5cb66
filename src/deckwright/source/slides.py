"""Group a file's tokens into slides: at rules, and at headings when the deck asks for it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from deckwright.source.scan import (
    ATTRIBUTES,
    HEADING,
    UNDERLINE,
    DivClose,
    DivOpen,
    Separator,
    Text,
    Token,
    level_of_heading,
)

BRACES = re.compile(rf"{ATTRIBUTES}(?=[ \t]*$)")


@dataclass(slots=True)
class RawSlide:
    """The tokens of one slide, still unread."""

    below: bool
    line: int
    tokens: list[Token] = field(default_factory=list)
    section: bool = False  # begun by a heading above the slide level: a part of the talk

    @property
    def blank(self) -> bool:
        return all(isinstance(token, Text) and not token.text.strip() for token in self.tokens)


def group(tokens: Iterable[Token], slide_level: int, first_line: int) -> Iterator[RawSlide]:
    """Yield the slides of one file. Blank ones at its two ends are only separators, and dropped."""
    slide = RawSlide(below=False, line=first_line)
    depth, section, yielded = 0, False, False
    for token, following in with_next(tokens):
        depth += isinstance(token, DivOpen) - isinstance(token, DivClose)
        level = heading_level(token, following) if slide_level and not depth else 0
        if isinstance(token, Separator):
            if yielded or not slide.blank:
                yield slide
                yielded = True
            slide, section = RawSlide(token.below, token.line + 1), section and token.below
            continue
        if 0 < level <= slide_level:
            if not slide.blank:
                yield slide
                yielded = True
                slide = RawSlide(below=section and level == slide_level, line=token.line)
            slide.section = level < slide_level
            section = slide.section or section
        slide.tokens.append(token)
    if not slide.blank:
        yield slide


def with_next(tokens: Iterable[Token]) -> Iterator[tuple[Token, Token | None]]:
    """Each token and the one after it; no more is looked ahead, so that errors know their slide."""
    iterator = iter(tokens)
    token = next(iterator, None)
    while token is not None:
        following = next(iterator, None)
        yield token, following
        token = following


def heading_level(token: Token, following: Token | None) -> int:
    """1 to 6 for a line that is a heading, else 0."""
    if not isinstance(token, Text) or token.literal:
        return 0
    return level_of_heading(token.text, following.text if isinstance(following, Text) else "")


def first_heading(tokens: list[Token]) -> tuple[int, str, str]:
    """Where a slide's first heading stands among its tokens (-1: nowhere), its text and its braces."""
    for at, token in enumerate(tokens):
        if not isinstance(token, Text) or token.literal:
            continue
        if found := HEADING.match(token.text):
            return at, found["text"], found["braces"] or ""
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        before = tokens[at - 1] if at else None
        alone = not isinstance(before, Text) or not before.text.strip()
        if alone and token.text.strip() and isinstance(following, Text) and UNDERLINE.match(following.text):
            braces = BRACES.search(token.text)
            return at, token.text[: braces.start() if braces else None].strip(), braces[0] if braces else ""
    return -1, "", ""
