"""Go through a built deck and find what the audience would stumble over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from deckwright.browser.chromium import ALL, Opened, Size, opened, show
from deckwright.browser.complaints import is_inside, strangers, troubles
from deckwright.browser.findings import Finding
from deckwright.browser.links import Ask, Link, broken, links, unanswered
from deckwright.browser.look import look
from deckwright.browser.slides import Shown, shown_slides
from deckwright.errors import Place
from deckwright.model import Cell, Deck, blocks_of

SIZES: tuple[Size, ...] = ((1280, 720), (1920, 1080), (1024, 768))
PLACES = ("overflow", "covered", "clipped")  # may be otherwise at another size
COLOURS = (*PLACES, "contrast")  # … in another scheme, with its other figures
HAS_NOTES = "() => !!Reveal.getCurrentSlide().querySelector('aside.notes') || !!Reveal.getCurrentSlide().dataset.notes"
OTHER_SCHEME = """() => {
    const root = document.documentElement;
    return root.dataset.scheme = getComputedStyle(root).colorScheme === 'dark' ? 'light' : 'dark';
}"""
OWNER = f"""(address) => {ALL}.findIndex((slide) => [slide, ...slide.querySelectorAll('*')].some(
    (element) => [element.src, element.poster, element.href, element.data].includes(address)
        || Object.values(element.dataset).some((value) => URL.parse(value, document.baseURI)?.href === address)))"""
HASH = re.compile(r"\.[0-9a-f]{12}(?=\.\w+$)")  # in the name of a file that the site holds for the source
SHORTEST_EXCERPT = 3  # letters; a shorter one may stand anywhere


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for besides the rules that always hold."""

    sizes: tuple[Size, ...] = SIZES
    axe: bool = True
    notes: bool = False
    ask: Ask | None = None  # how to ask for an address elsewhere; None: not at all


EVERYTHING = Wanted()


def check(browser: Browser, deck: Deck, site: Path, wanted: Wanted = EVERYTHING) -> tuple[list[Finding], int]:
    """The findings of a deck, in its order, and how many slides it has."""
    with opened(browser, site, deck.settings.size) as page:
        walk = Walk(deck, site.absolute(), page, shown_slides(page.page, deck))
        walk.visit(wanted)
        walk.follow_links(wanted.ask)
        walk.recolour()
        for size in dict.fromkeys(wanted.sizes):
            if size != deck.settings.size:
                walk.resize(size)
        walk.hear()
    order = {one.name: one.number for one in walk.shown}
    found = [*walk.findings, *walk.elsewhere.values()]
    return sorted(found, key=lambda finding: order.get(finding.slide, -1)), len(walk.shown)


