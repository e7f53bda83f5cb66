"""Group a file's tokens into slides: at rules, and at headings when the deck asks for it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from deckwright.source.scan import DivClose, DivOpen, Separator, Text, Token

HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<text>.*?)[ \t]*#*[ \t]*(?P<braces>\{[^{}]*\})?[ \t]*$")
UNDERLINE = re.compile(r"^(=+|-+)[ \t]*$")


@dataclass(slots=True)
class RawSlide:
    """The tokens of one slide, still unread."""

    below: bool
    line: int
    tokens: list[Token] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        return all(isinstance(token, Text) and not token.text.strip() for token in self.tokens)


def group(tokens: Iterable[Token], slide_level: int, first_line: int) -> Iterator[RawSlide]:
    """Yield the slides of one file. Blank ones at its two ends are only separators, and dropped."""
    slide = RawSlide(below=False, line=first_line)
    depth, section, yielded = 0, False, False
    for token in tokens:
        depth += isinstance(token, DivOpen) - isinstance(token, DivClose)
        level = heading_level(token) if slide_level and not depth else 0
        if isinstance(token, Separator):
            if yielded or not slide.blank:
                yield slide
                yielded = True
            slide, section = RawSlide(token.below, token.line + 1), False
            continue
        if 0 < level <= slide_level:
            if not slide.blank:
                yield slide
                yielded = True
                slide = RawSlide(below=section and level == slide_level, line=token.line)
            section = level < slide_level or section
        slide.tokens.append(token)
    if not slide.blank:
        yield slide


def heading_level(token: Token) -> int:
    """1 to 6 for an ATX heading, else 0."""
    found = HEADING.match(token.text) if isinstance(token, Text) and not token.literal else None
    return len(found["marks"]) if found else 0


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
            text, brace, rest = token.text.partition("{")
            return at, text.strip(), (brace + rest).strip()
    return -1, "", ""
