"""What a speaker does with the kitchen deck: clicks, keys, links, the speaker view."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from deckwright.browser.chromium import Opened, wait_until

from .conftest import speaker_view

LIT = """(slide) => [...document.querySelectorAll(`#${slide} .ln`)].flatMap(
    (line, at) => getComputedStyle(line).backgroundColor === 'rgba(0, 0, 0, 0)' ? [] : [at + 1])"""
DIMMED_COLOURS = """() => [...document.querySelectorAll('#steps .ln')].map(
    (line) => new Set([line, ...line.querySelectorAll('span')].map((part) => getComputedStyle(part).color)).size)"""
SEEN = """() => [...Reveal.getCurrentSlide().querySelectorAll('.fragment')].map(
    (fragment) => getComputedStyle(fragment).visibility === 'visible')"""
CURRENT = "Reveal.getCurrentSlide().id"


def open_slide(page: Page, name: str) -> None:
    page.evaluate("(name) => { location.hash = '#/' + name }", name)
    wait_until(page, "(name) => Reveal.getCurrentSlide().id === name", name)


def test_a_click_lights_the_lines_of_the_next_step(kitchen: Page) -> None:
    open_slide(kitchen, "steps")
    seen = [kitchen.evaluate(LIT, "steps")]
    for _ in range(3):
        kitchen.keyboard.press("ArrowRight")
        seen.append(kitchen.evaluate(LIT, "steps"))
    assert seen == [[1, 2], [4], [7, 8, 9], list(range(1, 13))]
    assert kitchen.evaluate(CURRENT) == "steps"


def test_going_back_lights_the_lines_of_the_step_before(kitchen: Page) -> None:
    open_slide(kitchen, "steps")
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        kitchen.keyboard.press(key)
    assert kitchen.evaluate(LIT, "steps") == [4]


def test_a_line_that_is_not_lit_has_one_colour(kitchen: Page) -> None:
    open_slide(kitchen, "steps")
    colours = kitchen.evaluate(DIMMED_COLOURS)
    assert colours[3:] == [1] * 9
    assert max(colours[:2]) > 1


def test_the_steps_of_a_cell_light_its_lines_too(kitchen: Page) -> None:
    open_slide(kitchen, "cell-steps")
    assert kitchen.evaluate(LIT, "cell-steps") == [1]
    kitchen.keyboard.press("ArrowRight")
    assert kitchen.evaluate(LIT, "cell-steps") == [3]


def test_lines_lit_without_steps_are_lit_from_the_start(kitchen: Page) -> None:
    open_slide(kitchen, "lit")
    assert kitchen.evaluate(LIT, "lit") == [2, 4]


def test_fragments_appear_one_by_one(kitchen: Page) -> None:
    open_slide(kitchen, "fragments")
    counts = [sum(kitchen.evaluate(SEEN))]
    for _ in range(4):
        kitchen.keyboard.press("ArrowRight")
        counts.append(sum(kitchen.evaluate(SEEN)))
    assert counts == [0, 1, 2, 3, 4]
    kitchen.keyboard.press("ArrowRight")
    assert kitchen.evaluate(CURRENT) == "dark"


def test_the_parts_of_a_picture_in_the_page_appear_one_by_one(kitchen: Page) -> None:
    open_slide(kitchen, "inline")
    counts = [sum(kitchen.evaluate(SEEN))]
    for _ in range(2):
        kitchen.keyboard.press("ArrowRight")
        counts.append(sum(kitchen.evaluate(SEEN)))
    assert counts == [0, 1, 2]
    assert kitchen.get_by_role("img", name="Two neurons").is_visible()


def test_an_output_on_a_click_waits_for_it(kitchen: Page) -> None:
    open_slide(kitchen, "on-click")
    output = kitchen.locator("#on-click .outputs")
    assert not output.is_visible()
    kitchen.keyboard.press("ArrowRight")
    output.wait_for(state="visible")
    assert output.inner_text().strip() == "5050"


def test_the_space_bar_opens_folded_code_instead_of_leaving(kitchen: Page) -> None:
    open_slide(kitchen, "fold")
    kitchen.locator("#fold summary").focus()
    kitchen.keyboard.press("Space")
    assert kitchen.locator("#fold .code").is_visible()
    assert kitchen.evaluate(CURRENT) == "fold"


def test_the_down_key_goes_to_the_slide_below(kitchen: Page) -> None:
    open_slide(kitchen, "columns")
    kitchen.keyboard.press("ArrowDown")
    assert kitchen.evaluate(CURRENT) == "below"


def test_a_link_with_a_hash_opens_its_slide(opened: Opened, kitchen_address: str) -> None:
    page = opened.go(f"{kitchen_address}#/table")
    assert page.evaluate(CURRENT) == "table"
    assert opened.complaints == []


def test_every_file_is_found_under_a_sub_path(opened: Opened, kitchen_server: str) -> None:
    page = opened.go(kitchen_server)
    open_slide(page, "columns")
    page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    assert [address for address in opened.requests if not address.startswith((kitchen_server, "data:", "blob:"))] == []


def test_the_speaker_view_shows_the_notes(opened: Opened, kitchen_address: str) -> None:
    page = opened.go(f"{kitchen_address}#/fragments")
    speaker = speaker_view(page)
    assert "press the key four times" in speaker.page.locator(".speaker-controls-notes .value").inner_text()
    current = speaker.page.frame_locator("#current-slide iframe")
    current.locator("#fragments.present h2").wait_for(state="visible")
    assert [*opened.complaints, *speaker.complaints] == []


def test_the_notes_are_not_on_the_slide(kitchen: Page) -> None:
    open_slide(kitchen, "fragments")
    assert not kitchen.locator("#fragments aside.notes").is_visible()


def test_search_goes_to_the_slide_with_the_word(opened: Opened, kitchen_address: str) -> None:
    page = opened.go(kitchen_address)
    page.keyboard.press("Control+Shift+F")
    page.locator(".searchinput").fill("guessing")
    page.keyboard.press("Enter")
    wait_until(page, "Reveal.getCurrentSlide().id === 'table'")
    assert opened.complaints == []


def test_the_overview_opens_and_closes(opened: Opened, kitchen_address: str) -> None:
    page = opened.go(kitchen_address)
    page.keyboard.press("o")
    assert page.evaluate("Reveal.isOverview()")
    page.keyboard.press("Escape")
    assert not page.evaluate("Reveal.isOverview()")
    assert opened.complaints == []


def test_a_click_with_a_key_zooms_in(opened: Opened, kitchen_address: str) -> None:
    page = opened.go(f"{kitchen_address}#/table")
    on_linux = page.evaluate("/Linux/.test(navigator.platform)")
    page.locator("#table td").first.click(modifiers=["Control" if on_linux else "Alt"])
    wait_until(page, "document.documentElement.classList.contains('zoomed')")
    assert opened.complaints == []


def test_slides_off_the_screen_take_no_focus(kitchen: Page) -> None:
    open_slide(kitchen, "below")
    active = """() => Reveal.getSlides().filter((slide) => !slide.closest('[inert]')).map((slide) => slide.id)"""
    assert kitchen.evaluate(active) == ["below"]


def test_a_screen_reader_hears_the_slide(kitchen: Page) -> None:
    open_slide(kitchen, "table")
    assert "After the table comes a sentence." in (kitchen.locator(".aria-status").text_content() or "")
    assert kitchen.locator("main").count() == 1


def test_the_page_says_its_language(kitchen: Page) -> None:
    assert kitchen.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("size", [(800, 450), (1024, 768), (1920, 1080)])
def test_a_slide_fills_screens_of_other_sizes(kitchen: Page, size: tuple[int, int]) -> None:
    kitchen.set_viewport_size({"width": size[0], "height": size[1]})
    wait_until(kitchen, "(width) => Math.abs(Reveal.getScale() - width / 1280) < 0.01", size[0])
    assert kitchen.evaluate("Reveal.getScale()") == pytest.approx(size[0] / 1280, abs=0.01)


def test_the_kitchen_deck_builds_without_a_warning(kitchen_site: object, kitchen_warnings: list[str]) -> None:
    assert kitchen_warnings == []


def test_scripts_of_outputs_run_under_the_policy(opened: Opened, drawn_site: Path) -> None:
    page = opened.go((drawn_site / "index.html").as_uri())
    assert page.locator("#told").text_content() == "told by a script"
    assert page.locator("#line .plotly svg.main-svg").count() > 0
    assert opened.complaints == []
