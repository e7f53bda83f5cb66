"""Leave out of a style sheet the fonts that a page shows no letter in."""

import re
from collections.abc import Iterator
from html import unescape

FACE = re.compile(r"@font-face\s*\{(?P<body>[^}]*)\}")
RULE = re.compile(r"(?P<selectors>[^{}]+)\{(?P<body>[^{}]*)\}")
FAMILY = re.compile(r"""font-family\s*:\s*["']?(?P<family>[^;"'}]+)""")
RANGES = re.compile(r"unicode-range\s*:\s*(?P<ranges>[^;}]+)", re.IGNORECASE)
RANGE = re.compile(r"U\+(?P<first>[0-9A-F]+)(?:-(?P<last>[0-9A-F]+))?", re.IGNORECASE)
CLASS = re.compile(r"\.(?P<name>[\w-]+)")
ESCAPED = re.compile(r"\\([0-9a-f]{3,6})", re.IGNORECASE)  # a letter that a style sheet writes by its number
CLASSES = re.compile(r"""\bclass=["'](?P<names>[^"']*)["']""")


def used_faces(css: str, html: str) -> str:
    """The style sheet, with those fonts alone that the page may use."""
    if "@font-face" not in css:
        return css
    letters = {ord(letter) for letter in unescape(html) + css} | {int(found, 16) for found in ESCAPED.findall(css)}
    classes = {name for found in CLASSES.finditer(html) for name in found["names"].split()}
    rules = list(RULE.finditer(FACE.sub("", css)))

    def kept(face: re.Match[str]) -> str:
        family = FAMILY.search(face["body"])
        shown = not family or is_asked_for(family["family"].strip(), rules, classes)
        return face[0] if shown and has_letter(face["body"], letters) else ""

    return FACE.sub(kept, css)


def is_asked_for(family: str, rules: list[re.Match[str]], classes: set[str]) -> bool:
    """Whether a rule that names the family may hold for something on the page; or whether no rule does."""
    naming = [rule["selectors"] for rule in rules if family in rule["body"]]
    selectors = (selector for group in naming for selector in group.split(","))
    return not naming or any(set(CLASS.findall(selector)) <= classes for selector in selectors)


def has_letter(face: str, letters: set[int]) -> bool:
    """Whether a font that gives its range has one of the page's letters."""
    found = RANGES.search(face)
    return not found or any(first <= letter <= last for first, last in ranges(found["ranges"]) for letter in letters)


def ranges(text: str) -> Iterator[tuple[int, int]]:
    """The first and the last letter of each range."""
    for found in RANGE.finditer(text):
        first = int(found["first"], 16)
        yield first, int(found["last"] or found["first"], 16)
