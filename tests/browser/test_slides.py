"""Every slide of every deck, seen at 1280 × 720 with all its fragments shown."""

import gzip
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from deckwright.browser.chromium import Complaint, Opened

from .conftest import SCREEN
from .walk import Look, findings, walk

FIRST_LOAD_LIMIT = 250_000  # bytes, gzip: page, styles, scripts and fonts, without figures


@dataclass(frozen=True)
class Visit:
    """A deck, walked through once."""

    site: Path
    first_requests: list[str]
    requests: list[str]
    complaints: list[Complaint]
    looks: list[Look]


@pytest.fixture(scope="module", params=["kitchen", "lecture", "drawn", "talk"])
def visit(request: pytest.FixtureRequest, browser: Browser) -> Visit:
    site: Path = request.getfixturevalue(f"{request.param}_site")
    with browser.new_context(viewport=SCREEN, reduced_motion="reduce") as context:
        opened = Opened(context.new_page())
        opened.listen()
        page = opened.go((site / "index.html").as_uri())
        page.wait_for_load_state("networkidle")
        first = list(opened.requests)
        looks = list(walk(page))
        page.keyboard.press("d")
        looks += [replace(look, name=f"{look.name}, dark") for look in walk(page)]
        return Visit(site, first, opened.requests, opened.complaints, looks)


def file_of(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


def test_no_slide_makes_the_browser_complain(visit: Visit) -> None:
    assert visit.complaints == []


def test_nothing_is_asked_for_outside_the_site(visit: Visit) -> None:
    asked = [address for address in visit.requests if not address.startswith(("data:", "blob:"))]
    assert [address for address in asked if not address.startswith(visit.site.as_uri())] == []


def test_every_slide_shows_something(visit: Visit) -> None:
    assert [look.name for look in visit.looks if look.empty] == []


def test_no_slide_overflows(visit: Visit) -> None:
    assert findings(visit.looks, "overflows") == []


def test_nothing_lies_on_the_footer_or_the_slide_number(visit: Visit) -> None:
    assert findings(visit.looks, "covered") == []


def test_no_box_cuts_its_content_off(visit: Visit) -> None:
    assert findings(visit.looks, "cut") == []


def test_all_text_can_be_read_from_the_last_row(visit: Visit) -> None:
    assert findings(visit.looks, "small") == []


def test_all_text_stands_out_from_its_ground(visit: Visit) -> None:
    assert findings(visit.looks, "faint") == []


def test_every_picture_loads(visit: Visit) -> None:
    assert findings(visit.looks, "broken") == []


def test_every_picture_has_a_text_alternative(visit: Visit) -> None:
    assert findings(visit.looks, "unnamed") == []


def test_the_first_load_is_light(visit: Visit) -> None:
    files = {file_of(address) for address in visit.first_requests if address.startswith("file:")}
    sizes = {
        str(file.relative_to(visit.site)): len(gzip.compress(file.read_bytes()))
        for file in files
        if file.parent.name != "media" and file.suffix in (".html", ".css", ".js", ".woff2", ".svg")
    }
    assert sum(sizes.values()) <= FIRST_LOAD_LIMIT, sorted(sizes.items(), key=lambda item: -item[1])
