"""Open a built deck in the machine's Chromium and go through its slides. Judges nothing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Literal, NamedTuple

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize, sync_playwright

from deckwright.errors import DeckError, Place
from deckwright.installed import CHROMIUMS

Size = tuple[int, int]
Scheme = Literal["light", "dark"]
FLAGS = (
    "--disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
PATIENCE = 20  # seconds
POLICY = "policy: "
VIOLATIONS = f"""document.addEventListener('securitypolicyviolation', ({{ blockedURI, violatedDirective }}) =>
    console.error('{POLICY}' + blockedURI + (blockedURI === 'inline' ? ' ' + violatedDirective : '')))"""
REPEATED = ("Failed to load resource", "violates the following Content Security Policy")  # told by an event as well
STILL = "Reveal.configure({ autoSlide: 0, autoAnimate: false, transition: 'none', backgroundTransition: 'none' })"
SCHEME = """
document.addEventListener('DOMContentLoaded', () => { document.documentElement.dataset.scheme = '%s'; });"""
ALL = "[...document.querySelectorAll('.slides section:not(.stack)')]"  # Reveal.getSlides() leaves out uncounted ones
SHOW = f"""async ([number, fragment]) => {{
    const slide = {ALL}[number];
    const {{ h, v }} = Reveal.getIndices(slide);
    Reveal.slide(h, v, fragment ?? slide.querySelectorAll('.fragment').length);
    await document.fonts.ready;
    await Promise.all([...slide.querySelectorAll('img')].map((image) => image.decode().catch(() => {{}})));
}}"""


class Complaint(NamedTuple):
    """What the browser minds. Of a request that failed and of a violated policy the text is the address."""

    kind: Literal["console", "error", "failed", "policy"]
    text: str


@dataclass
class Opened:
    """A page, the addresses that it asked for, and its complaints."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    def listen(self) -> None:
        """Remember from now on."""
        self.page.add_init_script(VIOLATIONS)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.complaints.append(Complaint("failed", request.url)))
        self.page.on("pageerror", lambda error: self.complaints.append(Complaint("error", str(error))))
        self.page.on("console", self.console)

    def console(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings, each once."""
        if message.text.startswith(POLICY):
            self.complaints.append(Complaint("policy", message.text.removeprefix(POLICY)))
        elif message.type in ("error", "warning") and not any(words in message.text for words in REPEATED):
            self.complaints.append(Complaint("console", message.text))

    def go(self, address: str) -> Page:
        """Open a deck and wait until it has started."""
        self.page.goto(address)
        wait_until(self.page, "window.Reveal?.isReady()")
        return self.page


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else the one that Playwright downloaded, else Chrome where it is usually installed."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        has_own = Path(playwright.chromium.executable_path).exists()
        try:
            browser = playwright.chromium.launch(
                executable_path=found, channel=None if found or has_own else "chrome", args=FLAGS
            )
        except Error as error:
            problem = f"does not start: {error.message.splitlines()[0]}"
            remedy = "Install chromium or Google Chrome, or let Playwright download one: playwright install chromium"
            raise DeckError(problem, Place(found or "Chromium", 0), remedy) from error
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, site: Path, size: Size, scheme: Scheme | None = None, query: str = "", script: str = ""
) -> Iterator[Opened]:
    """A deck that nothing moves in and nothing from elsewhere reaches, in a scheme or as it says itself.

    `query` asks for another view than that of the stage, `script` runs before the page's own.
    Raises DeckError where there is no deck.
    """
    page = site / "index.html"
    if not page.is_file():
        raise DeckError("no such page", Place(str(page), 0), "Build the site first: deckwright build")
    screen: ViewportSize = {"width": size[0], "height": size[1]}
    # With motion, a fragment's visibility changes only some frames after the click.
    with browser.new_context(viewport=screen, reduced_motion="reduce", offline=True) as context:
        deck = Opened(context.new_page())
        deck.listen()
        deck.page.add_init_script(script + (SCHEME % scheme if scheme else ""))
        deck.go(page.absolute().as_uri() + query)
        if not query:
            deck.page.evaluate(STILL)
        yield deck


def show(page: Page, number: int, fragment: int | None = None) -> None:
    """Go to a slide, numbered from 0, and show its fragments up to one, or all; wait for fonts and pictures."""
    page.evaluate(SHOW, [number, fragment])


def wait_until(page: Page, expression: str, argument: Any = None) -> None:
    """Wait until JavaScript is true. Playwright's own way polls with eval, which the page's policy reports."""
    deadline = monotonic() + PATIENCE
    while not is_true(page, expression, argument):
        if monotonic() > deadline:
            raise TimeoutError(f"after {PATIENCE} s still not true: {expression}")
        page.wait_for_timeout(10)


def is_true(page: Page, expression: str, argument: Any) -> bool:
    """Whether JavaScript is true now; it is not while the page gives way to another."""
    try:
        return bool(page.evaluate(expression, argument))
    except Error as error:
        if "context was destroyed" not in error.message:
            raise
    return False
