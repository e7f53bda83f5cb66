"""The element that a `:::` div becomes: columns, notes, callouts, anything else."""

import re
from xml.etree.ElementTree import Element, SubElement

from deckwright.errors import DeckError, nearest
from deckwright.model import Div
from deckwright.source.options import HTML_KEYS

CALLOUTS = {
    "callout-note": "Note",
    "callout-tip": "Tip",
    "callout-warning": "Warning",
    "callout-important": "Important",
    "callout-caution": "Caution",
}


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
            element.set("style", f"width:{value};{element.get('style', '')}".rstrip(";"))
        elif key == "style":
            element.set("style", f"{element.get('style', '')};{value}".strip(";"))
        elif key in HTML_KEYS or key.startswith(("data-", "aria-")):
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
    given = div.attributes.get("title")
    title = SubElement(element, "p", {"class": "callout-title", **({"data-named": ""} if given else {})})
    title.text = given or CALLOUTS[name]


def name_callouts(root: Element) -> None:
    """A heading at the top of a callout is its title."""
    for div in root.iter("div"):
        if "callout" in div.get("class", "").split() and len(div) > 1 and re.fullmatch("h[1-6]", div[1].tag):
            title, heading = div[0], div[1]
            if title.get("data-named") is None:
                title.text, title[:] = heading.text, list(heading)
                div.remove(heading)
    for title in root.iter("p"):
        title.attrib.pop("data-named", None)


def mark_incremental(root: Element, everything: bool) -> None:
    """Make the items of every list in an `incremental` div fragments, or those of all lists."""
    holders = [div for div in root.iter("div") if "incremental" in div.get("class", "").split()]
    for holder in [root] if everything else holders:
        for item in holder.iter("li"):
            item.set("class", f"{item.get('class', '')} fragment".strip())
