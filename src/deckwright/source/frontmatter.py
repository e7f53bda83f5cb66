"""Take the front matter off a deck's first file and read it into Settings."""

import re
from typing import Any

from deckwright.errors import DeckError, Place, nearest
from deckwright.settings import Settings
from deckwright.source.readers import UnknownName, WrongValue, read_settings
from deckwright.source.yamls import BadYaml, load_yaml

FENCES = {"---": ("---", "..."), "+++": ("+++",)}
TOML_LINE = re.compile(r"at line (\d+)")
TITLE_REMEDY = "Begin the deck's first file with front matter:\n    ---\n    title: My talk\n    ---"


def split(text: str, path: str) -> tuple[str, str, int]:
    """Give the fence (empty: none), the text inside it, and the line after it."""
    lines = text.splitlines()
    opening = lines[0].rstrip() if lines else ""
    if opening not in FENCES:
        return "", "", 1
    for at, line in enumerate(lines[1:], 2):
        if line.rstrip() in FENCES[opening]:
            return opening, "\n".join(lines[1 : at - 1]), at + 1
    raise DeckError("front matter opened here is never closed", Place(path, 1), f"Close it with a line `{opening}`.")


def looks_like_front_matter(text: str) -> bool:
    """Whether a later file begins with `key: value` lines between rules."""
    return bool(re.match(r"^(---|\+\+\+)[ \t]*\n([\w-]+\s*[:=].*\n|[ \t]+.*\n)+\1[ \t]*(\n|$)", text))


def read_front_matter(text: str, path: str) -> tuple[Settings, int]:
    """Settings of a deck, and the first line of its slides. Raises DeckError."""
    fence, inside, after = split(text, path)
    values = read_toml(inside, path) if fence == "+++" else read_yaml(inside, path)
    try:
        return read_settings(values), after
    except UnknownName as error:
        place = Place(path, line_of(error.name, inside))
        raise DeckError(
            f"unknown key {error.name!r} in front matter", place, nearest(error.name, error.known)
        ) from error
    except WrongValue as error:
        remedy = TITLE_REMEDY if error.name == "title" and "title" not in values else ""
        problem = f"{error.name!r} in front matter {error.why}" if inside else "the deck has no front matter"
        raise DeckError(problem, Place(path, line_of(error.name, inside)), remedy) from error


def read_yaml(text: str, path: str) -> dict[str, Any]:
    """Read `---` front matter."""
    try:
        values = load_yaml(text) or {}
    except BadYaml as error:
        remedy = "Quote a text that holds a colon, a bracket or a quote."
        if "'\\t'" in str(error):
            remedy = "Indent with blanks, not with tabs."
        raise DeckError(f"bad YAML in front matter: {error}", Place(path, error.line + 2), remedy) from error
    if not isinstance(values, dict):
        raise DeckError("front matter is not `key: value` lines", Place(path, 2), "Write `title: My talk`.")
    return {str(key): value for key, value in values.items()}


def read_toml(text: str, path: str) -> dict[str, Any]:
    """Read `+++` front matter."""
    import tomllib  # only where it serves: 2 ms

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = TOML_LINE.search(str(error))
        line = int(found[1]) + 1 if found else 2
        remedy = "In TOML write `key = value`, texts in quotes."
        raise DeckError(f"bad TOML in front matter: {error}", Place(path, line), remedy) from error


def line_of(key: str, inside: str) -> int:
    """The line of a key, counted in the file; 1 when it stands nowhere."""
    found = re.search(rf"^\s*\[?{re.escape(key)}\b\s*[:=\]]", inside, re.MULTILINE)
    return inside.count("\n", 0, found.start()) + 2 if found else 1
