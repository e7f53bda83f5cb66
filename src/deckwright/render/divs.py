"""The element that a `:::` div becomes: columns, notes, callouts, anything else."""

from xml.etree.ElementTree import Element, SubElement

from deckwright.errors import DeckError, nearest
from deckwright.model import Div

CALLOUTS = {
    "callout-note": "Note",
    "callout-tip": "Tip",
    "callout-warning": "Warning",
    "callout-important": "Important",
    "callout-caution": "Caution",
}
PLAIN_KEYS = frozenset({"style", "title", "lang", "dir", "role", "tabindex", "hidden"})


def div_element(div: Div) -> Element:
    """An empty element with the div's attributes; HTML's own stay, others become data- attributes."""
    classes = div.attributes.classes
    element = Element("aside" if "notes" in classes else "div")
    if classes:
        element.set("class", " ".join(classes))
    if div.attributes.id:
        element.set("id", div.attributes.id)
    for key, value in div.attributes.pairs:
        if key == "width" and "column" in classes:
            element.set("style", f"width:{value}")
        elif key in PLAIN_KEYS or key.startswith(("data-", "aria-")):
            element.set(key, value)
        else:
            element.set(f"data-{key}", value)
    for name in classes:
        if name.startswith("callout-"):
            begin_callout(element, name, div)
    return element


def begin_callout(element: Element, name: str, div: Div) -> None:
    """Make a div a callout: its class, and its title as first paragraph."""
    if name not in CALLOUTS:
        raise DeckError(f"unknown callout {name!r}", div.place, nearest(name, CALLOUTS))
    element.set("class", f"callout {element.get('class')}")
    element.attrib.pop("title", None)
    SubElement(element, "p", {"class": "callout-title"}).text = div.attributes.get("title") or CALLOUTS[name]


def mark_incremental(root: Element) -> None:
    """Make the items of every list in an `incremental` div fragments."""
    for div in root.iter("div"):
        if "incremental" in div.get("class", "").split():
            for item in div.iter("li"):
                item.set("class", f"{item.get('class', '')} fragment".strip())
