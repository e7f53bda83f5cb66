"""What axe says of accessibility: https://github.com/dequelabs/axe-core."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RUN = """async ([scope, options]) => {
    const target = scope === 'slide' ? Reveal.getCurrentSlide() : { exclude: ['.slides section'] };
    const { violations } = await axe.run(target, options);
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => ({ id, help, html })));
}"""
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,  # it would fetch the styles again, which a page from disk may not
    "rules": {name: {"enabled": False} for name in ("color-contrast", "image-alt")},  # looked for by ourselves
}


def load(page: Page) -> None:
    """Put axe into a page."""
    page.evaluate(Axe().axe_script)


def violations(page: Page, scope: str) -> list[tuple[str, str]]:
    """What is wrong with the `slide` that shows, or with the `page` around the slides, and in which HTML."""
    found: list[dict[str, Any]] = page.evaluate(RUN, [scope, OPTIONS])
    return [(f"{one['help']} ({one['id']})", one["html"]) for one in found]
