"""The kitchen deck for those who do not present: without JavaScript, and on paper."""

import re
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser

from deckwright.browser.chromium import ALL, Opened

from .conftest import SCREEN

PDF_PAGE = re.compile(rb"/Type\s*/Page\b")
PLACES = """() => [...document.querySelectorAll('.slides section:not(:has(> section))')].map(
    (slide) => { const { top, bottom } = slide.getBoundingClientRect(); return [top, bottom] })"""
GROUND = "(name) => getComputedStyle(document.getElementById(name).closest('.pdf-page')).backgroundColor"
HIDDEN = """() => [...document.querySelectorAll('.slides :is(h1, h2, p, li, td, pre, figure, .fragment:not(.step))')]
    .filter((element) => !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter((element) => !element.closest('details')).map((element) => element.textContent.trim())"""

COLUMNS = """() => [...document.querySelectorAll('.columns > .column')].map((column) =>
    [column.clientWidth, column.parentElement.clientWidth])"""


def test_on_a_phone_columns_stand_one_under_another_as_wide_as_the_page(browser: Browser, kitchen_site: Path) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto((kitchen_site / "reading.html").as_uri())
        widths = page.evaluate(COLUMNS)
    assert len(widths) > 1
    assert all(column == around for column, around in widths)


def test_without_javascript_all_slides_stand_one_under_another(browser: Browser, kitchen_site: Path) -> None:
    with browser.new_context(viewport=SCREEN, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((kitchen_site / "index.html").as_uri())
        places = page.evaluate(PLACES)
        assert len(places) > 30
        assert all(bottom - top > 50 for top, bottom in places)
        assert all(bottom <= top + 1 for (_, bottom), (top, _) in pairwise(places))
        assert page.evaluate(HIDDEN) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]
        words = page.locator("main").inner_text()
    for phrase in ("The kitchen sink: one of each", "And what follows a pause", "5050", "Questions?"):
        assert phrase in words


def test_paper_gets_one_page_a_slide(opened: Opened, kitchen_site: Path, tmp_path: Path) -> None:
    page = opened.go(f"{(kitchen_site / 'index.html').as_uri()}?print-pdf")
    page.wait_for_selector(".pdf-page > .deck-footer")
    count = page.evaluate(f"{ALL}.length")
    assert page.locator(".pdf-page").count() == count
    assert page.locator(".pdf-page > .deck-footer").count() == count
    assert page.evaluate(GROUND, "table") != page.evaluate(GROUND, "part")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(PDF_PAGE.findall(pdf)) == count
    assert opened.complaints == []
