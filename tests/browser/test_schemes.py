"""Light and dark: what the deck says, what the key D does, and what follows it."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from deckwright.browser.chromium import Opened, wait_until

from .conftest import SCREEN
from .test_presenting import open_slide

GROUND = "getComputedStyle(document.querySelector('.reveal-viewport')).backgroundColor"
STROKE = "getComputedStyle(document.querySelector('#inline svg path')).stroke"
LIGHT, DARK = "rgb(252, 251, 248)", "rgb(18, 24, 30)"


def test_the_key_d_makes_the_deck_dark_and_light_again(kitchen: Page) -> None:
    grounds = [kitchen.evaluate(GROUND)]
    for _ in range(2):
        kitchen.keyboard.press("d")
        grounds.append(kitchen.evaluate(GROUND))
    assert grounds == [LIGHT, DARK, LIGHT]


def test_a_picture_in_the_page_follows_the_key(kitchen: Page) -> None:
    open_slide(kitchen, "inline")
    light = kitchen.evaluate(STROKE)
    kitchen.keyboard.press("d")
    assert kitchen.evaluate(STROKE) != light


def common_and_extreme(page: Page, selector: str) -> tuple[int, tuple[int, int]]:
    """Of the greys that an element shows: the most frequent one, then the darkest and the lightest."""
    greys = Image.open(BytesIO(page.locator(selector).screenshot())).convert("L")
    counts = greys.histogram()
    return counts.index(max(counts)), greys.getextrema()


def test_a_figure_is_ink_on_the_decks_ground_in_both_schemes(kitchen: Page) -> None:
    open_slide(kitchen, "figure")
    ground, (ink, _) = common_and_extreme(kitchen, "#figure img")
    assert (ground > 240, ink < 60) == (True, True)
    kitchen.keyboard.press("d")
    ground, (_, ink) = common_and_extreme(kitchen, "#figure img")
    assert (ground < 40, ink > 200) == (True, True)


def test_a_figure_of_pixels_lies_on_paper_in_the_dark(kitchen: Page) -> None:
    open_slide(kitchen, "tall")
    kitchen.keyboard.press("d")
    ground, (ink, _) = common_and_extreme(kitchen, "#tall img")
    assert (ground > 240, ink < 60) == (True, True)


def test_a_figure_on_a_dark_slide_is_light_ink(kitchen: Page) -> None:
    open_slide(kitchen, "drawn-dark")
    ground, (_, ink) = common_and_extreme(kitchen, "#drawn-dark img")
    assert (ground < 70, ink > 200) == (True, True)


def test_the_key_is_remembered_for_the_tab(opened: Opened, kitchen_address: str) -> None:
    page = opened.go(kitchen_address)
    page.keyboard.press("d")
    page.wait_for_load_state("networkidle")  # a request cut off by what follows would count as failed
    page = opened.go(f"{kitchen_address}?again")
    assert page.evaluate(GROUND) == DARK
    assert opened.complaints == []


def test_the_key_stands_in_the_list_of_keys(kitchen: Page) -> None:
    kitchen.keyboard.press("Shift+?")
    wait_until(kitchen, "document.querySelector('.r-overlay-help')?.textContent.includes('Dark or light')")


def test_paper_is_what_the_deck_says(opened: Opened, kitchen_site: Path) -> None:
    page = opened.go((kitchen_site / "index.html").as_uri())
    page.keyboard.press("d")
    page = opened.go((kitchen_site / "index.html").as_uri() + "?print-pdf")
    assert page.evaluate("document.documentElement.dataset.scheme") == "light"


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("scheme", "ground"), [("light", LIGHT), ("dark", DARK), ("auto", DARK)])
def test_the_setting_decides_and_auto_follows_the_system(
    browser: Browser, kitchen_site: Path, scheme: str, ground: str, scripts: bool
) -> None:
    wanted = LIGHT if scheme == "auto" and not scripts else ground
    with browser.new_context(viewport=SCREEN, color_scheme="dark", java_script_enabled=scripts) as context:
        page = context.new_page()
        text = (kitchen_site / "index.html").read_text().replace('data-scheme="light"', f'data-scheme="{scheme}"')
        with_scheme = kitchen_site / f"index-{scheme}.html"
        with_scheme.write_text(text)
        page.goto(with_scheme.as_uri())
        with_scheme.unlink()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == wanted
