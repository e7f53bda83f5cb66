"""What the browser loads before the first slide of a deck shows."""

import gzip
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from deckwright.browser.chromium import Opened

FIRST_LOAD_LIMIT = 250_000  # bytes, gzip: page, styles, scripts and fonts, without figures


def file_of(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


@pytest.mark.parametrize("deck", ["kitchen", "lecture", "drawn", "talk"])
def test_the_first_load_is_light(opened: Opened, request: pytest.FixtureRequest, deck: str) -> None:
    site: Path = request.getfixturevalue(f"{deck}_site")
    opened.go((site / "index.html").as_uri()).wait_for_load_state("networkidle")
    files = {file_of(address) for address in opened.requests if address.startswith("file:")}
    sizes = {
        str(file.relative_to(site)): len(gzip.compress(file.read_bytes()))
        for file in files
        if file.parent.name != "media" and file.suffix in (".html", ".css", ".js", ".woff2", ".svg")
    }
    assert sum(sizes.values()) <= FIRST_LOAD_LIMIT, sorted(sizes.items(), key=lambda item: -item[1])
