"""Give a slide's tree its shape: divs and pauses around what stands between their marks, pictures in their places."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from deckwright.errors import DeckError
from deckwright.model import Div
from deckwright.render.divs import div_element

OPEN, CLOSE, PAUSE = "\ue004", "\ue005", "\ue006"  # begin a paragraph that is such a mark


def nest(parent: Element, divs: Sequence[Div]) -> None:
    """Move what stands between a div's marks into that div."""
    children, text = list(parent), parent.text
    for child in children:
        parent.remove(child)
    parent.text = text
    open_: list[tuple[Element, Div | None]] = [(parent, None)]
    for child in children:
        sign = (child.text or "")[:1] if child.tag == "p" and len(child) == 0 else ""
        if sign == OPEN:
            div = divs[int((child.text or "")[1:])]
            element = div_element(div)
            # Notes are no part of a pause: Reveal would tell them to the speaker only after its click.
            outside = [holder for holder, opener in open_ if opener is not None or holder is parent]
            (outside[-1] if element.tag == "aside" else open_[-1][0]).append(element)
            open_.append((element, div))
        elif sign == CLOSE:
            while len(open_) > 1 and open_.pop()[1] is None:  # a pause ends with the div around it
                pass
        elif sign == PAUSE:
            element = Element("div", {"class": "fragment"})
            open_[-1][0].append(element)
            open_.append((element, None))
        else:
            open_[-1][0].append(child)
            nest(child, divs)
    for _, unclosed in open_:
        if unclosed is not None:
            remedy = "Indent its `:::` lines alike, or part it from the list above by a line of text."
            raise DeckError("a div opens and closes at different depths of a list", unclosed.place, remedy)


def lift_pictures(root: Element) -> None:
    """Take a picture that Reveal stretches or stacks out of its paragraph: Reveal looks for it right in the slide."""
    for parent in root.iter():
        stack = "r-stack" in parent.get("class", "").split()
        for child in list(parent):
            if child.tag == "p" and holds_only_pictures(child) and (stack or stretches(child)):
                at = list(parent).index(child)
                parent[at : at + 1] = list(child)


def holds_only_pictures(paragraph: Element) -> bool:
    """Whether a paragraph is nothing but pictures."""
    words = [paragraph.text, *(part.tail for part in paragraph)]
    return (
        len(paragraph) > 0
        and all(part.tag in ("img", "svg") for part in paragraph)
        and not "".join(filter(None, words)).strip()
    )


def stretches(paragraph: Element) -> bool:
    """Whether it is one picture that is to fill the slide."""
    return len(paragraph) == 1 and "r-stretch" in paragraph[0].get("class", "").split()


def css_length(value: str) -> str:
    """A bare number is pixels, as in HTML."""
    return f"{value}px" if value.isdigit() else value
