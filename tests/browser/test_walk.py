"""The walk finds what is wrong: each fault is put on a good slide, and seen."""

import pytest
from playwright.sync_api import Page

from .test_presenting import open_slide
from .walk import look

ADD = "(html) => Reveal.getCurrentSlide().insertAdjacentHTML('beforeend', html)"


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        ('<p style="width: 1300px">wide</p>', "overflows", "p 92 px over the right edge"),
        ('<div style="position: absolute; top: 700px; height: 50px; width: 50px"></div>', "overflows", "div 30 px over the bottom edge"),
        ('<p style="position: absolute; bottom: 0">low</p>', "covered", "p on div.deck-logo"),
        ('<p style="width: 90px; overflow: hidden; white-space: nowrap">more than it shows</p>', "cut", "p across"),
        ('<p style="font-size: 12px">tiny</p>', "small", "12 px: tiny"),
        ('<p style="color: #999; background: #fff">grey</p>', "faint", "2.8: grey"),
        ('<img src="no.png" alt="nothing">', "broken", "no.png"),
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "unnamed", "data:image/gif;base64,R0lGODlhAQABAAAAACw="),
    ],
)  # fmt: skip
def test_a_fault_is_seen(kitchen: Page, fault: str, kind: str, said: str) -> None:
    open_slide(kitchen, "middle")
    good = look(kitchen)
    assert getattr(good, kind) == ()
    kitchen.evaluate(ADD, fault)
    assert said in getattr(look(kitchen), kind)


def test_an_empty_slide_is_seen(kitchen: Page) -> None:
    open_slide(kitchen, "middle")
    assert not look(kitchen).empty
    kitchen.evaluate("Reveal.getCurrentSlide().replaceChildren()")
    assert look(kitchen).empty
