"""What there is to find fault with on the slide that a page shows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SMALLEST_TEXT = 16  # CSS pixels at the deck's size
FAINTEST_TEXT = 4.5  # contrast with its ground, as WCAG's level AA wants it
LOOK = Path(__file__).with_name("look.js").read_text("utf-8").partition("\n([")  # a function, after what it says


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a slide as it looks."""

    rule: str
    message: str
    key: str  # the same at every size of the screen
    label: str  # of the cell that it is in, if any
    excerpts: tuple[str, ...]  # by which its line may be found
    address: str  # of the picture that does not load


def look(page: Page) -> list[Fault]:
    """Look at the slide that the page shows now."""
    seen: list[dict[str, Any]] = page.evaluate("".join(LOOK[1:]), [SMALLEST_TEXT, FAINTEST_TEXT])
    return [Fault(**(one | {"excerpts": tuple(one["excerpts"])})) for one in seen]
