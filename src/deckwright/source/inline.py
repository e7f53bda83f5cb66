"""Find formulas and inline expressions in Markdown text, past code spans and escapes."""

import ast
import re
from collections.abc import Callable

from deckwright.errors import DeckError, Place
from deckwright.model import Expression, Formula, Inline, Prose, mark
from deckwright.source.scan import Text

# Pandoc's rule: no blank inside the dollars, no digit after them; so $5 and $10 stay prices.
TOKEN = re.compile(
    r"""
      (?P<code>(?<![`\\])(?P<ticks>`+)(?!`)(?P<span>.+?)(?<!`)(?P=ticks)(?!`))
    | \$\$(?P<block>.+?)(?<!\\)\$\$
    | (?<!\\)\\\[(?P<bracket>.+?)\\\]
    | (?<!\\)\\\((?P<paren>.+?)\\\)
    | \\(?P<escape>.)
    | (?P<open>\$\$)
    | \$(?P<dollar>(?![\s$])(?:\\.|[^\\$])+?)(?<!\s)\$(?!\d)
    """,
    re.VERBOSE | re.DOTALL,
)
EXPRESSION = re.compile(r"^\{\s*python\s*\}\s*(?P<code>.+)$", re.DOTALL)
DISPLAY = {"block": True, "bracket": True, "paren": False, "dollar": False}

Name = Callable[[], str] | None  # gives the next expression's label; None: what looks like one stays code


def read_prose(lines: list[Text], place: Place, name: Name) -> Prose:
    """Join lines of text, their inlines marked. `place` is that of the first line."""
    inlines: list[Inline] = []
    pieces: list[str] = []
    for chunk in chunks(lines):
        text = "\n".join(line.text for line in chunk)
        if chunk[0].literal:
            pieces.append(text)
        else:
            pieces.append(mark_inlines(text, place.at(chunk[0].line), inlines, name))
    return Prose("\n".join(pieces), place, tuple(inlines))


def read_text(text: str, place: Place, name: Name) -> Prose:
    """The same for a text that is no line of its own: a caption, a printed output."""
    return read_prose([Text(text, place.line)], place, name)


def chunks(lines: list[Text]) -> list[list[Text]]:
    """Paragraphs: nothing inline crosses a blank line, or the edge of a literal block."""
    found: list[list[Text]] = []
    for line in lines:
        if found and found[-1][-1].text.strip() and line.text.strip() and found[-1][-1].literal == line.literal:
            found[-1].append(line)
        else:
            found.append([line])
    return found


def mark_inlines(text: str, place: Place, inlines: list[Inline], name: Name) -> str:
    """Replace formulas and expressions by marks, and gather them."""

    def replace(found: re.Match[str]) -> str:
        here = place.at(place.line + text.count("\n", 0, found.start()))
        inline = read_inline(found, here, name)
        if inline is None:
            return "&#36;" if found["escape"] == "$" else found[0]
        inlines.append(inline)
        return mark(len(inlines) - 1)

    return TOKEN.sub(replace, text) if "$" in text or "\\" in text or "`" in text else text


def read_inline(found: re.Match[str], place: Place, name: Name) -> Inline | None:
    """What a token is: an inline, or None for text that stays."""
    if found["code"]:
        expression = EXPRESSION.match(found["span"]) if found["ticks"] == "`" else None
        return Expression(name(), checked(expression["code"].strip(), place), place) if name and expression else None
    if found["open"]:
        remedy = "Close it with `$$` before the next blank line; a dollar sign is `\\$`."
        raise DeckError("display math opened here is never closed", place, remedy)
    for kind, display in DISPLAY.items():
        if tex := found[kind]:
            return Formula(tex.strip(), display, place)
    return None


def checked(code: str, place: Place) -> str:
    """The code of an expression, if it parses."""
    try:
        ast.parse(code, mode="eval")
    except SyntaxError as error:
        raise DeckError(
            f"an inline expression does not parse: {error.msg}",
            place,
            "Inline code is one Python expression; put statements in a cell.",
            excerpt=f"    {code}",
        ) from error
    return code
