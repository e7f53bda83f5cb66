"""Cut a slide file into tokens: text in, tokens out. Knows fences, divs, comments and rules; opens no file."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from deckwright.errors import DeckError, Place
from deckwright.source.lists import Lists

FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
QUOTED_FENCE = re.compile(r"^\s*>[\s>]*(`{3,}|~{3,})")
DIV = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>:{3,})\s*(?P<head>.*?)\s*:*\s*$")
ATTRIBUTES = r"(?<!\\)\{[ \t]*(?:[#.]|[\w-]+[ \t]*=)[^{}]*\}"
HEADING = re.compile(rf"^ {{0,3}}(?P<marks>#{{1,6}})[ \t]+(?P<text>.*?)[ \t]*#*[ \t]*(?P<braces>{ATTRIBUTES})?[ \t]*$")
UNDERLINE = re.compile(r"^(=+|-+)[ \t]*$")
CODE_SPAN_OR_COMMENT = re.compile(r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))|(?P<comment><!--)")
SLIDE_COMMENT = re.compile(r"^\s*\.slide:\s*(?P<head>.*?)\s*$", re.DOTALL)
HTML_OPEN = re.compile(r"^ {0,3}<(?P<tag>[A-Za-z][\w-]*)(?P<rest>[^>]*>?)")
RAW_HTML = {"script", "style", "pre", "textarea"}  # hold no tags
# Python-Markdown's block elements, but for those whose closing tag may be left out; it takes 30 ms to load.
HTML_BLOCKS = frozenset(
    """address article aside blockquote body canvas center details div dl fieldset figcaption figure footer form group
    h1 h2 h3 h4 h5 h6 header hgroup html iframe legend main map math menu nav noscript object ol option output pre
    progress script section style summary table textarea ul video""".split()
)


class Text(NamedTuple):
    """A line of Markdown; `literal`: of an indented code or HTML block, where nothing is looked for."""

    text: str
    line: int
    literal: bool = False


class Separator(NamedTuple):
    """`---`, or `--` for a slide below."""

    below: bool
    line: int


class Fence(NamedTuple):
    """A fenced block: the rest of its opening line, and its lines without the fence's indent."""

    info: str
    body: tuple[str, ...]
    line: int
    indent: str


class DivOpen(NamedTuple):
    """`::: head`."""

    head: str
    line: int
    indent: str


class DivClose(NamedTuple):
    """The end of the innermost div."""

    line: int


class PauseLine(NamedTuple):
    """`. . .`."""

    line: int
    indent: str


class SlideComment(NamedTuple):
    """`<!-- .slide: head -->`."""

    head: str
    line: int


Token = Text | Separator | Fence | DivOpen | DivClose | PauseLine | SlideComment


def scan(lines: list[str], place: Callable[[int], Place], first_line: int = 1, slide_level: int = 0) -> Iterator[Token]:
    """Yield the tokens of a file, divs balanced. `place` turns a line's number into a Place.

    Raises DeckError for what is never closed.
    """
    return Scanner(lines, place, first_line, slide_level).tokens()