@dataclass
class Walk:
    """A walk through one deck, and what was found on it."""

    deck: Deck
    site: Path
    opened: Opened
    shown: list[Shown]
    findings: list[Finding] = field(default_factory=list)
    known: set[tuple[int, str]] = field(default_factory=set)  # faults at the deck's size, by slide and key
    elsewhere: dict[tuple[int, str], Finding] = field(default_factory=dict)  # … on other screens alone
    unseen: set[str] = field(default_factory=set)  # addresses of pictures that do not load
    heard: list[Shown | None] = field(default_factory=list)  # on which slide each complaint came

    @property
    def page(self) -> Page:
        return self.opened.page

    def add(self, rule: str, message: str, one: Shown | None, place: Place | None = None) -> None:
        """Keep a finding. One of the page as a whole is told where the settings stand."""
        place = place or (one.place if one else self.deck.place)
        self.findings.append(Finding(rule, message, place, one.name if one else ""))

    def listen(self, one: Shown | None) -> None:
        """What was complained of since is about this slide."""
        self.heard += [one] * (len(self.opened.complaints) - len(self.heard))

    def visit(self, wanted: Wanted) -> None:
        """See every slide at the deck's size."""
        self.listen(None)
        if wanted.axe:
            from deckwright.browser import axe

            axe.load(self.page)
            for message, _ in axe.violations(self.page, "page"):
                self.add("axe", message, None)
        for one in self.shown:
            show(self.page, one.number)
            for fault in look(self.page):
                self.known.add((one.number, fault.key))
                if not fault.address or is_inside(fault.address, self.site_root):  # else the request is what is wrong
                    self.unseen |= {fault.address} - {""}
                    self.add(fault.rule, fault.message, one, place_of(one, fault.label, fault.excerpts))
            if wanted.axe:
                for message, html in axe.violations(self.page, "slide"):
                    self.add("axe", message, one, place_of(one, "", (html, html.partition(">")[0] + ">")))
            if wanted.notes and one.slide and not self.page.evaluate(HAS_NOTES):
                self.add("no-notes", "the speaker has no notes", one)
            self.listen(one)

    def resize(self, size: Size) -> None:
        """See every slide at another size of the screen."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.evaluate("Reveal.layout()")
        self.visit_again(f"{size[0]}x{size[1]}", PLACES)

    def recolour(self) -> None:
        """See every slide in the other scheme, to which a key leads."""
        self.visit_again(self.page.evaluate(OTHER_SCHEME), COLOURS)

    def visit_again(self, screen: str, rules: Sequence[str]) -> None:
        """See every slide on another screen; keep what is wrong there alone."""
        for one in self.shown:
            show(self.page, one.number)
            for fault in look(self.page):
                key = one.number, fault.key
                if fault.rule in rules and key not in self.known:
                    place = place_of(one, fault.label, fault.excerpts)
                    known = self.elsewhere.get(key) or Finding(fault.rule, fault.message, place, one.name)
                    self.elsewhere[key] = replace(known, screens=(*known.screens, screen))
            self.listen(one)

    def follow_links(self, ask: Ask | None) -> None:
        """Find the links that lead nowhere."""
        found = links(self.page)
        for link in found:
            if wrong := broken(link, (self.site / "index.html").as_uri(), self.site_root):
                self.add_link(link, *wrong)
        for link, problem in unanswered(found, ask) if ask else ():
            self.add_link(link, "external-link", f"{link.written}: {problem}")

    def add_link(self, link: Link, rule: str, message: str) -> None:
        one = self.shown[link.slide] if link.slide >= 0 else None
        self.add(rule, message, one, place_of(one, "", (link.written,)) if one else None)

    @property
    def site_root(self) -> Path:
        """The folder of all decks: links may lead to others."""
        return self.site.parent if self.deck.name else self.site

    def hear(self) -> None:
        """Tell what the browser complained of, each thing once, on its slide where that can be told."""
        complaints = self.opened.complaints
        heard = list(zip(troubles(complaints, self.site_root), self.heard, strict=True))
        heard += [(trouble, None) for trouble in strangers(self.opened.requests, complaints, self.site_root)]
        for trouble, one in dict.fromkeys(heard):
            if trouble and trouble.address not in self.unseen:
                number = self.page.evaluate(OWNER, trouble.address) if trouble.address else -1
                owner = self.shown[number] if number >= 0 else one
                written = HASH.sub("", Path(trouble.address).name)
                self.add(trouble.rule, trouble.message, owner, place_of(owner, "", (written,)) if owner else None)


def place_of(one: Shown, label: str, excerpts: Sequence[str]) -> Place:
    """The line that something on a slide comes from: of its cell, else where the source has such words."""
    if one.slide is None:
        return one.place
    long = [excerpt for excerpt in excerpts if len(excerpt) >= SHORTEST_EXCERPT]
    for block in blocks_of(one.slide.blocks):
        if isinstance(block, Cell) and block.label == label:
            found = next((excerpt for excerpt in long if excerpt in block.code), None)
            before = block.code.partition(found)[0] if found else ""
            return block.code_place.at(block.code_place.line + before.count("\n")) if found else block.place
    return one.slide.place_of(next((excerpt for excerpt in long if excerpt in one.slide.source), "\0"))
