"""Highlight code while building. Steps through lines are fragments and CSS, without script."""

import re
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from deckwright.errors import DeckError, Place
from deckwright.render.pieces import remembered

PLAIN = "text"
# Words in use that Pygments has no lexer for, or knows by another name.
ALIASES = {"": PLAIN, "txt": PLAIN, "plain": PLAIN, "julia-repl": "jlcon", "ipython": "ipython3"}


class UnknownLanguage(LookupError):
    """There is no highlighter for it."""


class CodeLine(NamedTuple):
    """One highlighted line, and the steps in which it is lit."""

    html: str
    steps: str


class CodeBlock(NamedTuple):
    """Code ready for the template. `later_steps` are the clicks after the first view."""

    lines: tuple[CodeLine, ...]
    language: str
    numbered: bool
    later_steps: tuple[int, ...]


def code_block(code: str, language: str, line_numbers: str, place: Place) -> CodeBlock:
    """Highlight code. `line_numbers`: "" none, "true" numbers, else steps such as "1|3-5"."""
    name = ALIASES.get(language, language)
    try:
        htmls = highlighted(code, name).split("\n")
    except UnknownLanguage as error:
        remedy = f"{close_name(name)}For code without colours write `text`."
        raise DeckError(f"no highlighter for the language {language!r}", place, remedy) from error
    views = [] if line_numbers in ("", "true") else [lines_of(view, len(htmls)) for view in line_numbers.split("|")]
    lines = tuple(
        CodeLine(html, " ".join(str(step) for step, view in enumerate(views) if number in view))
        for number, html in enumerate(htmls, 1)
    )
    return CodeBlock(lines, language or PLAIN, bool(line_numbers), tuple(range(1, len(views))))


def close_name(name: str) -> str:
    """The language that a misspelt name is very near to, if there is one."""
    close = get_close_matches(name, known_languages(), n=1, cutoff=0.8)
    return f"Did you mean {close[0]!r}? " if close else ""


@cache
def known_languages() -> frozenset[str]:
    """Every name that Pygments has a lexer for."""
    from pygments.lexers import LEXERS  # a deck without code never loads Pygments

    return frozenset(alias for _, _, aliases, _, _ in LEXERS.values() for alias in aliases)


@remembered
def highlighted(code: str, language: str) -> str:
    """HTML, line by line; no tag is open at a line's end. Raises UnknownLanguage."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    if language not in known_languages():
        raise UnknownLanguage(language)
    lexer = get_lexer_by_name(language, stripnl=False)
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True))).removesuffix("\n")


def lines_of(view: str, count: int) -> set[int]:
    """The lines that a view such as `1,3-5` lights; an empty one lights all."""
    if not view:
        return set(range(1, count + 1))
    lit: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", view):
        lit |= set(range(int(first), int(last or first) + 1))
    return lit
