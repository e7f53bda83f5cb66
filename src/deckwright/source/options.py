"""Read what stands in braces and in `#|` lines: attributes, info strings, cell options."""

import re
from difflib import get_close_matches
from typing import Any, NamedTuple

from deckwright.errors import DeckError, Place, nearest
from deckwright.model import Attributes
from deckwright.settings import CellOptions
from deckwright.source.readers import UnknownName, WrongValue, read_cell_options
from deckwright.source.yamls import BadYaml, load_yaml

ATTRIBUTE = re.compile(
    r"""[\s,]*(?:
      \#(?P<id>[^\s{}=]+)
    | \.(?P<class>[^\s{}=.]+)
    | (?P<key>[A-Za-z@:_][\w:.-]*)\s*=\s*
        (?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<bare>[^\s"'{},]+))
    )(?=[\s,]|$)""",
    re.VERBOSE,
)
CELL = re.compile(r"^\{\s*python\b(?P<options>.*)\}\s*$")
SHOWN = re.compile(r"^(?P<language>[^\s{]*)\s*(?:\{(?P<attributes>.*)\})?\s*$")
OPTION_LINE = re.compile(r"^#\s?\|(?P<yaml>.*)$")
DIV_WORD = re.compile(r"^[^\s{}]+$")
# What Reveal reads from data- attributes, on a slide and on anything inside one.
SLIDE_KEYS = frozenset(
    """background background-color background-image background-size background-position background-repeat
    background-opacity background-video background-video-loop background-video-muted background-iframe
    background-interactive background-gradient background-transition transition transition-speed autoslide
    auto-animate auto-animate-id auto-animate-restart auto-animate-easing auto-animate-duration
    auto-animate-delay auto-animate-unmatched state visibility timing prevent-swipe menu-title""".split()
)
ELEMENT_KEYS = frozenset(
    """fragment-index auto-animate-target auto-animate-delay auto-animate-duration auto-animate-easing
    preview-link preview-image preview-video autoplay""".split()
)
HTML_KEYS = frozenset("style title lang dir role tabindex hidden translate".split())
SIZE_KEYS = frozenset("width height".split())


def read_attributes(text: str, place: Place) -> Attributes:
    """Read `#id .class key="value"`, the inside of a pair of braces."""
    identity, end = "", 0
    classes: list[str] = []
    pairs: list[tuple[str, str]] = []
    while text[end:].strip(" \t\n,"):
        found = ATTRIBUTE.match(text, end)
        if found is None:
            remedy = 'Write {#id .class key="value"}, parted by blanks.'
            raise DeckError(f"cannot read the attributes at {text[end:].strip()!r}", place, remedy)
        end = found.end()
        key, value = found["key"], attribute_value(found) if found["key"] else ""
        if found["id"] or key == "id":
            identity = found["id"] or value
        elif found["class"] or key == "class":
            classes += (found["class"] or value).split()
        else:
            pairs.append((key, value))
    return Attributes(identity, tuple(classes), tuple(pairs))


def attribute_value(found: re.Match[str]) -> str:
    """A value without its quotes and escapes."""
    if found["bare"] is not None:
        return found["bare"]
    quoted = found["double"] if found["double"] is not None else found["single"]
    return re.sub(r"\\(.)", r"\1", quoted)


def read_div(head: str, place: Place) -> Attributes:
    """Read what follows `:::`: one word, which is a class, or braces."""
    if head.startswith("{") and head.endswith("}"):
        attributes = read_attributes(head[1:-1], place)
        check_keys(attributes, place)
        return attributes
    if DIV_WORD.match(head):
        return Attributes(classes=(head.removeprefix("."),))
    remedy = 'Write `::: word`, or `::: {.class #id key="value"}`.'
    raise DeckError(f"cannot read the div `::: {head}`", place, remedy)


def check_keys(attributes: Attributes, place: Place) -> None:
    """Raise DeckError for a key of an element that is nearly a known one; a key of the author's own may be any."""
    known = ELEMENT_KEYS | HTML_KEYS | SIZE_KEYS
    for key, _ in attributes.pairs:
        close = get_close_matches(key, known, n=1, cutoff=0.8)
        if close and key not in known and not key.startswith(("data-", "aria-")):
            raise DeckError(f"unknown attribute {key!r}", place, f"Did you mean {close[0]!r}?")


def read_slide_attributes(text: str, place: Place) -> Attributes:
    """Read attributes of a slide, Reveal's own names made its data- attributes."""
    attributes = read_attributes(text, place)
    for key, _ in attributes.pairs:
        if key not in SLIDE_KEYS | HTML_KEYS and not key.startswith(("data-", "aria-")):
            raise DeckError(f"unknown slide attribute {key!r}", place, nearest(key, SLIDE_KEYS | HTML_KEYS))
    pairs = tuple((f"data-{key}" if key in SLIDE_KEYS else key, value) for key, value in attributes.pairs)
    return Attributes(attributes.id, attributes.classes, pairs)


