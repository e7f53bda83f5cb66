"""Make an SVG file part of the page: nothing in it fetches or runs, and its names are its own. Opens no file."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
LEFT_OUT = frozenset({"metadata"})
REFUSED = frozenset({"script", "foreignObject", "iframe", "audio", "video", "handler"})
FETCHES = re.compile(r"url\(\s*[\"']?(?!#|data:)|@import", re.IGNORECASE)
LOCAL = ("#", "data:image/")
URL_NAME = re.compile(r"(?P<before>url\(\s*[\"']?#)(?P<name>[^\s\"')]+)")
STYLE_NAME = re.compile(r"(?P<before>#)(?P<name>[\w-]+)")
NUMBER = re.compile(r"^[\d.]+(px)?$")


class NotInline(ValueError):
    """The file cannot stand in the page; the text says why."""


def read_svg(content: bytes) -> str:
    """What of a file goes into the page, without namespaces, comments and editors' data. Raises NotInline."""
    try:
        root = fromstring(content)
    except ParseError as error:
        raise NotInline(f"it is not well-formed XML: {error}") from error
    if root.tag != f"{SVG}svg":
        raise NotInline('it is no SVG: it must begin with <svg xmlns="http://www.w3.org/2000/svg">')
    for title in root.findall(f"{SVG}title"):  # the text alternative stands in the Markdown
        root.remove(title)
    return tostring(tidied(root), encoding="unicode")


def tidied(element: Element) -> Element:
    """An element in the names that HTML has for it."""
    made = Element(element.tag.removeprefix(SVG), dict(attributes(element)))
    made.text, made.tail = element.text, element.tail
    check(made)
    made[:] = [tidied(child) for child in element if is_drawn(child)]
    return made


def is_drawn(element: Element) -> bool:
    """Whether an element is SVG, and not a note of the program that wrote the file."""
    return element.tag.startswith(SVG) and element.tag.removeprefix(SVG) not in LEFT_OUT


def attributes(element: Element) -> Iterator[tuple[str, str]]:
    """The attributes that HTML knows."""
    for key, value in element.items():
        name = key.removeprefix(XLINK)
        if not name.startswith("{"):
            yield name, value


def check(element: Element) -> None:
    """Raise NotInline for what would fetch, or that the page's policy would block."""
    if element.tag in REFUSED:
        raise NotInline(f"it holds <{element.tag}>")
    for key, value in element.items():
        target = value.strip().lower()
        runs = key.lower().startswith("on") or target.startswith("javascript:")
        if runs or (key == "attributeName" and target.startswith(("on", "href", "xlink:"))):
            raise NotInline(f"it has a script in {key}={value!r}")
        if (key == "href" and element.tag != "a" and not target.startswith(LOCAL)) or FETCHES.search(value):
            raise NotInline(f"it would fetch {key}={value!r}")
    if element.tag == "style" and FETCHES.search(element.text or ""):
        raise NotInline("its style would fetch a file")


def put_in_place(image: Element, svg: str, prefix: str) -> None:
    """Make an `<img>` the picture itself; `prefix` keeps its names apart from those of other pictures."""
    root = fromstring(svg)
    given = dict(image.items())
    words = given.pop("alt", "")
    del given["src"]
    given.setdefault("id", f"{prefix}svg")
    own_names(root, prefix, given["id"])
    given["class"] = " ".join(filter(None, (given["class"], root.get("class"))))
    given["style"] = ";".join(filter(None, (root.get("style"), given.get("style"))))
    spoken = {"role": "img", "aria-label": words} if words else {"aria-hidden": "true"}
    image.attrib.clear()
    image.attrib.update(sized(root) | {key: value for key, value in given.items() if value} | spoken)
    image.tag, image.text = "svg", root.text
    image[:] = list(root)


def sized(root: Element) -> dict[str, str]:
    """The root's attributes, with what the picture needs to be shown at another size."""
    sides = [root.get(side, "") for side in ("width", "height")]
    box = {"viewBox": f"0 0 {' '.join(side.removesuffix('px') for side in sides)}"}
    return (box if all(map(NUMBER.match, sides)) else {}) | dict(root.items())


def own_names(root: Element, prefix: str, identity: str) -> None:
    """Give ids, and all that refers to them, a prefix; let styles hold in this picture alone."""
    names = {element.get("id") for element in root.iter()}

    def renamed(found: re.Match[str]) -> str:
        return f"{found['before']}{prefix if found['name'] in names else ''}{found['name']}"

    for element in root.iter():
        for key, value in element.items():
            if key == "id":
                element.set(key, prefix + value)
            elif key == "href" and value.startswith("#"):
                element.set(key, f"#{prefix}{value[1:]}")
            else:
                element.set(key, URL_NAME.sub(renamed, value))
        if element.tag == "style":
            element.text = f"#{identity} {{ {STYLE_NAME.sub(renamed, element.text or '')} }}"
