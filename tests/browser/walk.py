"""Walk through a deck in a browser and tell what each slide looks like. Starts no browser, judges nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from deckwright.browser.chromium import show, slide_count

SMALLEST_TEXT = 16  # CSS pixels on a slide of 1280 × 720
FAINTEST_TEXT = 4.5  # contrast with its ground, as WCAG's level AA wants it

LOOK = """([smallest, faintest]) => {
    const slide = Reveal.getCurrentSlide(), room = slide.getBoundingClientRect(), scale = Reveal.getScale();
    const name = slide.id || slide.querySelector('h1, h2, h3')?.textContent || `number ${Reveal.getSlides().indexOf(slide) + 1}`;
    const insides = '.katex *, svg *, .plotly *';  // of what is laid out by others: only the whole counts
    const shown = (element) => element.checkVisibility({ visibilityProperty: true });
    const called = (element) => element.tagName.toLowerCase() + [...element.classList].map((word) => '.' + word).join('');
    const elements = [...slide.querySelectorAll('*')].filter((element) => shown(element) && !element.matches(insides));
    const texts = [];
    const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
        if (walker.currentNode.data.trim() && shown(walker.currentNode.parentElement)) texts.push(walker.currentNode);

    const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const solid = (element) => (numbers(getComputedStyle(element).backgroundColor)[3] ?? 1) === 1;
    const luminance = (colour) => {
        const [red, green, blue] = numbers(colour).map((part) => part / 255).map(
            (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = [Reveal.getSlideBackground(slide), Reveal.getViewportElement()];
    const contrast = (element) => {
        let ground = element;
        while (ground !== slide && !solid(ground)) ground = ground.parentElement;
        if (!solid(ground)) ground = behind.find((element) => element && solid(element));
        const both = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(luminance);
        return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    };

    const overflows = [], covered = [], cut = [], small = [], faint = [], broken = [], unnamed = [];
    const fixed = [...document.querySelectorAll('.deck-logo, .deck-footer, .deck-backlink, .slide-number')].filter(shown);
    const told = new Map();  // what an element was told for need not be told of what stands in it
    const tell = (list, element, fault, words) => {
        const faults = new Set(told.get(element));
        if (!faults.has(fault)) list.push(`${called(element)} ${words}`);
        told.set(element, faults.add(fault));
    };
    for (const element of elements) {
        const box = element.getBoundingClientRect();
        if (!box.width || !box.height) continue;
        told.set(element, told.get(element.parentElement));
        const over = { left: room.left - box.left, top: room.top - box.top, right: box.right - room.right, bottom: box.bottom - room.bottom };
        for (const [side, by] of Object.entries(over))
            if (by > 1) tell(overflows, element, side, `${Math.round(by / scale)} px over the ${side} edge`);
        for (const other of fixed) {
            const place = other.getBoundingClientRect();
            if (box.left < place.right && box.right > place.left && box.top < place.bottom - 1 && box.bottom > place.top + 1)
                tell(covered, element, other, `on ${called(other)}`);
        }
        const { overflowX, overflowY } = getComputedStyle(element);
        if (overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) cut.push(`${called(element)} across`);
        if (overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1) cut.push(`${called(element)} down`);
    }
    for (const text of texts) {
        const element = text.parentElement, size = parseFloat(getComputedStyle(element).fontSize);
        if (element.matches(insides)) continue;
        const excerpt = text.data.trim().slice(0, 40);
        if (size < smallest) small.push(`${size} px: ${excerpt}`);
        if (contrast(element) < faintest) faint.push(`${contrast(element).toFixed(1)}: ${excerpt}`);
    }
    for (const image of slide.querySelectorAll('img')) {
        if (!image.complete || !image.naturalWidth) broken.push(image.getAttribute('src'));
        if (!image.alt) unnamed.push(image.getAttribute('src'));
    }
    for (const figure of slide.querySelectorAll('figure > [role="img"]'))
        if (!figure.getAttribute('aria-label')) unnamed.push(called(figure));
    const empty = !texts.length && !slide.querySelector('img, svg, video, canvas');
    return { name, overflows, covered, cut, small, faint, broken, unnamed, empty };
}"""


@dataclass(frozen=True, slots=True)
class Look:
    """One slide with all its fragments shown: its name, and what there is to find fault with."""

    name: str
    overflows: tuple[str, ...]  # what reaches over the slide's edge, and by how much
    covered: tuple[str, ...]  # what lies on the footer, the logo, the link back or the slide number
    cut: tuple[str, ...]  # boxes that hold more than they show
    small: tuple[str, ...]  # text too small to read
    faint: tuple[str, ...]  # text too like its ground to read
    broken: tuple[str, ...]  # pictures that did not load
    unnamed: tuple[str, ...]  # pictures without a text alternative
    empty: bool


def walk(page: Page) -> Iterator[Look]:
    """Visit every slide of the deck that the page has open."""
    for number in range(slide_count(page)):
        show(page, number)
        yield look(page)


def look(page: Page) -> Look:
    """Look at the slide that the page shows now."""
    seen: dict[str, Any] = page.evaluate(LOOK, [SMALLEST_TEXT, FAINTEST_TEXT])
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in seen.items()}
    return Look(**values)


def findings(looks: list[Look], kind: str) -> list[str]:
    """One line for each fault of a kind, with the slide's name."""
    return [f"{look.name}: {fault}" for look in looks for fault in getattr(look, kind)]
