"""Where the links of a deck lead, and which of them lead nowhere."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urlsplit
from urllib.request import Request, urlopen

from playwright.sync_api import Page

from deckwright.browser.chromium import ALL

LINKS = f"""() => [...document.querySelectorAll('a[href]')].map((link) => ({{
    slide: {ALL}.indexOf(link.closest('section')), written: link.getAttribute('href'), address: link.href,
    known: link.hash.startsWith('#') && !!document.getElementById(decodeURIComponent(link.hash).replace(/^#\\/?/, '')),
}}))"""
NUMBERED = re.compile(r"/?\d*(/\d+)*/?")  # `#/3/1`: Reveal's own way to name a slide
IDS = re.compile(r"""\bid=["']?([^"'\s>]+)""")
SECONDS, AT_ONCE = 10, 8
UNWELCOME = (401, 403, 405, 429, 999)  # answers that only a program gets
Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Link:
    """A link as written, the address that it leads to, and the slide that it stands on (-1: on none)."""

    slide: int
    written: str
    address: str
    known: bool  # its id is one of the page


def links(page: Page) -> list[Link]:
    """All links of the deck that the page has open."""
    found: list[dict[str, Any]] = page.evaluate(LINKS)
    return [Link(**one) for one in found]


def broken(link: Link, page: str, site: Path) -> tuple[str, str] | None:
    """The rule that a link within the site breaks, and how. `page` is the address of the deck."""
    target, fragment = urldefrag(link.address)
    name = unquote(fragment)
    if urlsplit(target).scheme != "file":
        return None
    missing = "missing-target", f"nothing has the id of {link.written}"
    if target == page:
        return None if link.known or NUMBERED.fullmatch(name) else missing
    file = Path(unquote(urlsplit(target).path))
    if not file.is_relative_to(site):
        return "broken-link", f"{link.written} leads out of the site"
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file():
        return "broken-link", f"{link.written} leads to no file"
    if name and file.suffix == ".html" and not NUMBERED.fullmatch(name) and name.lstrip("/") not in ids(file):
        return missing
    return None


def ids(file: Path) -> set[str]:
    """All ids of a page."""
    return set(IDS.findall(file.read_text("utf-8")))


def unanswered(found: Sequence[Link], ask: Ask) -> Iterator[tuple[Link, str]]:
    """The links to elsewhere that are not answered, and why. `ask` gives the problem with an address, or nothing."""
    outside = [link for link in found if urlsplit(link.address).scheme in ("http", "https")]
    addresses = sorted({urldefrag(link.address).url for link in outside})
    with ThreadPoolExecutor(AT_ONCE) as threads:
        problems = dict(zip(addresses, threads.map(ask, addresses), strict=True))
    for link in outside:
        if problem := problems[urldefrag(link.address).url]:
            yield link, problem


def ask(address: str) -> str:
    """Ask for a page; say what the problem is, if any."""
    request = Request(address, headers={"User-Agent": "Mozilla/5.0 (deckwright check)"})
    try:
        urlopen(request, timeout=SECONDS).close()
    except HTTPError as error:
        error.close()
        return "" if error.code in UNWELCOME else f"{error.code} {error.reason}"
    except (OSError, HTTPException) as error:
        return str(getattr(error, "reason", error)) or "no answer"
    return ""