class Scanner:
    """The state of one pass over the lines: where we are, and what is open."""

    def __init__(self, lines: list[str], place: Callable[[int], Place], first_line: int, slide_level: int) -> None:
        self.lines, self.place, self.first_line, self.slide_level = lines, place, first_line, slide_level
        self.index = 0
        self.divs: list[tuple[int, int]] = []  # of the open ones: length of the fence, line
        self.notes = False  # inside a `Note:` paragraph, which runs to the slide's end
        self.after_blank = True
        self.lists = Lists()
        self.in_code = False  # the indented kind

    def tokens(self) -> Iterator[Token]:
        while self.index < len(self.lines):
            yield from self.next_tokens(self.lines[self.index])
        if self.divs:
            raise self.unclosed("a div", "Close it with a line of colons.", self.divs[-1][1])
        yield from self.end_notes()

    def next_tokens(self, text: str) -> Iterator[Token]:
        line = self.line
        if self.is_indented_code(text):
            yield Text(text, line, literal=True)
            self.advance(text)
        elif fence := FENCE.match(text):
            if "`" not in fence["info"] or fence["fence"][0] == "~":
                yield self.fence(fence)
            else:  # an inline code span of three ticks
                yield from self.prose(text)
        elif QUOTED_FENCE.match(text):
            raise DeckError("a fence cannot stand in a block quote", self.place(line), "Use a `:::` div instead.")
        elif (html := HTML_OPEN.match(text)) and self.after_blank and html["tag"].lower() in HTML_BLOCKS:
            yield from self.html(html["tag"], "markdown" in html["rest"])
        else:
            yield from self.prose(text)

    def prose(self, text: str) -> Iterator[Token]:
        """A line outside fences and HTML blocks, its comments taken out."""
        line = self.line
        kept, comments = self.without_comments(text)
        yield from (SlideComment(head["head"], line) for note in comments if (head := SLIDE_COMMENT.match(note)))
        if comments and not kept.strip():
            self.index += 1  # a line that was only comment leaves no trace
            return
        bare = kept.strip()
        if bare in ("---", "--") and kept[:1] == "-" and self.after_blank and not self.divs:
            yield from self.end_notes()
            yield Separator(bare == "--", line)
            self.lists = Lists()
        elif bare == ". . .":
            yield PauseLine(line, self.lists.indent(kept[: kept.index(".")]))
        elif div := DIV.match(kept):
            yield from self.div(div["fence"], div["head"], self.lists.indent(div["indent"]), line)
        elif kept.startswith("Note:") and self.after_blank and not self.divs:
            yield from self.end_notes()
            self.notes = True
            yield DivOpen("notes", line, "")
            yield Text(kept.removeprefix("Note:").lstrip(), line)
        else:
            if self.begins_slide(kept):
                yield from self.end_notes()
            yield Text(self.lists.read(kept, self.after_blank), line)
        self.advance(kept)

    def begins_slide(self, text: str) -> bool:
        """Whether a heading ends the slide, and with it a `Note:` paragraph."""
        following = self.lines[self.index + 1] if self.index + 1 < len(self.lines) else ""
        return 0 < level_of_heading(text, following) <= self.slide_level

    def div(self, fence: str, head: str, indent: str, line: int) -> Iterator[Token]:
        if head:
            self.divs.append((len(fence), line))
            yield DivOpen(head, line, indent)
        elif not self.divs:
            raise DeckError(f"`{fence}` closes no div", self.place(line), "Remove it, or open a div above it.")
        else:
            yield from (DivClose(line) for _ in range(self.closed_by(len(fence))))

    def closed_by(self, length: int) -> int:
        """How many divs a fence closes: the innermost, or up to the outer one that it is as long as."""
        innermost = self.divs[-1][0]
        lengths = [opened for opened, _ in reversed(self.divs)]
        count = lengths.index(length) + 1 if length > innermost and length in lengths else 1
        del self.divs[-count:]
        return count

    def end_notes(self) -> Iterator[Token]:
        if self.notes:
            self.notes = False
            yield DivClose(self.line)

    def fence(self, opening: re.Match[str]) -> Fence:
        line, indent = self.line, opening["indent"]
        closing = re.compile(rf"^\s*{re.escape(opening['fence'][0])}{{{len(opening['fence'])},}}\s*$")
        body: list[str] = []
        for text in self.lines[self.index + 1 :]:
            if closing.match(text):
                self.index += len(body) + 2
                self.after_blank = True
                return Fence(opening["info"].strip(), tuple(body), line, self.lists.indent(indent))
            body.append(dedent(text, len(indent.expandtabs(4))))
        raise self.unclosed("a fence", f"Close it with a line  {opening['fence']}", line)

    def html(self, tag: str, markdown: bool) -> Iterator[Token]:
        """A block of HTML, up to the tag that closes its first one."""
        line, depth = self.line, 0
        tags = re.compile(rf"<(/?){re.escape(tag)}\b[^>]*?(/?)>|<!--.*?-->", re.IGNORECASE)
        while self.index < len(self.lines):
            text = self.lines[self.index]
            for found in tags.finditer(text):
                inside_raw = depth > 0 and tag.lower() in RAW_HTML and not found[1]
                ignored = found[0].startswith("<!--") or found[2] or inside_raw
                depth += 0 if ignored else -1 if found[1] else 1
            if markdown and (fence := FENCE.match(text)):
                yield self.fence(fence)
                continue
            if FENCE.match(text) and "{python" in text:
                remedy = "Put it in a `:::` div."
                raise DeckError("a cell cannot stand in an HTML block", self.place(self.line), remedy)
            yield Text(text, self.line, literal=not markdown)
            self.advance(text)
            if depth <= 0:
                return
        raise self.unclosed(f"the HTML block <{tag}>", f"Close it with </{tag}>.", line)

    def without_comments(self, text: str) -> tuple[str, list[str]]:
        """The line without comments, and their texts. A comment over lines swallows those lines."""
        comments = []
        start = 0
        while found := CODE_SPAN_OR_COMMENT.search(text, start):
            if found["code"]:
                start = found.end()
                continue
            start = found.start()
            text = self.join_until_comment_ends(text, start)
            inside, _, rest = text[start + 4 :].partition("-->")
            comments.append(inside)
            text = text[:start] + rest
        return text, comments

    def join_until_comment_ends(self, text: str, start: int) -> str:
        line = self.line
        while "-->" not in text[start + 4 :]:
            self.index += 1
            if self.index >= len(self.lines):
                raise self.unclosed("an HTML comment", "Close it with `-->`.", line)
            text += "\n" + self.lines[self.index]
        return text

    def is_indented_code(self, text: str) -> bool:
        indented = text.startswith(("    ", "\t")) and bool(text.strip())
        return indented and not self.lists and (self.after_blank or self.in_code)

    def advance(self, text: str) -> None:
        self.in_code = self.is_indented_code(text) or (self.in_code and not text.strip())
        self.after_blank = not text.strip()
        self.index += 1

    @property
    def line(self) -> int:
        return self.index + self.first_line

    def unclosed(self, what: str, remedy: str, line: int) -> DeckError:
        return DeckError(f"{what} opened here is never closed", self.place(line), remedy)


def level_of_heading(text: str, following: str) -> int:
    """1 to 6 for a heading, with number signs or underlined by the line that follows; else 0."""
    if found := HEADING.match(text):
        return len(found["marks"])
    underlined = UNDERLINE.match(following) if text.strip() else None
    return (1 if underlined[1][0] == "=" else 2) if underlined else 0


def dedent(text: str, columns: int) -> str:
    """Take away as many leading blanks as the fence had, and no more."""
    if "\t" in text[:columns]:
        text = text.expandtabs(4)
    return text[min(columns, len(text) - len(text.lstrip(" "))) :]
