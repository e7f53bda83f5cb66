"""A look finds what is wrong: each fault is put on a good slide, and seen."""

import pytest
from playwright.sync_api import Page

from deckwright.browser.look import look

from .test_presenting import open_slide

ADD = "(html) => Reveal.getCurrentSlide().insertAdjacentHTML('beforeend', html)"


@pytest.mark.parametrize(
    ("fault", "rule", "said"),
    [
        ('<p style="width: 1300px">wide</p>', "overflow", "p reaches 92 px over the right edge"),
        ('<div style="position: absolute; top: 700px; height: 50px; width: 50px"></div>', "overflow", "div reaches 30 px over the bottom edge"),
        ('<p style="position: absolute; bottom: 0">low</p>', "covered", "p lies on div.deck-logo"),
        ('<p style="width: 90px; overflow: hidden; white-space: nowrap">more than it shows</p>', "clipped", "p shows a part of its width"),
        ('<p style="font-size: 12px">tiny</p>', "small-text", "12 px where 16 can be read: “tiny”"),
        ('<p style="color: #999; background: #fff">grey</p>', "contrast", "contrast 2.8 where 4.5 is needed: “grey”"),
        ('<img src="no.png" alt="nothing">', "broken-picture", "no.png does not load"),
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "no-alternative", "the picture data:image/gif;base64,R0lGODlhAQABAAAAAC says nothing to those who do not see it"),
    ],
)  # fmt: skip
def test_a_fault_is_seen(kitchen: Page, fault: str, rule: str, said: str) -> None:
    open_slide(kitchen, "middle")
    assert look(kitchen) == []
    kitchen.evaluate(ADD, fault)
    assert (rule, said) in [(one.rule, one.message) for one in look(kitchen)]


def test_an_empty_slide_is_seen(kitchen: Page) -> None:
    open_slide(kitchen, "middle")
    kitchen.evaluate("Reveal.getCurrentSlide().replaceChildren()")
    assert [one.rule for one in look(kitchen)] == ["empty-slide"]


ADD_TO_FIT = """(lines) => {
    const slide = Reveal.getCurrentSlide();
    slide.classList.add('fit');
    slide.insertAdjacentHTML('beforeend', `<ul>${'<li>one more</li>'.repeat(lines)}</ul>`);
    Reveal.left();
    Reveal.slide(...Object.values(Reveal.getIndices(slide)));
}"""


@pytest.mark.parametrize(("lines", "rules"), [(1, set()), (14, set()), (60, {"overflow", "covered"})])
def test_what_must_fit_is_made_smaller_as_long_as_it_can_be_read(kitchen: Page, lines: int, rules: set[str]) -> None:
    open_slide(kitchen, "middle")
    kitchen.evaluate(ADD_TO_FIT, lines)
    assert {one.rule for one in look(kitchen)} == rules
    assert (kitchen.locator("#middle li").first.evaluate("(item) => item.currentCSSZoom") < 1) == (lines > 1)