class ShownFence(NamedTuple):
    """The info string of a fence that does not run."""

    language: str
    attributes: Attributes
    line_numbers: str


def is_cell(info: str, place: Place) -> bool:
    """Whether a fence runs. Raises DeckError for one in another language's braces."""
    if CELL.match(info):
        return True
    inside = info.removeprefix("{").lstrip()
    if info.startswith("{") and not inside.startswith((".", "#", "=")) and "=" not in inside.partition(" ")[0]:
        language = inside.strip("} ").split()[0] if inside.strip("} ") else ""
        remedy = "Only {python} runs; for code that is only shown, write the name without braces."
        raise DeckError(f"cannot run a cell of {language!r}", place, remedy)
    return False


def read_shown(info: str, place: Place) -> ShownFence:
    """Read `python`, `python {code-line-numbers="1|2"}` or `{.python …}`."""
    found = SHOWN.match(info)
    if found is None:
        remedy = 'Write a language, then attributes in braces: python {code-line-numbers="1|2"}.'
        raise DeckError(f"cannot read the fence's {info!r}", place, remedy)
    attributes = read_attributes(found["attributes"] or "", place)
    language = found["language"]
    if not language and attributes.classes:
        language, *rest = attributes.classes
        attributes = Attributes(attributes.id, tuple(rest), attributes.pairs)
    for key, _ in attributes.pairs:
        if key != "code-line-numbers":
            raise DeckError(f"unknown attribute {key!r} of a fence", place, nearest(key, ["code-line-numbers"]))
    numbers = attributes.get("code-line-numbers")
    return ShownFence(language, attributes, "" if numbers == "false" else numbers.replace(" ", ""))


def read_options(
    info: str, body: tuple[str, ...], place: Place, defaults: CellOptions
) -> tuple[CellOptions, tuple[str, ...], int]:
    """Read a cell's options, and give its code lines and how many lines stood before them."""
    found = CELL.match(info)
    assert found is not None, "the caller asked is_cell"
    values: dict[str, Any] = {}
    attributes = read_attributes(found["options"], place)
    if attributes.id or attributes.classes:
        remedy = "Name the cell with label=…, and give it classes with classes=…"
        raise DeckError("a cell takes options, no `#id` and no `.class`", place, remedy)
    for key, value in attributes.pairs:
        values[key] = yaml_scalar(value, found["options"], key, place)
    count = next((at for at, line in enumerate(body) if not OPTION_LINE.match(line)), len(body))
    late = next((at for at, line in enumerate(body[count:], place.line + 1 + count) if OPTION_LINE.match(line)), None)
    if late:
        raise DeckError("an option below the cell's first line of code", place.at(late), "Move it to the top.")
    values |= read_option_lines(body[:count], place)
    lines = dict.fromkeys(values, place.line) | option_places(body[:count], place.line)
    try:
        return read_cell_options(values, defaults), body[count:], count
    except UnknownName as error:
        at = place.at(lines.get(error.name, place.line))
        raise DeckError(f"unknown cell option {error.name!r}", at, nearest(error.name, error.known)) from error
    except WrongValue as error:
        raise DeckError(f"option {error.name!r} {error.why}", place.at(lines[error.name])) from error


def yaml_scalar(value: str, options: str, key: str, place: Place) -> Any:
    """A bare word means what it would in YAML; a quoted one is text, but for `true` and `false`."""
    quoted = re.search(rf"\b{re.escape(key)}\s*=\s*[\"']", options)
    if quoted and value not in ("true", "false"):
        return value
    try:
        return load_yaml(value)
    except BadYaml as error:
        raise DeckError(f"cannot read the option {key}={value}", place, f'Write {key}="…".') from error


OPTION_REMEDY = "Write `#| key: value`, a blank after the colon; quote a value that holds a colon."


def read_option_lines(lines: tuple[str, ...], place: Place) -> dict[str, Any]:
    """Read the `#| key: value` lines of a cell."""
    text = "\n".join(OPTION_LINE.sub(r"\g<yaml>", line).removeprefix(" ") for line in lines)
    try:
        values = load_yaml(text) or {} if lines else {}
    except BadYaml as error:
        at = place.at(place.line + 1 + error.line)
        raise DeckError(f"bad YAML in a cell's options: {error}", at, OPTION_REMEDY) from error
    if not isinstance(values, dict):
        raise DeckError("cannot read a cell's options", place.at(place.line + 1), OPTION_REMEDY)
    return {str(key): value for key, value in values.items()}


def option_places(lines: tuple[str, ...], opening: int) -> dict[str, int]:
    """The line of each `#| key:`."""
    keys = ((re.match(r"^#\s?\|\s*([\w-]+)\s*:", line), at) for at, line in enumerate(lines, opening + 1))
    return {found[1]: at for found, at in keys if found}
